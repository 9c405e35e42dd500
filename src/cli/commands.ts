import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';
import { withDashedValues } from './connect-options.ts';
import { exitCodes } from './exit-codes.ts';
import { declareInventoryOptions } from './inventory-options.ts';
import { declareRunOptions, type RunArguments } from './run-options.ts';
import { declareTools, toolActions, toolNames } from './tool-commands.ts';
import { UsageError, usageMessage } from './usage.ts';

const commandNames = ['run', 'inventory', 'doc', ...toolNames];

/**
 * Parses the command line and runs the command it names.
 *
 * @param argv words after the program's name
 * @param version printed by --version
 * @returns the exit code
 */
export async function runCli(argv: readonly string[], version: string): Promise<number> {
  let code: number = exitCodes.ok;
  const cli = declareCommands(yargs(withDashedValues(argv)), version, (value) => {
    code = value;
  });
  withoutHelpBehindRuns(cli);
  cli.version(version).alias('h', 'help').strict().demandCommand(1, 'which command?');
  cli
    .scriptName('mooring')
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .exitProcess(false);
  cli.parserConfiguration({ 'duplicate-arguments-array': true, 'greedy-arrays': false });
  cli.fail((message, error) => {
    if (error instanceof Error && !isYargsError(error)) throw error;
    const words = { commands: commandNames, options: optionNames(cli), actions: toolActions };
    throw new UsageError(usageMessage(message, argv, words));
  });
  try {
    await cli.parseAsync();
    return code;
  } catch (error) {
    const { reportError } = await import('./report-error.ts');
    return reportError(error);
  }
}

function declareCommands(cli: Argv, version: string, done: (code: number) => void): Argv {
  return declareTools(cli, version, done)
    .command('run <playbooks..>', 'Run playbooks', declareRunOptions, async (args) => {
      const { runCommand } = await import('./run-command.ts');
      done(await runCommand(args as ArgumentsCamelCase<RunArguments>));
    })
    .command('inventory [group]', 'Show what an inventory says', declareInventoryOptions, async (args) => {
      const { inventoryCommand } = await import('./inventory-command.ts');
      done(await inventoryCommand(args as never));
    })
    .command('doc [module]', 'Show how a module is used', declareDocOptions, async (args) => {
      const { docCommand } = await import('./doc-command.ts');
      done(docCommand(args as never));
    })
    .epilogue(
      'Exit codes: 0 ok, 1 fault in files, 2 a host failed, 4 a host unreachable, 5 usage, 99 interrupted.',
    );
}

function declareDocOptions(cli: Argv): Argv {
  return cli
    .positional('module', { type: 'string', describe: 'Module name' })
    .option('list', { alias: 'l', type: 'boolean', default: false, describe: 'All modules, a line each' })
    .example([
      ['$0 doc --list', 'all modules'],
      ['$0 doc mount', 'parameters, results and examples of one'],
    ]);
}

/** The parser lays out the help of each command that has begun, in case somebody asks for it later: 5 ms, and nobody does. */
function withoutHelpBehindRuns(cli: Argv): void {
  const { getInternalMethods } = cli as unknown as {
    getInternalMethods?(): { getUsageInstance?(): { cacheHelpMessage: () => void } };
  };
  const usage = getInternalMethods?.call(cli).getUsageInstance?.();
  if (usage) usage.cacheHelpMessage = () => undefined;
}

/** The options of the command that was being read; the parser's types leave this method out. */
function optionNames(cli: Argv): readonly string[] {
  const { key } = (
    cli as unknown as { getOptions(): { key: Readonly<Record<string, unknown>> } }
  ).getOptions();
  return Object.keys(key);
}

function isYargsError(error: Error): boolean {
  return error.name === 'YError';
}
