import type { Argv } from 'yargs';
import { declareLint, type LintArguments } from './lint-options.ts';
import { declareVault, vaultActions } from './vault-options.ts';

/** Commands that look at files alone; no host is asked. */
export const toolNames: readonly string[] = ['lint', 'vault'];

/** The actions of those that do several things. */
export const toolActions: Readonly<Record<string, readonly string[]>> = { vault: vaultActions };

/**
 * Declares the commands of `toolNames`.
 *
 * @param version of the program
 * @param done takes the exit code
 */
export function declareTools(cli: Argv, version: string, done: (code: number) => void): Argv {
  return cli
    .command('lint <playbooks..>', 'Check files without running anything', declareLint, async (args) => {
      const { lintCommand } = await import('./lint-command.ts');
      done(await lintCommand(args as unknown as LintArguments, version));
    })
    .command('vault', 'Encrypt and decrypt files as ansible-vault does', (vault) =>
      declareVault(vault, async (action, args) => {
        const { vaultCommand } = await import('./vault-command.ts');
        done(await vaultCommand(action, args));
      }),
    );
}
