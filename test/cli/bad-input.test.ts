import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Vault } from '../../src/load/index.ts';
import { writeFiles } from '../load/temporary-files.ts';
import { localHosts, mooring } from './mooring.ts';

/** A play whose tasks must never run: what they would print is looked for. */
const play = (tasks: string): string => `- hosts: all\n  tasks:\n    - debug: {msg: it ran}\n${tasks}`;

interface Bad {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly words?: readonly string[];
  /** `file:line:col: error: message`, and the hint. */
  readonly expected: readonly string[];
}

const cases: readonly Bad[] = [
  {
    what: 'an unknown keyword of a play and of a task',
    files: { 'site.yml': `${play('    - ping:\n      wen: true\n')}  gather_fact: false\n` },
    expected: [
      'site.yml:5:7: error: unknown task keyword "wen"',
      'hint: did you mean "when"?',
      'site.yml:6:3: error: unknown play keyword "gather_fact"',
      'hint: did you mean "gather_facts"?',
    ],
  },
  {
    what: 'an unknown module',
    files: { 'site.yml': play('    - coppy: {src: a, dest: /b}\n') },
    expected: ['site.yml:4:7: error: unknown module "coppy"', 'hint: did you mean "copy"?'],
  },
  {
    what: 'an unknown parameter',
    files: { 'site.yml': play('    - file: {path: /x, stat: directory}\n') },
    expected: ['site.yml:4:24: error: file: unknown parameter "stat"', 'hint: did you mean "state"?'],
  },
  {
    what: 'a value of the wrong type',
    files: { 'site.yml': play('    - wait_for: {port: many}\n') },
    expected: ['site.yml:4:24: error: wait_for: "port" must be a whole number, not a string ("many")'],
  },
  {
    what: 'a list where one of a few words is wanted: one error',
    files: { 'site.yml': play('    - file: {path: /x, state: [directory]}\n') },
    expected: [
      'site.yml:4:31: error: file: "state" must be one of absent, directory, file, hard, link, touch, not',
      'hint: did you mean "directory"?',
      '\n1 error; nothing was run',
    ],
  },
  {
    what: 'an undefined variable',
    files: {
      'site.yml': play('    - debug: {msg: "{{ versoin }}"}\n'),
      'group_vars/all.yml': 'version: 1\n',
    },
    expected: ['site.yml:4:24: error: "versoin" is not defined', 'hint: did you mean "version"?'],
  },
  {
    what: 'an unknown group',
    files: { 'site.yml': '- hosts: wbe\n  tasks: []\n' },
    expected: ['site.yml:1:10: error: no group or host is called "wbe"', 'hint: did you mean "web"?'],
  },
  {
    what: 'a missing playbook',
    files: {},
    expected: ['site.yml:1:1: error: there is no file', 'site.yml [missing-file]'],
  },
  {
    what: 'missing files',
    files: { 'site.yml': play('    - copy: {src: no.txt, dest: /b}\n    - include_tasks: no.yml\n') },
    expected: [
      'site.yml:4:19: error: there is no file no.txt on the control node',
      'site.yml:5:22: error: there is no file no.yml',
      'hint: looked',
    ],
  },
  {
    what: 'a missing inventory',
    files: { 'site.yml': play('') },
    words: ['-i', '/no/such/inventory'],
    expected: ['error: there is no inventory /no/such/inventory', 'hint: Name a folder or file with -i'],
  },
  {
    what: 'wrong YAML',
    files: { 'site.yml': '- hosts: all\n  tasks:\n    - debug: {msg: [open}\n' },
    expected: ['site.yml:3:25: error: not valid YAML'],
  },
  {
    what: 'a key that stands twice',
    files: { 'site.yml': '- hosts: all\n  tasks: []\n  hosts: web\n' },
    expected: ['site.yml:3:3: error: "hosts" stands twice in this mapping, first on line 1'],
  },
  {
    what: 'a tab as indentation',
    files: { 'site.yml': '- hosts: all\n\ttasks: []\n' },
    expected: ['site.yml:2:1: error: a tab is used for indentation', 'hint: YAML allows only spaces there'],
  },
  {
    what: 'groups that contain each other',
    files: {
      'site.yml': play(''),
      'groups.ini': '[a:children]\nb\n[b:children]\na\n[a]\nh1 ansible_connection=local\n',
    },
    words: ['-i', 'groups.ini'],
    expected: ['groups.ini:4:1: error: groups cannot contain each other: "a" already contains "b"'],
  },
  {
    what: 'files that include each other',
    files: {
      'site.yml': play('    - include_tasks: a.yml\n    - import_tasks: c.yml\n'),
      'a.yml': '- include_tasks: b.yml\n',
      'b.yml': '- include_tasks: a.yml\n',
      'c.yml': '- import_tasks: d.yml\n',
      'd.yml': '- import_tasks: c.yml\n',
    },
    expected: [
      'b.yml:1:18: error: a.yml includes itself',
      'hint: put a condition on the include, so that it ends',
      'd.yml:1:17: error: c.yml imports itself',
      'hint: the circle: c.yml → d.yml → c.yml',
    ],
  },
  {
    what: 'variables that need each other',
    files: { 'site.yml': `${play('    - debug: {msg: "{{ a }}"}\n')}  vars: {a: "{{ b }}", b: "{{ a }}"}\n` },
    expected: ['site.yml:4:24: error: variables need each other: a → b → a'],
  },
  {
    what: 'a limit that names nobody',
    files: { 'site.yml': play('') },
    words: ['-l', 'h9'],
    expected: ['error: no group or host is called "h9"'],
  },
];

