import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VaultCase } from './vault-cases.ts';

export const ansibleVault = '/usr/bin/ansible-vault';

/** The words that name the password of a case, which is written into a folder first. */
export function passwordWords(one: VaultCase, place: string): string[] {
  const name = { plain: 'ask.sh', client: 'ring-client.sh' }[one.script ?? 'plain'];
  const file = join(place, one.script ? name : 'password');
  writeFileSync(
    file,
    one.script ? `#!/bin/sh\n${client(one)}printf '%s' '${one.passwordFile}'\n` : one.passwordFile,
  );
  chmodSync(file, one.script ? 0o700 : 0o600);
  return one.id === 'default' ? ['--vault-password-file', file] : ['--vault-id', `${one.id}@${file}`];
}

/** A client insists on being told the id. */
function client({ script, id }: VaultCase): string {
  return script === 'client' ? `[ "$1 $2" = "--vault-id ${id}" ] || exit 1\n` : '';
}

/** What ansible-vault makes of a case. */
export function encryptedByAnsible(one: VaultCase, place: string): string {
  const words = passwordWords(one, place);
  if (one.isValue) return ask(['encrypt_string', '--stdin-name', 'secret', ...words], place, one.content);
  const file = join(place, 'theirs');
  writeFileSync(file, one.content);
  ask(['encrypt', file, ...words], place);
  return readFileSync(file, 'utf8');
}

/** What ansible-vault reads in a file. */
export function openedByAnsible(file: string, one: VaultCase, place: string): Buffer {
  const opened = join(place, 'opened');
  ask(['decrypt', file, '--output', opened, ...passwordWords(one, place)], place);
  return readFileSync(opened);
}

function ask(words: readonly string[], place: string, input?: Buffer): string {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', HOME: place };
  const { status, stdout, stderr } = spawnSync(ansibleVault, words, { env, cwd: place, input: input ?? '' });
  if (status !== 0) throw new Error(String(stderr));
  return String(stdout);
}
