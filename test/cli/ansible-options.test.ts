import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localHosts, mooring } from './mooring.ts';

let directory: string;
const file = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mooring-options-'));
  writeFileSync(file('hosts.yml'), localHosts);
  writeFileSync(
    file('site.yml'),
    '- hosts: all\n  tasks:\n    - {name: one, debug: {msg: one}, tags: [a, always]}\n',
  );
  writeFileSync(file('password'), 'pa55\n');
  writeFileSync(file('empty'), '\n');
  writeFileSync(file('script'), '#!/bin/sh\necho from a script\n', { mode: 0o755 });
});
afterAll(() => rmSync(directory, { recursive: true }));

const run = (...words: string[]) => mooring('run', file('site.yml'), '-i', file('hosts.yml'), ...words);

/** Every option of ansible-playbook, in each of its spellings, with a value where it takes one. */
const supported: readonly (readonly string[])[] = [
  ...[
    ['--private-key', 'k'],
    ['--key-file', 'k'],
    ['-u', 'x'],
    ['--user', 'x'],
  ],
  ...[
    ['-c', 'ssh'],
    ['--connection', 'local'],
    ['-T', '5'],
    ['--timeout', '5'],
  ],
  ...[['--ssh-common-args', '-o ProxyJump=x'], ['--ssh-extra-args', '-o Port=22'], ['--ssh-common-args=-C']],
  ...[
    ['--connection-password-file', 'password'],
    ['--conn-pass-file', 'script'],
  ],
  ...[['-b'], ['--become'], ['--become-method', 'su'], ['--become-user', 'x']],
  ...[
    ['--become-password-file', 'password'],
    ['--become-pass-file', 'script'],
  ],
  ...[['-i', 'h3,'], ['--inventory', 'h3,'], ['-l', 'h1'], ['--limit', 'h1'], ['--list-hosts']],
  ...[
    ['--vault-id', 'x@password'],
    ['--vault-password-file', 'password'],
    ['--vault-pass-file', 'password'],
  ],
  ...[
    ['-e', 'a=1'],
    ['--extra-vars', '{"a": 1}'],
    ['-f', '3'],
    ['--forks', '3'],
  ],
  ...[['-C'], ['--check'], ['-D'], ['--diff'], ['-t', 'a'], ['--tags', 'a,all'], ['--skip-tags', 'a']],
  ...[['--force-handlers'], ['--flush-cache'], ['--syntax-check'], ['--list-tasks'], ['--list-tags']],
  ...[['--start-at-task', 'one'], ['-v'], ['-vvvvvv'], ['--verbose']],
];

describe('options of ansible-playbook', () => {
  test.each(supported)('%s %s is supported', async (option, value) => {
    const isFile = /file$/.test(option ?? '');
    const path = value?.replace(/^(x@)?(password|script)$/, (_, id = '', name) => `${id}${file(name)}`);
    const words = [option ?? '', ...(path === undefined ? [] : [isFile ? path : (path ?? '')])];
    const { code, stderr } = await run(...words, '--list-tasks');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.each([
    [['--ask-pass'], 'cannot ask "SSH password:"'],
    [['-k'], 'cannot ask "SSH password:"'],
    [['-K'], 'cannot ask "BECOME password:"'],
    [['--ask-become-pass'], 'cannot ask "BECOME password:"'],
    [['-J'], 'cannot ask "Vault password:"'],
    [['--ask-vault-pass'], 'cannot ask "Vault password:"'],
    [['--ask-vault-password'], 'cannot ask "Vault password:"'],
    [['--step'], 'cannot ask "Perform task'],
  ])('%j asks', async (words, reason) => {
    const { code, all } = await run(...words);
    expect(all).toContain(reason);
    expect(code).not.toBe(0);
  });

  test.each([
    [['-M', 'x'], '-M is not supported: modules are part of the program'],
    [['--module-path', 'x'], '--module-path is not supported: modules are part of the program'],
    [
      ['--sftp-extra-args', 'x'],
      '--sftp-extra-args is not supported: files go through the connection itself',
    ],
    [['--scp-extra-args=x'], '--scp-extra-args is not supported: files go through the connection itself'],
    [['--become-method', 'doas'], 'Given: "doas", Choices: "sudo", "su"'],
    [['-c', 'winrm'], 'Given: "winrm", Choices: "ssh", "local"'],
    [['-T', 'soon'], '--timeout must be one whole number of seconds from 1'],
    [
      ['-k', '--connection-password-file', 'x'],
      '--ask-pass and --connection-password-file cannot be given together',
    ],
  ])('%j is refused', async (words, reason) => {
    const { code, stderr } = await run(...words);
    expect(stderr).toContain(reason);
    expect(code).toBe(5);
  });

  test('of several values the last counts', async () => {
    const { stdout } = await run('-l', 'h1', '-l', 'h2', '--list-hosts');
    expect(stdout).toContain('hosts (1):\n      h2');
  });

  test.each([
    ['nope', /connection password file .*nope: there is no such file/],
    ['empty', /the connection password of .*empty is empty/],
  ])('a password file that is %s', async (name, reason) => {
    const { code, stderr } = await run('--connection-password-file', file(name));
    expect(stderr).toMatch(reason);
    expect(code).toBe(1);
  });

  test('a password from a script is masked', async () => {
    const { stdout } = await run('--become-password-file', file('script'), '-e', 'msg="from a script"', '-v');
    expect(stdout).not.toContain('from a script');
  });
});

describe('--roles-path', () => {
  beforeAll(async () => {
    const { mkdirSync } = await import('node:fs');
    for (const folder of ['one/web/tasks', 'two/db/tasks']) mkdirSync(file(folder), { recursive: true });
    writeFileSync(file('one/web/tasks/main.yml'), '- {name: w, debug: {msg: web}}\n');
    writeFileSync(file('two/db/tasks/main.yml'), '- {name: d, debug: {msg: db}}\n');
    writeFileSync(file('roles.yml'), '- hosts: h1\n  roles: [web]\n  tasks: [{include_role: {name: db}}]\n');
  });

  const runRoles = (...words: string[]) =>
    mooring('run', file('roles.yml'), '-i', file('hosts.yml'), ...words);

  test('names folders with roles, joined by colons or repeated', async () => {
    for (const words of [
      [`--roles-path=${file('one')}:${file('two')}`],
      ['--roles-path', file('one'), '--roles-path', file('two')],
    ]) {
      const { code, stdout, stderr } = await runRoles(...words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/TASK \[web : w\][\s\S]*TASK \[db : d\]/);
    }
  });

  test('may stand in the environment', async () => {
    process.env['MOORING_ROLES_PATH'] = `${file('one')}:${file('two')}`;
    try {
      expect((await runRoles()).code).toBe(0);
      expect((await mooring('lint', file('roles.yml'))).code).toBe(0);
    } finally {
      delete process.env['MOORING_ROLES_PATH'];
    }
  });

  test('is named where a role is nowhere', async () => {
    const { code, stderr } = await runRoles('--roles-path', file('one'));
    expect(stderr).toContain('there is no role db');
    expect(stderr).toContain(file('one'));
    expect(code).toBe(1);
  });
});
