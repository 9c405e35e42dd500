import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  findHost,
  hostVars,
  inventoryGraph,
  inventoryToJson,
  loadInventory,
  Vault,
} from '../../../src/load/index.ts';
import { listFaults, writeFiles } from '../temporary-files.ts';

/** One inventory that sets variables at every level; the values name the level that wins. */
const levels = {
  'inv/01-hosts.yml': `all:
  vars: {v1: inv-all, v2: inv-all, v3: inv-all, v4: inv-all, v5: inv-all, v6: inv-all, v7: inv-all}
  children:
    web:
      vars: {v2: inv-web, v9: web, p: web}
      hosts: {w1: {v8: inv-host, hv: 1}, w2: }
    zgroup: {vars: {v9: z, p: z}, hosts: {w1: }}
    agroup: {vars: {v9: a, p: a, ansible_group_priority: 10}, hosts: {w1: }}
    site:
      vars: {v9: site, only_site: 1}
      children: {web: , deep: {children: {deeper: {hosts: {w2: , w3: }, vars: {v9: deeper}}}}}
`,
  'inv/02-more': '[web]\nw3 hv=2\nw4:2200\n[web:vars]\np=from-ini\n',
  'inv/group_vars/all/a.json': '{"v3": "inv-gv-all", "v4": "inv-gv-all", "gv": "all"}',
  'inv/group_vars/all/b.yml': 'gv: all-b',
  'inv/group_vars/all/.c.yml': 'gv: hidden',
  'inv/group_vars/all/d.yml~': 'gv: backup',
  'inv/group_vars/web/x.yaml': 'v5: inv-gv-web',
  'inv/group_vars/web/sub/y': 'gv: web-sub',
  'inv/host_vars/w2.yml': 'v8: inv-hv',
  'pb/host_vars/w2': 'v8: pb-hv',
  'pb/group_vars/all.yml': 'v4: pb-gv-all\nv5: pb-gv-all\nv6: pb-all\n',
  'pb/group_vars/web': 'v6: pb-gv-web\nv5: pb-gv-web\n',
};

describe('precedence', () => {
  const directory = writeFiles(levels);
  const { inventory, faults } = loadInventory([`${directory}/inv`], {
    playbookDirectories: [`${directory}/pb`],
  });
  const common = { v1: 'inv-all', v3: 'inv-gv-all', v4: 'pb-gv-all', v7: 'inv-all', only_site: 1 };
  const inWeb = { ...common, v2: 'inv-web', v5: 'pb-gv-web', v6: 'pb-gv-web', p: 'from-ini', gv: 'web-sub' };

  // The expected values were checked against ansible-inventory of ansible-core 2.14.
  it.each([
    ['w1', { ...inWeb, v8: 'inv-host', v9: 'web', hv: 1 }],
    ['w2', { ...inWeb, v8: 'pb-hv', v9: 'deeper' }],
    ['w3', { ...inWeb, v9: 'deeper', hv: 2 }],
    ['w4', { ...inWeb, v9: 'web', ansible_port: 2200 }],
  ])('of the variables of %s is that of Ansible', (name, vars) => {
    const host = inventory.hosts.get(name);
    expect(host && hostVars(host)).toEqual(vars);
    expect(faults).toEqual([]);
  });

  it('shows in the levels, which never go down', () => {
    const found = inventory.hosts.get('w2')?.vars.map((source) => source.level);
    expect(found).toEqual([...(found ?? [])].sort((a, b) => a - b));
    expect(new Set(found)).toEqual(new Set([3, 4, 5, 6, 7, 9, 10]));
  });

  it('of groups is by depth, priority and name', () => {
    expect(inventory.hosts.get('w1')?.groups).toEqual(['all', 'site', 'zgroup', 'agroup', 'web']);
  });

  it('prints as a tree in the order written', () => {
    expect(inventoryGraph(inventory)).toBe(`@all:
  |--@ungrouped:
  |--@web:
  |  |--w1
  |  |--w2
  |  |--w3
  |  |--w4
  |--@zgroup:
  |  |--w1
  |--@agroup:
  |  |--w1
  |--@site:
  |  |--@web:
  |  |  |--w1
  |  |  |--w2
  |  |  |--w3
  |  |  |--w4
  |  |--@deep:
  |  |  |--@deeper:
  |  |  |  |--w2
  |  |  |  |--w3`);
    expect(inventoryGraph(inventory, 'deeper', { vars: true })).toContain('|  |--{v9 = deeper}');
  });

  it('is merged in the listing for scripts', () => {
    expect(inventoryToJson(inventory)).toMatchObject({
      _meta: { hostvars: { w4: { ansible_port: 2200 } } },
      all: { children: ['ungrouped', 'web', 'zgroup', 'agroup', 'site'] },
      deeper: { hosts: ['w2', 'w3'] },
      site: { children: ['web', 'deep'] },
    });
  });
});

