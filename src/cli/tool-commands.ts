import type { Argv } from 'yargs';
import type { ConnectionsArguments } from './connections-command.ts';
import { declareExplain, explainWhats } from './explain-options.ts';
import { declareLint, type LintArguments } from './lint-options.ts';
import type { SchemaArguments } from './schema-command.ts';
import { declareVault, vaultActions } from './vault-options.ts';

/** Commands that run no playbook; no host is asked. */
export const toolNames: readonly string[] = ['connections', 'explain', 'lint', 'schema', 'vault'];

/** The actions of those that do several things. */
export const toolActions: Readonly<Record<string, readonly string[]>> = {
  explain: explainWhats,
  vault: vaultActions,
};

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
    .command('explain', 'Say why a variable has its value, or whether a task would run', (explain) =>
      declareExplain(explain, async (what, args) => {
        const { explainCommand } = await import('./explain-command.ts');
        done(await explainCommand(what, args));
      }),
    )
    .command('connections', 'Show or end what --persist keeps open', declareConnections, async (args) => {
      const { connectionsCommand } = await import('./connections-command.ts');
      done(await connectionsCommand(args as unknown as ConnectionsArguments));
    })
    .command('schema', 'Print a JSON Schema for editors', declareSchema, async (args) => {
      const { schemaCommand } = await import('./schema-command.ts');
      done(schemaCommand(args as unknown as SchemaArguments));
    })
    .command('vault', 'Encrypt and decrypt files as ansible-vault does', (vault) =>
      declareVault(vault, async (action, args) => {
        const { vaultCommand } = await import('./vault-command.ts');
        done(await vaultCommand(action, args));
      }),
    );
}

function declareConnections(cli: Argv): Argv {
  return cli
    .option('close', { type: 'boolean', default: false, describe: 'End those that no run uses right now' })
    .option('output', { choices: ['human', 'json'], default: 'human', describe: 'json: one object' })
    .example([
      ['$0 connections', 'which are open, and for how long'],
      ['$0 connections --close', 'end them now'],
    ]);
}

function declareSchema(cli: Argv): Argv {
  return cli
    .option('for', {
      choices: ['playbook', 'tasks', 'inventory'],
      default: 'playbook',
      describe: 'Which kind of file; tasks: what include_tasks and import_tasks bring in',
    })
    .example([
      ['$0 schema > .vscode/mooring-playbook.json', 'see docs/editors.md'],
      ['$0 schema --for inventory > .vscode/mooring-inventory.json', 'for inventories in YAML'],
    ]);
}
