import { describe, expect, it } from 'vitest';
import { LiveInventory } from '../../src/engine/live-inventory.ts';
import { hostVars, loadInventory } from '../../src/load/index.ts';
import { type Inventory, InventoryError } from '../../src/model/index.ts';
import { writeFiles } from '../load/temporary-files.ts';

const files = {
  'hosts.yml': `
outer:
  vars: {o: outer, i: outer}
  hosts: {h3: }
  children: {inner: {vars: {i: inner}, hosts: {h1: {own: 1}}}}
other: {vars: {p: other}, hosts: {h2: }}
high: {vars: {p: high, ansible_group_priority: 9}}
`,
  'group_vars/all.yml': 'everywhere: 1\n',
  'group_vars/fresh.yml': 'f: file\n',
  'group_vars/broken.yml': 'f: [\n',
  'host_vars/new.yml': 'own: file\n',
};

function load(): Inventory {
  return loadInventory([`${writeFiles(files)}/hosts.yml`]).inventory;
}

function varsOf(live: LiveInventory, name: string) {
  const host = live.hostOrLocal(name);
  return host && hostVars(host);
}

describe('hosts made by a run', () => {
  it('are in their groups and all they are in, with the variables of all of them', () => {
    const live = new LiveInventory(load());
    expect(live.addHost('new', ['inner', 'fresh'], { color: 'red', own: 'task' })).toBe(true);
    expect(live.host('new')?.groups).toEqual(['all', 'fresh', 'outer', 'inner']);
    expect(varsOf(live, 'new')).toEqual({
      ...{ everywhere: 1, o: 'outer', i: 'inner', f: 'file', color: 'red', own: 'file' },
    });
    const levels = live.host('new')?.vars.map(({ level }) => level) ?? [];
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    expect(live.groups['outer']).toEqual(['h3', 'h1', 'new']);
    expect(live.current.groups.get('all')?.children).toContain('fresh');
  });

  it('are changed only by what is new', () => {
    const live = new LiveInventory(load());
    live.addHost('new', ['fresh'], { v: [1] });
    expect(live.addHost('new', ['fresh'], { v: [1] })).toBe(false);
    expect(live.addHost('new', [], { v: [2] })).toBe(true);
    expect(live.addHost('new', ['other'], {})).toBe(true);
    expect(varsOf(live, 'new')).toMatchObject({ v: [2], p: 'other', f: 'file' });
  });

  it('are ungrouped until they are in a group', () => {
    const live = new LiveInventory(load());
    live.addHost('new', [], {});
    expect(live.groups['ungrouped']).toEqual(['new']);
    live.addHost('new', ['fresh'], {});
    expect(live.groups['ungrouped']).toEqual([]);
  });
});

describe('groups made by a run', () => {
  it('give their variables, and those of their parents', () => {
    const live = new LiveInventory(load());
    expect(live.addToGroup('h2', 'fresh', ['outer'])).toBe(true);
    expect(live.addToGroup('h2', 'fresh', ['outer'])).toBe(false);
    expect(varsOf(live, 'h2')).toEqual({ everywhere: 1, p: 'other', f: 'file', o: 'outer', i: 'outer' });
    expect(live.current.groups.get('outer')?.children).toEqual(['inner', 'fresh']);
    expect(live.groups['outer']).toEqual(['h3', 'h1', 'h2']);
  });

  it('go by priority', () => {
    const live = new LiveInventory(load());
    live.addToGroup('h2', 'high', []);
    expect(varsOf(live, 'h2')).toMatchObject({ p: 'high' });
  });

  it('that get a parent take all their hosts along', () => {
    const live = new LiveInventory(load());
    expect(live.addToGroup('h1', 'inner', ['other'])).toBe(true);
    expect(varsOf(live, 'h1')).toMatchObject({ p: 'other', i: 'inner', own: 1 });
    expect(live.addToGroup('h1', 'outer', ['inner'])).toBe(false);
  });

  it('may hold the control node, which is not in all for that', () => {
    const live = new LiveInventory(load());
    expect(live.addToGroup('localhost', 'fresh', [])).toBe(true);
    expect(live.groups['fresh']).toEqual(['localhost']);
    expect(live.groups['all']).not.toContain('localhost');
    expect(varsOf(live, 'localhost')).toEqual({ everywhere: 1, f: 'file', ansible_connection: 'local' });
  });

  it('whose variables cannot be read are told of', () => {
    const live = new LiveInventory(load());
    expect(() => live.addToGroup('h1', 'broken', [])).toThrow(InventoryError);
  });
});

describe('an inventory that is read anew', () => {
  it('keeps what the run has made', () => {
    const live = new LiveInventory(load());
    live.addHost('new', ['fresh'], { v: 1 });
    live.addToGroup('h1', 'kind', []);
    live.replace(load());
    expect(varsOf(live, 'new')).toMatchObject({ v: 1, f: 'file' });
    expect(live.groups).toMatchObject({ fresh: ['new'], kind: ['h1'] });
  });

  it('is given out as it is while nothing has changed', () => {
    const inventory = load();
    const live = new LiveInventory(inventory);
    expect(live.current).toBe(inventory);
    expect(live.hostOrLocal('localhost')?.vars.at(-1)?.values).toEqual({ ansible_connection: 'local' });
    expect(live.hostOrLocal('nobody')).toBeUndefined();
  });
});