describe('sources', () => {
  it('may be a list of hosts', () => {
    const { inventory } = loadInventory(['web[1:2]:2222,db,', 'x,']);
    expect([...inventory.hosts.keys()]).toEqual(['web1', 'web2', 'db', 'x']);
    expect(hostVars(inventory.hosts.get('web2') ?? { name: '', groups: [], vars: [] })).toEqual({
      ansible_port: 2222,
    });
  });

  it('are merged, later ones win', () => {
    const directory = writeFiles({
      'a.yml': 'all: {hosts: {h1: {x: 1, y: 1}}}',
      'b.ini': '[web]\nh1 x=2\nh2\n',
    });
    const { inventory } = loadInventory([`${directory}/a.yml`, `${directory}/b.ini`]);
    const host = inventory.hosts.get('h1');
    expect(host && hostVars(host)).toEqual({ x: 2, y: 1 });
    expect(inventory.groups.get('ungrouped')?.hosts).toEqual([]);
  });

  it('are known to each host: the first that names it', () => {
    const directory = writeFiles({
      'a/hosts.yml': 'all: {hosts: {h1: , h2: }}',
      'b/web/x.ini': 'h2\nh3\n',
    });
    const { inventory } = loadInventory([`${directory}/a/hosts.yml`, `${directory}/b`, 'h3,h4,']);
    const places = Object.fromEntries([...inventory.hosts].map(([name, { namedIn }]) => [name, namedIn]));
    const a = { file: `${directory}/a/hosts.yml`, directory: `${directory}/a` };
    expect(places).toEqual({
      ...{ h1: a, h2: a },
      h3: { file: `${directory}/b/web/x.ini`, directory: `${directory}/b/web` },
      h4: { file: 'h3,h4,', directory: null },
    });
    expect(inventory.implicitLocalhost?.namedIn).toBeUndefined();
  });

  it('may be scripts that print JSON', () => {
    const directory = writeFiles({
      'dynamic.sh': `#!/bin/sh
echo '{"web": {"hosts": ["h1"], "vars": {"a": 1}}, "db": ["h2"],'
echo '"_meta": {"hostvars": {"h1": {"b": 2}}}}'
`,
      'failing.sh': '#!/bin/sh\nexit 3\n',
    });
    chmodSync(`${directory}/dynamic.sh`, 0o755);
    chmodSync(`${directory}/failing.sh`, 0o755);
    const { inventory, faults } = loadInventory([`${directory}/dynamic.sh`]);
    const host = inventory.hosts.get('h1');
    expect(faults).toEqual([]);
    expect(host && hostVars(host)).toEqual({ a: 1, b: 2 });
    expect(inventory.groups.get('db')?.hosts).toEqual(['h2']);
    expect(loadInventory([`${directory}/failing.sh`]).faults).toMatchObject([{ code: 'inventory-script' }]);
  });

  it('may be scripts that answer for each host, and name hosts as groups', () => {
    const directory = writeFiles({
      'a.sh': `#!/bin/sh
if [ "$1" = --host ]; then echo "{\\"own\\": \\"$2\\"}"; else echo '{"web": ["h1"], "solo": {"x": 1}}'; fi
`,
      'b.sh': `#!/bin/sh
echo '{"web": {"hosts": "h1"}, "_meta": {"hostvars": {"h2": {"a": 1}}}}'
`,
    });
    for (const name of ['a.sh', 'b.sh']) chmodSync(`${directory}/${name}`, 0o755);
    const { inventory, faults } = loadInventory([`${directory}/a.sh`]);
    expect(faults).toMatchObject([{ code: 'group-and-host' }]);
    expect([...inventory.hosts.values()].map((host) => hostVars(host))).toEqual([
      { own: 'h1' },
      { x: 1, own: 'solo' },
    ]);
    expect(loadInventory([`${directory}/b.sh`]).faults).toMatchObject([
      {
        code: 'inventory-script',
        message: expect.stringContaining('"hosts" of the group "web" must be a list'),
      },
      { code: 'unused-vars', message: expect.stringContaining('h2') },
    ]);
  });

  it('without an extension are judged by what they say', () => {
    const directory = writeFiles({ yaml: '# c\nall:\n  hosts: {h1: }\n', ini: 'h2:22 a=1\n' });
    const { inventory, faults } = loadInventory([`${directory}/yaml`, `${directory}/ini`]);
    expect([...inventory.hosts.keys()]).toEqual(['h1', 'h2']);
    expect(faults).toEqual([]);
  });

  it('that are not there are faults', () => {
    expect(loadInventory(['/nowhere/hosts.yml']).faults).toMatchObject([
      { code: 'missing-file', message: 'there is no file /nowhere/hosts.yml' },
    ]);
  });
});

