import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { loadVarsFile, readVaultSecrets, Vault } from '../../src/load/index.ts';
import { writeFiles } from '../load/temporary-files.ts';
import { content, folder, vault, withInput } from './vault-files.ts';

const ansible = '/usr/bin/ansible-vault';
const hasAnsible = existsSync(ansible);

describe.runIf(hasAnsible)(`with ${ansible} (left out where it is not installed)`, () => {
  const run = (...words: readonly string[]): string => {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', HOME: folder() };
    const { status, stdout, stderr } = spawnSync(ansible, words, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };

  it.each([
    ['a default password', (place: string) => ['--vault-password-file', join(place, 'one')], '1.1;AES256\n'],
    [
      'CRLF in the password file',
      (place: string) => ['--vault-password-file', join(place, 'two')],
      '1.1;AES256\n',
    ],
    ['an id', (place: string) => ['--vault-id', `prod@${join(place, 'one')}`], '1.2;AES256;prod\n'],
  ])('a file goes both ways with %s', async (_title, password, header) => {
    const place = folder();
    const file = join(place, 'secrets.yml');
    await vault('encrypt', file, ...password(place));
    expect(readFileSync(file, 'utf8').startsWith(`$ANSIBLE_VAULT;${header}`)).toBe(true);
    expect(run('view', file, ...password(place)).trimEnd()).toBe(content.trimEnd());
    run('decrypt', file, ...password(place));
    expect(readFileSync(file, 'utf8')).toBe(content);
    run('encrypt', file, ...password(place));
    expect((await vault('view', file, ...password(place))).stdout).toBe(content);
  });

  it('a value goes both ways, and looks the same', async () => {
    const place = folder();
    const password = ['--vault-password-file', join(place, 'one')];
    const theirs = run('encrypt_string', '--name', 'a', 'some secret', ...password);
    const ours = await withInput('some secret', () => vault('encrypt-string', '--name', 'a', ...password));
    const shape = (text: string) => text.trimEnd().replaceAll(/^ +[0-9a-f]{4,}$/gm, 'HEX');
    expect(shape(ours.stdout)).toBe(shape(theirs));
    const vars = join(writeFiles({ 'vars.yml': theirs }), 'vars.yml');
    const secrets = await readVaultSecrets([join(place, 'one')]);
    expect(loadVarsFile(vars, { vault: new Vault({ secrets }) }).values).toEqual({ a: 'some secret' });
  });
});

test.runIf(!hasAnsible)(`${ansible} is not installed: the files of another program were not tried`, () => {
  expect(existsSync(ansible)).toBe(false);
});
