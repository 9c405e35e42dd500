import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { modules } from '../../modules/index.ts';
import { withoutMadeGroups } from '../../src/check/index.ts';
import { loadInventory, loadPlaybook } from '../../src/load/index.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mooring-groups-'));
  mkdirSync(join(directory, 'group_vars'));
  for (const name of ['os_debian', 'os_suse', 'wbe'])
    writeFileSync(join(directory, 'group_vars', `${name}.yml`), 'a: 1\n');
  writeFileSync(join(directory, 'hosts.yml'), 'web: {hosts: {h1: }}\n');
});
afterEach(() => rmSync(directory, { recursive: true }));

function strangers(task: string): string[] {
  writeFileSync(join(directory, 'site.yml'), `- hosts: all\n  tasks: [${task}]\n`);
  const { playbook } = loadPlaybook(join(directory, 'site.yml'), { modules });
  const { inventory, faults } = loadInventory([join(directory, 'hosts.yml')]);
  const left = withoutMadeGroups(faults, { playbooks: [playbook], inventory, modules });
  return left.map(({ position }) => basename(position?.file ?? '', '.yml'));
}

it.each([
  ['debug: {msg: x}', ['os_debian', 'os_suse', 'wbe']],
  ['group_by: {key: os_debian}', ['os_suse', 'wbe']],
  ['group_by: {key: x, parents: [os_suse]}', ['os_debian', 'wbe']],
  ['group_by: {key: "os_{{ family }}"}', ['wbe']],
  ['group_by: {key: "{{ family }}"}', []],
  ['add_host: {name: h2, groups: "os_debian, wbe"}', ['os_suse']],
  ['add_host: {name: h2, groups: "web,{{ family }}"}', []],
])('{%s} leaves the warnings of %j', (task, expected) => {
  expect(strangers(`{${task}}`)).toEqual(expected);
});