describe('localhost', () => {
  it('is there without being named, with the variables of all', () => {
    const directory = writeFiles({ hosts: '[web]\nh1\n[all:vars]\na=1\n', 'group_vars/all.yml': 'b: 2' });
    const { inventory } = loadInventory([`${directory}/hosts`]);
    const host = findHost(inventory, 'localhost');
    expect(host && hostVars(host)).toEqual({ a: 1, b: 2, ansible_connection: 'local' });
    expect(inventory.hosts.has('localhost')).toBe(false);
  });

  it('is an ordinary host where it is named', () => {
    const { inventory } = loadInventory(['localhost,']);
    expect(findHost(inventory, 'localhost')?.vars).toEqual([]);
  });
});

describe('faults', () => {
  const cases: readonly [files: Record<string, string>, faults: string[], hint: RegExp | undefined][] = [
    [{ 'hosts.yml': 'all:\n  host: {h1: }\n' }, ['hosts.yml:2:3 unknown-key'], /did you mean "hosts"/],
    [{ 'hosts.yml': 'all:\n  web: {hosts: {a: }}\n' }, ['hosts.yml:2:3 unknown-key'], /under "children:"/],
    [{ 'hosts.yml': 'all:\n  hosts: [h1]\n' }, ['hosts.yml:2:10 wrong-type'], /on a line of its own/],
    [{ 'hosts.yml': '- h1\n' }, ['hosts.yml:1:1 wrong-type'], /start with "all:"/],
    [{ 'hosts.yml': 'all: {hosts: {h1: 5}}\n' }, ['hosts.yml:1:19 wrong-type'], undefined],
    [{ 'hosts.yml': 'all: {hosts: {"h[1:": }}\n' }, ['hosts.yml:1:15 bad-host-range'], undefined],
    [{ 'hosts.yml': 'a: {children: {b: {children: {a: }}}}\n' }, ['hosts.yml:1:31 cyclic-groups'], undefined],
    [
      { 'hosts.yml': 'all: {hosts: {h1: }}\n', 'group_vars/wbe.yml': 'a: 1', 'host_vars/h2.yml': 'a: 1' },
      ['group_vars/wbe.yml:1:1 unused-vars', 'host_vars/h2.yml:1:1 unused-vars'],
      undefined,
    ],
    [
      { 'hosts.yml': 'all: {hosts: {h1: }}\n', 'group_vars/all.yml': 'a: 1', 'group_vars/all/b.yml': 'b: 1' },
      ['group_vars/all.yml:1:1 ignored-vars'],
      /keep one/,
    ],
    [
      {
        'hosts.yml': 'all: {hosts: {h1: }}\n',
        'group_vars/all.yml': 'a: 1\na: 2',
        'host_vars/h1.yml': '- x',
      },
      ['group_vars/all.yml:2:1 duplicate-key', 'host_vars/h1.yml:1:1 wrong-type'],
      undefined,
    ],
    [{ 'hosts.yml': 'all: {hosts: {../h1: }}\n' }, ['hosts.yml:1:15 bad-name'], /use letters/],
    [{ 'hosts.yml': 'my group: {hosts: {h1: }}\n' }, ['hosts.yml:1:1 bad-name'], /use letters/],
    [{ 'hosts.yml': 'web: {hosts: {web: }}\n' }, ['hosts.yml:1:15 group-and-host'], /means the group/],
    [{ 'hosts.yml': 'all: {vars: {my-var: 1}}\n' }, ['hosts.yml:1:14 bad-variable-name'], /my_var/],
    [{ 'hosts.yml': 'all:\n\thosts:\n' }, ['hosts.yml:2:1 tab-indentation'], undefined],
  ];
  it.each(cases)('%j', (files, faults, hint) => {
    const directory = writeFiles(files);
    const loaded = loadInventory([`${directory}/hosts.yml`]);
    expect(listFaults(loaded.faults, directory)).toEqual(faults);
    if (hint) expect(loaded.faults[0]?.hint).toMatch(hint);
  });

  it('name encrypted files that have no password', () => {
    const vault = new Vault({ secrets: [{ id: 'default', password: 'right' }] });
    const directory = writeFiles({
      'hosts.yml': 'all: {hosts: {h1: }}\n',
      'group_vars/all.yml': vault.encrypt('a: secret-text\n'),
    });
    const sources = [`${directory}/hosts.yml`];
    const wrong = new Vault({ secrets: [{ id: 'default', password: 'wrong' }] });
    const right = loadInventory(sources, { vault });
    const host = right.inventory.hosts.get('h1');
    expect(host && hostVars(host)).toEqual({ a: 'secret-text' });
    expect(loadInventory(sources).faults).toMatchObject([{ code: 'vault-no-password' }]);
    expect(loadInventory(sources, { vault: wrong }).faults).toMatchObject([
      { code: 'vault', message: expect.stringContaining('wrong vault password') },
    ]);
  });
});
