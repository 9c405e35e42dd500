import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Vault } from '../load/index.ts';
import type { ValueMap } from '../model/value.ts';
import { toYaml } from '../util/yaml.ts';
import { writePrivateFile } from './private-file.ts';
import type { Site } from './site.ts';
import { findVaultSecrets, type VaultArguments, vaultForWriting } from './vault-secrets.ts';

/**
 * Writes variables as an encrypted file, whole or not at all, readable by its owner alone.
 *
 * @param path absolute path
 * @returns the vault that opens it
 * @throws MooringError where there is no vault password and no place to keep a new one
 */
export async function saveVaultFile(
  path: string,
  values: ValueMap,
  args: VaultArguments,
  site: Site,
): Promise<Vault> {
  const secrets = await findVaultSecrets(args);
  const { vault, made } = vaultForWriting(secrets, args.inventory, site.redactor);
  if (made !== undefined) {
    process.stderr.write(
      `A new vault password for this site is in ${made}: keep it, and keep it out of version control.\n`,
    );
  }
  mkdirSync(dirname(path), { recursive: true });
  writePrivateFile(path, vault.encrypt(toYaml(values)));
  return vault;
}
