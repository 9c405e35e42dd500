import { describe, expect, it } from 'vitest';
import { hostVars, loadInventory, positionOf } from '../../../src/load/index.ts';
import { listFaults, writeFiles } from '../temporary-files.ts';

function load(text: string) {
  const directory = writeFiles({ hosts: text });
  const { inventory, faults } = loadInventory([`${directory}/hosts`]);
  const vars = Object.fromEntries([...inventory.hosts].map(([name, host]) => [name, hostVars(host)]));
  const groups = Object.fromEntries([...inventory.groups].map(([name, group]) => [name, group.hosts]));
  return { inventory, vars, groups, faults: listFaults(faults, directory), all: faults };
}

describe('INI inventories', () => {
  it('have hosts, ports, ranges, variables, groups of groups', () => {
    const { vars, groups, faults } = load(`# comment
; comment
lone
[web]
web[1:2]:2222 a=5 b=True c=yes d='x y' e="[1, 2]" f=a=b   # trailing
[site:children]
web
late
[late]
x1 z=
[web:vars]
tls = False
text = "quoted text"
hash = a # b
`);
    expect(faults).toEqual([]);
    expect(groups).toEqual({
      all: ['lone', 'web1', 'web2', 'x1'],
      ungrouped: ['lone'],
      web: ['web1', 'web2'],
      site: ['web1', 'web2', 'x1'],
      late: ['x1'],
    });
    expect(vars['web2']).toEqual({
      ansible_port: 2222,
      a: 5,
      b: true,
      c: 'yes',
      d: 'x y',
      e: [1, 2],
      f: 'a=b',
      tls: false,
      text: 'quoted text',
      hash: 'a # b',
    });
    expect(vars['x1']).toEqual({ z: '' });
  });

  it('keep the place of every variable', () => {
    const { inventory } = load('[web]\nw1 a=5\n[web:vars]\n  tls =  False\n');
    const [group, host] = inventory.hosts.get('w1')?.vars ?? [];
    expect(positionOf(host?.values ?? {}, 'a')).toMatchObject({ line: 2, col: 6 });
    expect(positionOf(group?.values ?? {}, 'tls')).toMatchObject({ line: 4, col: 10 });
  });

  const wrong: readonly [text: string, faults: string[], hint: string | undefined][] = [
    ['web1 a b=2\n', ['hosts:1:6 ini-syntax'], 'no spaces around ='],
    ['web1 a="b\n', ['hosts:1:1 ini-syntax'], 'close it, or put the value in other quotes'],
    ['[web\nweb1\n', ['hosts:1:1 bad-section'], 'write [group], [group:vars] or [group:children]'],
    ['[web:var]\na=1\n', ['hosts:1:1 bad-section'], 'did you mean "vars"?'],
    ['[web]\nw1\n[wbe:vars]\na=1\n', ['hosts:3:2 unknown-group'], 'did you mean "web"?'],
    ['[site:children]\nweb\n', ['hosts:2:1 unknown-group'], 'declare it with a section [web]'],
    ['[web]\nw1\n[web:vars]\nabc\n', ['hosts:4:1 ini-syntax'], 'one variable a line'],
    ['[web]\nw[1:\n', ['hosts:2:1 bad-host-range'], undefined],
    ['[a:children]\nb\n[b:children]\na\n', ['hosts:4:1 cyclic-groups'], undefined],
    ['[web]\nw1 my-var=1\n', ['hosts:2:4 bad-variable-name'], 'use letters, digits and underscores'],
    ['w1 password=ab#cd\n', ['hosts:1:15 ini-comment'], 'put the value in quotes if the # belongs to it'],
  ];
  it.each(wrong)('%j is reported', (text, faults, hint) => {
    const loaded = load(text);
    expect(loaded.faults).toEqual(faults);
    expect(loaded.all[0]?.hint).toBe(hint);
  });

  it('report all faults at once', () => {
    expect(load('w1 a\n[x:foo]\n[y:vars]\nz\nw2 b\n').faults).toEqual([
      'hosts:1:4 ini-syntax',
      'hosts:2:1 bad-section',
      'hosts:4:1 ini-syntax',
      'hosts:5:1 ini-syntax',
      'hosts:3:2 unknown-group',
    ]);
  });
});
