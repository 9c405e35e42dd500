import { describe, expect, it, test } from 'vitest';
import { modules } from '../../modules/index.ts';
import { mooring } from './mooring.ts';

test('--version prints the version alone', async () => {
  expect(await mooring('--version')).toMatchObject({ code: 0, stdout: '9.9.9\n', stderr: '' });
});

describe('help', () => {
  it('names the commands and the exit codes', async () => {
    const { code, stdout } = await mooring('--help');
    expect(code).toBe(0);
    for (const command of ['mooring run', 'mooring inventory', 'mooring doc'])
      expect(stdout).toContain(command);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('2 a host failed, 4 a host unreachable, 5 usage');
  });

  test.each([
    ['run', '--limit, -l|--tags, -t|--skip-tags|--extra-vars, -e|--check, -C|--diff, -D|--forks, -f'],
    ['run', '--become, -b|--become-user|--ask-become-pass, -K|--user, -u|--private-key|--ask-pass, -k'],
    ['run', '--vault-password-file|--start-at-task|--step|--list-hosts|--list-tasks|--list-tags'],
    ['run', '--syntax-check|--force-handlers|--output|--speculate|--verbose, -v'],
    ['inventory', '--list|--graph|--host|--inventory, -i'],
    ['doc', '--list, -l'],
    ['lint', '--strict|--skip-rule|--output|--inventory, -i|--limit, -l'],
    ['schema', '--for'],
    ['connections', '--close|--output'],
    [
      'vault encrypt',
      '--output, -o|--encrypt-vault-id|--vault-id|--vault-password-file|--ask-vault-pass, -J',
    ],
    ['vault rekey', '--new-vault-id|--new-vault-password-file'],
    ['explain var', '--host|--inventory, -i|--output'],
    ['explain task', '--host|--tags, -t|--skip-tags|--limit, -l'],
  ])('of %s has examples and %s', async (command, options) => {
    const { code, stdout } = await mooring(...command.split(' '), '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Examples:\n  mooring ${command} `);
    const said = stdout.replaceAll(/(-\w), (--[\w-]+)/g, '$2, $1');
    for (const option of options.split('|')) expect(said).toContain(option);
  });
});

describe('a wrong command line', () => {
  test.each([
    [['bogus'], 'there is no command "bogus"'],
    [['inventroy'], 'there is no command "inventroy"; did you mean "inventory"?'],
    [['run'], 'run: which playbook?'],
    [['vault'], 'vault: create, edit, view, encrypt, decrypt, encrypt-string, rekey?'],
    [['vault', 'encypt', 'x'], 'there is no "vault encypt"; did you mean "encrypt"?'],
    [['vault', 'view'], 'vault: which file?'],
    [['explain'], 'explain: var or task?'],
    [['explain', 'vars', 'x'], 'there is no "explain vars"; did you mean "var"?'],
    [['explain', 'var', '--host', 'x'], 'explain: which name, and of which playbook?'],
    [['explain', 'var', 'x'], '--host is needed'],
    [['schema', '--for', 'role'], 'Given: "role", Choices: "playbook", "tasks", "inventory"'],
    [
      ['vault', 'view', 'x', '--vault-ids', 'y'],
      'there is no option --vault-ids; did you mean "--vault-id"?',
    ],
    [['run', '--fork', '3', 'x.yml'], 'there is no option --fork; did you mean "--forks"?'],
    [['run', '--list-task', 'x.yml'], 'there is no option --list-task; did you mean "--list-tasks"?'],
    [['run', 'x.yml', '-Z'], 'there is no option -Z'],
    [['run', 'x.yml', '-i'], '-i needs a value'],
    [['run', 'x.yml', '--output', 'xml'], 'Given: "xml", Choices: "human", "json"'],
    [['run', 'x.yml', '--forks', 'many'], '--forks must be one whole number from 1'],
    [['run', 'x.yml', '--forks', '0'], '--forks must be one whole number from 1'],
    [['doc', 'mount', 'extra'], '"extra" is one argument too many'],
    [[], 'which command?'],
  ])('%j ends with 5 and the reason', async (words, reason) => {
    const { code, stdout, stderr } = await mooring(...words);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('See: mooring --help');
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
  });
});

describe('doc', () => {
  it('lists every module with its summary', async () => {
    const { code, stdout } = await mooring('doc', '--list');
    expect(code).toBe(0);
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual([...new Set([...modules.values()].map((module) => module.name))].sort());
  });

  it('shows parameters and examples of one, by its alias too', async () => {
    const { stdout } = await mooring('doc', 'service');
    expect(stdout).toMatch(/^# systemd\n/);
    expect(stdout).toContain('Also known as: `service`');
    expect(stdout).toMatch(/\| `state`.*\n/);
    expect(stdout).toContain('## Examples');
  });

  it('says which module was meant', async () => {
    const { code, stderr } = await mooring('doc', 'moutn');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'mooring: there is no module "moutn"\nDid you mean "mount"?\n',
    });
  });
});
