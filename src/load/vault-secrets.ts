import { basename, extname } from 'node:path';
import { readPasswordFile } from './password-file.ts';
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
  const isClient = basename(source, extname(source)).endsWith('-client');
  return readPasswordFile(source, {
    what: 'vault password',
    argv: isClient ? ['--vault-id', id] : [],
    error: VaultError,
  });
}
