import { describe, expect, it } from 'vitest';
import { LiveInventory } from '../../src/engine/live-inventory.ts';
import type { Inventory } from '../../src/model/index.ts';

function inventory(): LiveInventory {
  const start: Inventory = {
    sources: [],
    directory: '/',
    hosts: new Map([['h1', { name: 'h1', groups: ['all', 'outer', 'inner'], vars: [] }]]),
    groups: new Map([
      ['outer', { name: 'outer', hosts: ['h1'], children: ['inner'] }],
      ['inner', { name: 'inner', hosts: ['h1'], children: [] }],
    ]),
  };
  return new LiveInventory(start);
}

describe('LiveInventory', () => {
  it('puts a new host into its groups and all they are in', () => {
    const live = inventory();
    expect(live.addHost('new', ['inner', 'fresh'], { color: 'red' })).toBe(true);
    expect(live.host('new')).toMatchObject({ groups: ['all', 'fresh', 'outer', 'inner'] });
    expect(live.current.groups.get('outer')?.hosts).toEqual(['h1', 'new']);
    expect(live.groups['fresh']).toEqual(['new']);
    expect(live.addHost('new', ['fresh'], {})).toBe(false);
  });

  it('makes groups with parents', () => {
    const live = inventory();
    expect(live.addToGroup('h1', 'debian', ['systems'])).toBe(true);
    expect(live.addToGroup('h1', 'debian', ['systems'])).toBe(false);
    expect(live.groups['systems']).toEqual(['h1']);
    expect(live.current.groups.get('systems')?.children).toEqual(['debian']);
  });

  it('knows the control node without being told', () => {
    expect(inventory().hostOrLocal('localhost')?.vars[0]?.values).toEqual({ ansible_connection: 'local' });
    expect(inventory().hostOrLocal('nobody')).toBeUndefined();
  });
});
