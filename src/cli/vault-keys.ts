import { readVaultSecrets, type VaultSecret } from '../load/index.ts';
import { MooringError } from '../model/errors.ts';
import { askSecret } from './terminal.ts';
import type { VaultCommandArguments } from './vault-options.ts';
import { askVaultPassword, findVaultSecrets } from './vault-secrets.ts';

/**
 * The passwords that may open something: those the command line, the environment or the site names; one is
 * asked for where there is none.
 */
export async function openingSecrets(args: VaultCommandArguments): Promise<readonly VaultSecret[]> {
  const secrets = await findVaultSecrets(args);
  return secrets.length > 0 ? secrets : [{ id: 'default', password: await askIfPossible(askVaultPassword) }];
}

/**
 * The password to encrypt with. What is typed for it is asked for twice.
 *
 * @throws MooringError where several are given and none is chosen
 */
export async function sealingSecret(args: VaultCommandArguments): Promise<VaultSecret> {
  const secrets = await findVaultSecrets(args, askNewPassword);
  if (secrets.length > 0) return chosen(secrets, args.encryptVaultId);
  const id = args.encryptVaultId ?? 'default';
  return { id, password: await askIfPossible(() => askNewPassword(id)) };
}

/** The password that takes the place of another. */
export async function replacingSecret(args: VaultCommandArguments): Promise<VaultSecret> {
  const specs = [args.newVaultId ?? [], args.newVaultPasswordFile ?? []].flat();
  if (specs.length > 1) {
    throw new MooringError('--new-vault-id and --new-vault-password-file: give one of them');
  }
  const [secret] = await readVaultSecrets(specs, { ask: askNewPassword });
  return secret ?? { id: 'default', password: await askNewPassword('default') };
}

function chosen(secrets: readonly VaultSecret[], wanted: string | undefined): VaultSecret {
  const ids = [...new Set(secrets.map(({ id }) => id))];
  const [only, ...others] = ids;
  const found = secrets.find(({ id }) => id === (wanted ?? only));
  if (wanted === undefined && others.length > 0) {
    throw new MooringError(`there are passwords of several vault ids: ${ids.join(', ')}`, {
      hint: 'Say which one to encrypt with: --encrypt-vault-id ID',
    });
  }
  if (found) return found;
  throw new MooringError(`there is no password of the vault id "${wanted}"`, {
    hint: `Given: ${ids.join(', ')}`,
  });
}

async function askNewPassword(id: string): Promise<string> {
  const label = id === 'default' ? '' : ` (${id})`;
  const password = await askSecret(`New vault password${label}: `);
  if (password === '') throw new MooringError('an empty password protects nothing');
  if ((await askSecret(`Once more${label}: `)) !== password) {
    throw new MooringError('the two passwords differ; nothing was changed');
  }
  return password;
}

async function askIfPossible(ask: (id: string) => Promise<string>): Promise<string> {
  if (process.stdin.isTTY) return ask('default');
  throw new MooringError('no vault password was given', {
    hint: 'Give it with --vault-password-file or --vault-id, or name a site with its own: -i FOLDER.',
  });
}
