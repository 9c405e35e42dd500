import type { Argv } from 'yargs';
import { declareVault, vaultActions } from './vault-options.ts';

/** Commands that look at files alone; no host is asked. */
export const toolNames: readonly string[] = ['vault'];

/** The actions of those that do several things. */
export const toolActions: Readonly<Record<string, readonly string[]>> = { vault: vaultActions };

/** Declares the commands of `toolNames`. @param done takes the exit code */
export function declareTools(cli: Argv, done: (code: number) => void): Argv {
  return cli.command('vault', 'Encrypt and decrypt files as ansible-vault does', (vault) =>
    declareVault(vault, async (action, args) => {
      const { vaultCommand } = await import('./vault-command.ts');
      done(await vaultCommand(action, args));
    }),
  );
}
