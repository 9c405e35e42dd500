import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { magicNames } from '../../src/engine/magic.ts';
import { checkTasks } from './run-check.ts';

const use = (expression: string) => checkTasks(`- debug: {msg: "{{ ${expression} }}"}`);

test.each([
  ['ansible_distributon', 'ansible_distribution'],
  ['ansible_facts.memtotl_mb', 'ansible_facts.memtotal_mb'],
  ['ansible_facts.os_famly', 'ansible_facts.os_family'],
  ['ansible_chek_mode', 'ansible_check_mode'],
  ['ansible_ssh_usr', 'ansible_ssh_user'],
])('%s is a mistyped fact or variable', (written, meant) => {
  const found = use(written);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^warning site.yml:3:\d+ undefined-variable: ".*" is no fact or variable/);
  expect(found[0]).toContain(`did you mean "${meant}"?`);
});

test.each([
  ...['ansible_eth0.ipv4.address', 'ansible_facts.ens3.mtu', 'ansible_bond0', 'ansible_local.app.port'],
  ...['ansible_facts.local.app', 'defined ansible_distributon', 'default ansible_distributon 1'],
  ...['ansible_facts', 'ansible_remote_tmp', 'ansible_python.version.major', 'ansible_ssh_pipelining'],
])('%s is left alone', (written) => {
  expect(use(written)).toEqual([]);
});

test('a name that the playbook sets is known', () => {
  const task = '- set_fact: {ansible_distributon: x}\n- debug: {msg: "{{ ansible_distributon }}"}';
  expect(checkTasks(task)).toEqual([]);
});

test('every documented fact is known, and every variable of the engine', () => {
  const rows = readFileSync(new URL('../../docs/facts.md', import.meta.url), 'utf8').match(/^\| `[^|]*\|/gm);
  const documented = (rows ?? []).flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(documented.length).toBeGreaterThan(60);
  const names = [...documented.map((name) => `ansible_facts.${name}`), ...magicNames];
  expect(names.filter((name) => use(name).some((line) => line.includes('is no fact')))).toEqual([]);
});
