import { readFileSync, statSync } from 'node:fs';
import type { Fault } from '../model/errors.ts';
import type { Position } from '../model/position.ts';
import type { Value } from '../model/value.ts';
import { parseYaml } from '../util/yaml.ts';
import { Faults } from './faults.ts';
import { isVaultText, type Vault, VaultError } from './vault.ts';

export interface ReadOptions {
  readonly vault?: Vault | undefined;
  /** Where the file is named, for the fault when it is not there. */
  readonly from?: Position | undefined;
}

/**
 * Reads a text file of the user's; opens it where it is encrypted.
 *
 * @returns the text, or undefined with faults
 */
export function readSourceFile(
  path: string,
  options: ReadOptions = {},
): { text: string | undefined; encrypted: boolean; faults: readonly Fault[] } {
  const faults = new Faults();
  try {
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
    if (!isVaultText(text)) return { text, encrypted: false, faults: [] };
    if (options.vault) return { text: options.vault.decryptFile(text), encrypted: true, faults: [] };
    faults.error('vault-no-password', `${path} is encrypted and no vault password was given`, {
      position: { file: path, line: 1, col: 1 },
      hint: 'give it with --vault-password-file',
    });
  } catch (error) {
    faults.add([readFault(path, error, options)]);
  }
  return { text: undefined, encrypted: false, faults: faults.list };
}

/** Reads and parses one YAML (or JSON) file; `value` is undefined where it could not be read. */
export function readYamlFile(
  path: string,
  options: ReadOptions = {},
): { value: Value | undefined; faults: readonly Fault[] } {
  const { text, encrypted, faults } = readSourceFile(path, options);
  if (text === undefined) return { value: undefined, faults };
  const parsed = parseYaml(text, decrypting(path, options.vault));
  if (encrypted && options.vault) registerSecrets(parsed.value, options.vault);
  return parsed;
}

/** Options for `parseYaml` that open `!vault` values with the given vault. */
export function decrypting(file: string, vault: Vault | undefined) {
  return vault ? { file, decrypt: (armoured: string) => vault.decrypt(armoured) } : { file };
}

export function isFile(path: string): boolean {
  return look(path)?.isFile() === true;
}

export function isDirectory(path: string): boolean {
  return look(path)?.isDirectory() === true;
}

/** What is at a path; nothing where it cannot be looked at or is no path at all. */
function look(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Registers every text inside a value that came from an encrypted file. */
export function registerSecrets(value: unknown, vault: Vault): void {
  if (typeof value === 'string') vault.registerSecret(value);
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) registerSecrets(item, vault);
  }
}

function readFault(path: string, error: unknown, options: ReadOptions): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Record<string, [string, string]> = {
    ENOENT: ['missing-file', `there is no file ${path}`],
    EISDIR: ['not-a-file', `${path} is a directory`],
    EACCES: ['unreadable-file', `${path} may not be read by this user`],
  };
  const reason = error instanceof Error ? error.message : String(error);
  const own = { file: path, line: 1, col: 1 };
  if (error instanceof VaultError) return vaultFault(reason, error, own);
  const [word, message] = reasons[code] ?? ['unreadable-file', `${path}: ${reason}`];
  return { severity: 'error', code: word, message, position: options.from ?? own };
}

function vaultFault(message: string, { hint }: VaultError, position: Position): Fault {
  return { severity: 'error', code: 'vault', message, position, ...(hint ? { hint } : {}) };
}
