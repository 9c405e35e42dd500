import { randomBytes } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVaultSecrets, Vault, type VaultSecret } from '../load/index.ts';
import { MooringError } from '../model/errors.ts';
import type { Redactor } from '../util/redact.ts';
import { askSecret } from './terminal.ts';

export interface VaultArguments {
  readonly inventory: readonly string[];
  readonly vaultPasswordFile: readonly string[];
  readonly vaultId: readonly string[];
  readonly askVaultPass: boolean;
}

/** Looked for in the inventory folder where no option names a password. */
const siteVaultPassword = '.vault-password';

/**
 * Finds the vault passwords: options first, then ANSIBLE_VAULT_PASSWORD_FILE, then the file
 * `.vault-password` in the inventory folder.
 *
 * @param ask asks for the password of a vault id
 * @throws MooringError where a named file is missing or empty
 */
export async function findVaultSecrets(
  args: VaultArguments,
  ask: (id: string) => Promise<string> = askVaultPassword,
): Promise<readonly VaultSecret[]> {
  const secrets: VaultSecret[] = [];
  const named = [...args.vaultId, ...args.vaultPasswordFile, ...(args.askVaultPass ? ['prompt'] : [])];
  secrets.push(...(await readVaultSecrets(named, { ask })));
  if (secrets.length > 0) return secrets;
  const path = process.env['ANSIBLE_VAULT_PASSWORD_FILE'] ?? sitePasswordFile(args.inventory);
  return path !== undefined && existsSync(path) ? readVaultSecrets([path]) : [];
}

/** Asks for the password of a vault id. */
export function askVaultPassword(id: string): Promise<string> {
  return askSecret(id === 'default' ? 'Vault password: ' : `Vault password (${id}): `);
}

/** A vault that masks whatever it opens. */
export function createVault(secrets: readonly VaultSecret[], redactor: Redactor): Vault {
  for (const secret of secrets) redactor.add(secret.password);
  return new Vault({ secrets, onSecret: (text) => redactor.add(text) });
}

/**
 * The password new secrets are encrypted with. A site that has none yet gets one, in the file
 * `.vault-password` of its folder, readable by its owner alone.
 *
 * @param secrets those found
 * @param inventory what -i named
 * @returns the vault, and the path of a password file that was made
 */
export function vaultForWriting(
  secrets: readonly VaultSecret[],
  inventory: readonly string[],
  redactor: Redactor,
): { readonly vault: Vault; readonly made?: string } {
  if (secrets.some((secret) => secret.id === 'default')) return { vault: createVault(secrets, redactor) };
  const path = sitePasswordFile(inventory);
  if (path === undefined) {
    throw new MooringError('secrets have to be stored, and there is no vault password', {
      hint: 'Give one with --vault-password-file.',
    });
  }
  const password = randomBytes(24).toString('base64url');
  writeFileSync(path, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return { vault: createVault([...secrets, { id: 'default', password }], redactor), made: path };
}

function sitePasswordFile(inventory: readonly string[]): string | undefined {
  const folder = inventory.find((path) => existsSync(path) && statSync(path).isDirectory());
  return folder === undefined ? undefined : join(folder, siteVaultPassword);
}
