import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { VaultError, type VaultSecret } from './vault.ts';

export interface VaultSecretOptions {
  /** Asks on the terminal, for the source `prompt`. */
  readonly ask?: (id: string) => Promise<string>;
}

/**
 * Reads the passwords that `--vault-id` and `--vault-password-file` name.
 *
 * @param specs `file`, `id@file`, `id@script` or `id@prompt`; an executable file is run and its
 *   output taken, with `--vault-id ID` where its name ends in `-client`
 * @returns one secret for each, in the same order
 * @throws VaultError where a password cannot be had or is empty
 */
export async function readVaultSecrets(
  specs: readonly string[],
  options: VaultSecretOptions = {},
): Promise<VaultSecret[]> {
  const secrets: VaultSecret[] = [];
  for (const spec of specs) {
    const at = spec.indexOf('@');
    const id = at > 0 ? spec.slice(0, at) : 'default';
    const source = at === -1 ? spec : spec.slice(at + 1);
    const password = stripped(await readPassword(id, source, options));
    if (password === '') throw new VaultError(`the vault password of ${source} is empty`);
    secrets.push({ id, password });
  }
  return secrets;
}

/** What Ansible strips: ASCII white space alone, so that both derive the same key from any file. */
function stripped(text: string): string {
  return text.replaceAll(/^[\t-\r ]+|[\t-\r ]+$/g, '');
}

async function readPassword(id: string, source: string, options: VaultSecretOptions): Promise<string> {
  if (source === 'prompt' && options.ask) return options.ask(id);
  if (isExecutable(source)) return runScript(id, source);
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = missing ? 'there is no such file' : 'it cannot be read';
    throw new VaultError(`vault password file ${source}: ${reason}`, { cause: error });
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function runScript(id: string, path: string): string {
  const isClient = basename(path, extname(path)).endsWith('-client');
  const argv = isClient ? ['--vault-id', id] : [];
  const result = spawnSync(resolve(path), argv, { encoding: 'utf8', stdio: ['inherit', 'pipe', 'inherit'] });
  if (result.error) {
    throw new VaultError(`vault password script ${path} cannot be run: ${result.error.message}`, {
      hint: 'it is executable: start it with #!, or take the x bit away to read it as a file',
    });
  }
  if (result.status !== 0) {
    throw new VaultError(`vault password script ${path} ended with exit code ${result.status}`);
  }
  return result.stdout;
}
