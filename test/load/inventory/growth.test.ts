import { describe, expect, it } from 'vitest';
import { Faults } from '../../../src/load/faults.ts';
import { selectHosts } from '../../../src/load/index.ts';
import { assembleInventory } from '../../../src/load/inventory/assemble.ts';
import { InventoryBuilder } from '../../../src/load/inventory/builder.ts';
import { readIniInventory } from '../../../src/load/inventory/ini-inventory.ts';
import { VarsDirectory } from '../../../src/load/inventory/vars-directories.ts';
import { readYamlInventory } from '../../../src/load/inventory/yaml-inventory.ts';
import type { Inventory } from '../../../src/model/inventory.ts';
import { parseYaml } from '../../../src/util/yaml.ts';
import { iniInventory, yamlInventory } from '../../bench/commands.ts';

/** A map that counts how often it is asked, and how many entries it gave out. */
class CountingMap<K, V> extends Map<K, V> {
  looks = 0;

  override get(key: K): V | undefined {
    this.looks++;
    return super.get(key);
  }

  override has(key: K): boolean {
    this.looks++;
    return super.has(key);
  }

  override *entries(): MapIterator<[K, V]> {
    for (const entry of super.entries()) {
      this.looks++;
      yield entry;
    }
  }

  override *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  override *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  override [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }
}

/** Counts how often somebody asks for variables. */
class CountingVars extends VarsDirectory {
  looks = 0;

  constructor() {
    super('/nonexistent', { all: 4, group: 6, host: 9 }, new Faults(), undefined);
  }

  override forGroup(name: string) {
    this.looks++;
    return super.forGroup(name);
  }

  override forHost(name: string) {
    this.looks++;
    return super.forHost(name);
  }
}

interface Read {
  readonly inventory: Inventory;
  readonly looks: () => number;
}

function readCounting(format: 'ini' | 'yaml', hosts: number): Read {
  const builder = new InventoryBuilder(new Faults());
  const groupMap = new CountingMap(builder.groups);
  const hostMap = new CountingMap(builder.hosts);
  Object.assign(builder, { groups: groupMap, hosts: hostMap });
  if (format === 'ini') readIniInventory(builder, 'hosts.ini', iniInventory(hosts, hosts / 20));
  else {
    const { value } = parseYaml(yamlInventory(hosts, hosts / 20), { file: 'hosts.yml' });
    readYamlInventory(builder, 'hosts.yml', value ?? null);
  }
  const vars = new CountingVars();
  const varsDirectories = { inventory: [vars], playbook: [] };
  const inventory = assembleInventory(builder, { sources: [], directory: '/', varsDirectories });
  return { inventory, looks: () => groupMap.looks + hostMap.looks + vars.looks };
}

/** Twice as large costs twice as much, with room for what does not grow at all. */
const twice = 2.2;

describe('twice the hosts cost twice the work', () => {
  it.each(['ini', 'yaml'] as const)('reading and assembling %s', (format) => {
    const small = readCounting(format, 2000);
    const large = readCounting(format, 4000);
    expect(large.inventory.hosts.size).toBe(4000);
    expect(small.looks()).toBeGreaterThan(2000);
    expect(large.looks() / small.looks()).toBeLessThan(twice);
  });

  it.each([
    'all',
    'group1',
    'host17',
    'group1*:&part2:!host2?5',
    '~host[0-9]+5,group3',
    'part1[0:99]:!group6',
  ])('matching %s', (pattern) => {
    const looksAt = (hosts: number): number => {
      const { inventory } = readCounting('ini', hosts);
      const groups = new CountingMap(inventory.groups);
      const found = new CountingMap(inventory.hosts);
      expect(selectHosts(pattern, { ...inventory, groups, hosts: found })).not.toEqual([]);
      return groups.looks + found.looks;
    };
    expect(looksAt(4000) / looksAt(2000)).toBeLessThan(twice);
  });
});

it('members that stand before their groups are looked up, not searched for', () => {
  const groups = Array.from({ length: 1000 }, (_, index) => `g${index}`);
  const text = [
    '[all_of_them:children]',
    ...groups,
    ...groups.flatMap((name) => [`[${name}]`, `${name}-host`]),
  ];
  const faults = new Faults();
  const builder = new InventoryBuilder(faults);
  readIniInventory(builder, 'hosts.ini', text.join('\n'));
  expect(faults.list).toEqual([]);
  expect(builder.groups.get('all_of_them')?.children.size).toBe(1000);
});
