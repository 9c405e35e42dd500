import { describe, expect, it } from 'vitest';
import { inventoryExpressions } from '../../../src/check/index.ts';
import { hostVars, loadInventory } from '../../../src/load/index.ts';
import type { ValueMap } from '../../../src/model/value.ts';
import { listFaults, writeFiles } from '../temporary-files.ts';

const hosts = `all:
  hosts:
    h1: {cores: 4, rack: r1, kinds: [a, b], tags: {env: prod, tier: ''}, empty: ''}
    h2: {cores: 8, rack: r-2}
  children:
    web: {vars: {color: red}, hosts: {h1: }}
`;

interface Loaded {
  readonly groupsOf: (host: string) => readonly string[];
  readonly varsOf: (host: string) => ValueMap;
  readonly faults: readonly string[];
  readonly hints: readonly (string | undefined)[];
  readonly children: (group: string) => readonly string[] | undefined;
}

function load(plugin: string, more: Record<string, string> = {}, extraVars: ValueMap = {}): Loaded {
  const directory = writeFiles({ 'a.yml': hosts, 'z.yml': `plugin: constructed\n${plugin}`, ...more });
  const sources = [`${directory}/a.yml`, `${directory}/z.yml`];
  const { inventory, faults } = loadInventory(sources, { expressions: inventoryExpressions, extraVars });
  return {
    groupsOf: (host) => (inventory.hosts.get(host)?.groups ?? []).filter((name) => name !== 'all'),
    varsOf: (host) => hostVars(inventory.hosts.get(host) ?? { name: '', groups: [], vars: [] }),
    faults: listFaults(faults, directory),
    hints: faults.map(({ hint }) => hint),
    children: (group) => inventory.groups.get(group)?.children,
  };
}

describe('constructed inventories', () => {
  it('compose variables, and use them in groups', () => {
    const loaded = load('compose: {size: cores * 2, name: "inventory_hostname"}\ngroups: {big: size > 10}\n');
    expect(loaded.faults).toEqual([]);
    expect(loaded.varsOf('h1')).toMatchObject({ size: 8, name: 'h1' });
    expect([loaded.groupsOf('h1'), loaded.groupsOf('h2')]).toEqual([['web'], ['big']]);
  });

  // The names were checked against ansible-inventory of ansible-core 2.14.
  it.each<[string, readonly string[]]>([
    ['{key: rack}', ['_r1']],
    ['{key: rack, prefix: rack}', ['rack_r1']],
    ['{key: rack, prefix: rack, separator: "-"}', ['rack_r1']],
    ['{key: rack, separator: ""}', ['r1']],
    ['{key: kinds, prefix: k}', ['k_a', 'k_b']],
    ['{key: tags, prefix: t}', ['t_env_prod', 't_tier_']],
    ['{key: tags, prefix: t, trailing_separator: false}', ['t_env_prod', 't_tier']],
    ['{key: tags, prefix: t, default_value: none}', ['t_env_prod', 't_tier_none']],
    ['{key: empty, prefix: e, default_value: none}', ['e_none']],
    ['{key: empty, prefix: e}', []],
    ['{key: nothing, prefix: e}', []],
    ['{key: cores, prefix: c}', ['c_4']],
  ])('name groups after values: %s', (keyed, expected) => {
    const loaded = load(`keyed_groups: [${keyed}]\n`);
    expect(loaded.faults).toEqual([]);
    expect(loaded.groupsOf('h1').filter((name) => name !== 'web')).toEqual(expected);
  });

  it('put groups below a parent, whose name may be a template', () => {
    const keyed = '{key: rack, prefix: rack, parent_group: "racks of {{ color }}"}';
    const loaded = load(`keyed_groups: [${keyed}]\n`);
    expect(loaded.children('racks_of_red')).toEqual(['rack_r1']);
    expect(loaded.groupsOf('h1')).toEqual(['racks_of_red', 'web', 'rack_r1']);
  });

  it('leave out the first separator where they are told to', () => {
    const loaded = load('leading_separator: false\nkeyed_groups: [{key: rack}]\n');
    expect(loaded.groupsOf('h2')).toEqual(['r_2']);
  });

  it('see variables of files and of the command line only where they ask for them', () => {
    const files = { 'group_vars/web.yml': 'shade: dark\n' };
    const groups = 'groups: {dark: shade == "dark", prod: site == "prod"}\n';
    expect(load(groups, files, { site: 'prod' }).groupsOf('h1')).toEqual(['web']);
    const asking = load(`use_vars_plugins: true\nuse_extra_vars: true\n${groups}`, files, { site: 'prod' });
    expect([asking.groupsOf('h1'), asking.groupsOf('h2')]).toEqual([['dark', 'prod', 'web'], ['prod']]);
  });

  it('skip hosts that lack a variable, unless they are strict', () => {
    const groups = 'groups: {red: color == "red"}\n';
    expect(load(groups).groupsOf('h1')).toEqual(['red', 'web']);
    expect(load(groups).faults).toEqual([]);
    expect(load(`strict: true\n${groups}`).faults).toEqual(['z.yml:3:15 bad-expression']);
  });

  it('come after the files they build on: in a folder by name', () => {
    const directory = writeFiles({
      'inv/a-hosts.yml': hosts,
      'inv/b.yml': 'plugin: ansible.builtin.constructed\ngroups: {big: cores > 4}\n',
      'inv/c.ini': 'h3 cores=9\n',
    });
    const { inventory } = loadInventory([`${directory}/inv`], { expressions: inventoryExpressions });
    expect(inventory.groups.get('big')?.hosts).toEqual(['h2']);
  });

  it.each<[string, readonly string[], RegExp | undefined]>([
    ['group: {a: b}\n', ['z.yml:2:1 unknown-key'], /did you mean "groups"/],
    ['groups: [a]\n', ['z.yml:2:9 wrong-type'], undefined],
    ['groups: {a: cores =< 4}\n', ['z.yml:2:19 bad-expression'], undefined],
    ['compose: {a: cores | uper}\n', ['z.yml:2:22 bad-expression'], /upper/],
    ['strict: maybe\n', ['z.yml:2:9 wrong-type'], undefined],
    ['keyed_groups: {key: rack}\n', ['z.yml:2:15 wrong-type'], undefined],
    ['keyed_groups: [{prefix: x}]\n', ['z.yml:2:17 missing-key'], /expression/],
    ['keyed_groups: [{key: rack, prefixx: x}]\n', ['z.yml:2:28 unknown-key'], /did you mean "prefix"/],
    [
      'keyed_groups: [{key: rack, default_value: x, trailing_separator: false}]\n',
      ['z.yml:2:46 wrong-value'],
      undefined,
    ],
    ['keyed_groups: [{key: cores > 1}]\n', ['z.yml:2:22 bad-key'], /list/],
    ['groups: {a: rack + 1 > 2}\n', ['z.yml:2:18 bad-expression'], undefined],
  ])('say what is wrong, and where: %s', (plugin, faults, hint) => {
    const loaded = load(plugin);
    expect(loaded.faults).toEqual(faults);
    if (hint) expect(loaded.hints[0]).toMatch(hint);
  });

  it('are the only plugin there is', () => {
    const directory = writeFiles({ 'x.aws_ec2.yml': 'plugin: amazon.aws.aws_ec2\nregions: [a]\n' });
    const { faults } = loadInventory([`${directory}/x.aws_ec2.yml`], { expressions: inventoryExpressions });
    expect(listFaults(faults, directory)).toEqual(['x.aws_ec2.yml:1:9 unsupported-inventory']);
    expect(faults[0]?.hint).toContain('script');
  });
});