test.each(cases)('$what: exit 1 with the place, nothing is run', async ({ files, words = [], expected }) => {
  const directory = writeFiles({ 'hosts.yml': localHosts, ...files });
  const inventory = words.includes('-i') ? [] : ['-i', join(directory, 'hosts.yml')];
  const named = words.map((word) => (word in files ? join(directory, word) : word));
  const { code, stdout, stderr } = await mooring('run', join(directory, 'site.yml'), ...inventory, ...named);
  const said = stderr.replaceAll(`${directory}/`, '');
  for (const text of expected) expect(said).toContain(text);
  expect(said).toMatch(/\d+ errors?(, \d+ warnings?)?; nothing was run\n$/);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});

test('an error stands under the line it is in, with a caret', async () => {
  const directory = writeFiles({ 'hosts.yml': localHosts, 'site.yml': play('    - coppy: {src: a}\n') });
  const { stderr } = await mooring('run', join(directory, 'site.yml'), '-i', join(directory, 'hosts.yml'));
  expect(stderr).toContain('  4 |     - coppy: {src: a}\n    |       ^\n');
});

/** A site with an encrypted file of variables. */
function sealedSite(): string {
  const vault = new Vault({ secrets: [{ id: 'default', password: 'the right one' }] });
  return writeFiles({
    'hosts.yml': localHosts,
    'group_vars/all/secrets.yml': vault.encrypt('db_password: hunter2hunter2\n'),
    'site.yml': play('    - debug: {msg: "{{ db_password }} {{ db_password }}"}\n'),
    wrong: 'not the right one\n',
  });
}

test.each([
  [
    [],
    /secrets\.yml:1:1: error: this is encrypted and no vault password was given/,
    /hint: .*--vault-password-file/,
  ],
  [['--vault-password-file', 'wrong'], /secrets\.yml:1:1: error: wrong vault password/, /./],
  [['--vault-password-file', 'nowhere'], /nowhere/, /./],
])('vault password %j: one error, no flood after it', async (words, message, hint) => {
  const directory = sealedSite();
  const named = words.map((word) => (word.startsWith('-') ? word : join(directory, word)));
  const { code, stderr } = await mooring(
    ...['run', join(directory, 'site.yml'), '-i', join(directory, 'hosts.yml'), ...named],
  );
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(hint);
  expect(stderr).not.toContain('is not defined');
  expect(stderr).not.toContain('not the right one');
  expect(code).toBe(1);
});

test('a vault password script that fails is named, with its exit code', async () => {
  const directory = sealedSite();
  const script = join(directory, 'asks');
  writeFileSync(script, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
  const { stderr, code } = await mooring(
    ...['run', join(directory, 'site.yml'), '-i', join(directory, 'hosts.yml')],
    ...['--vault-password-file', script],
  );
  expect(stderr).toMatch(/vault password script .*asks .*3/);
  expect(code).toBe(1);
});
