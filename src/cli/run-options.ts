import type { Argv } from 'yargs';
import { UsageError } from './usage.ts';

/** What the command line of `mooring run` said. */
export interface RunArguments {
  readonly playbooks: readonly string[];
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly extraVars: readonly string[];
  readonly check: boolean;
  readonly diff: boolean;
  readonly forks: number;
  readonly become: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly askBecomePass: boolean;
  readonly user?: string;
  readonly privateKey?: string;
  readonly askPass: boolean;
  readonly vaultPasswordFile: readonly string[];
  readonly vaultId: readonly string[];
  readonly askVaultPass: boolean;
  readonly startAtTask?: string;
  readonly step: boolean;
  readonly listHosts: boolean;
  readonly listTasks: boolean;
  readonly listTags: boolean;
  readonly syntaxCheck: boolean;
  readonly forceHandlers: boolean;
  readonly output: 'human' | 'json';
  readonly speculate: boolean;
  readonly verbose: number;
}

/** Declares the options of `mooring run`; names are ansible-playbook's. */
export function declareRunOptions(yargs: Argv): Argv<RunArguments> {
  const withPlaybooks = yargs.positional('playbooks', {
    type: 'string',
    array: true,
    demandOption: true,
    describe: 'Playbooks, run in this order',
  });
  const all = declareOutput(declareConnection(declareSelection(declareInventory(withPlaybooks))));
  return all.example(runExamples) as unknown as Argv<RunArguments>;
}

const runExamples: [string, string][] = [
  ['$0 run playbooks/shared-storage.yml -i inventories/lab', 'bring a site to its desired state'],
  ['$0 run playbooks/shared-storage.yml -i inventories/lab --check --diff', 'show what would change'],
  ['$0 run site.yml -i inventories/prod -l harbor2 -t config', 'one host, tasks tagged "config"'],
  ['$0 run site.yml -i inventories/prod -e version=1.5.4 -e @secrets.yml', 'extra variables'],
];

/** Options that name the inventory and its secrets, shared by all commands that read one. */
export function declareInventory(yargs: Argv): Argv {
  return declareSecrets(yargs)
    .option('extra-vars', list('e', 'name=value, JSON, YAML or @file; may be repeated'))
    .option('limit', { alias: 'l', type: 'string', describe: 'Only these hosts (pattern, or @file)' });
}

/** Options that name the vault passwords; a site may keep its own in the inventory folder. */
export function declareSecrets(yargs: Argv): Argv {
  return yargs
    .option('inventory', list('i', 'Inventory folder or file, or "host1,host2,"; may be repeated'))
    .option('vault-password-file', list(undefined, 'File or script with the vault password'))
    .option('vault-id', list(undefined, 'LABEL@FILE or LABEL@prompt of a vault password'))
    .option('ask-vault-pass', flag('J', 'Ask for the vault password'));
}

function declareSelection(yargs: Argv): Argv {
  return yargs
    .option('tags', commaList('t', 'Only tasks with these tags'))
    .option('skip-tags', commaList(undefined, 'All but tasks with these tags'))
    .option('start-at-task', { type: 'string', describe: 'Begin at the task of this name' })
    .option('step', flag(undefined, 'Ask before each task'))
    .option('check', flag('C', 'Change nothing, say what would change'))
    .option('diff', flag('D', 'Show differences'))
    .option('force-handlers', flag(undefined, 'Run notified handlers even after a failure'))
    .option('list-hosts', flag(undefined, 'Print the hosts of each play and stop'))
    .option('list-tasks', flag(undefined, 'Print the tasks and stop'))
    .option('list-tags', flag(undefined, 'Print the tags and stop'))
    .option('syntax-check', flag(undefined, 'Check every file and stop'));
}

function declareConnection(yargs: Argv): Argv {
  return yargs
    .option('forks', {
      alias: 'f',
      type: 'number',
      default: 50,
      describe: 'Hosts worked on at a time',
      coerce: wholeNumber,
    })
    .option('user', { alias: 'u', type: 'string', describe: 'Log in as this user' })
    .option('private-key', { alias: 'key-file', type: 'string', describe: 'Private key file' })
    .option('ask-pass', flag('k', 'Ask for the login password'))
    .option('become', flag('b', 'Run tasks as another user (root)'))
    .option('become-user', { type: 'string', describe: 'User to become' })
    .option('become-method', { type: 'string', choices: ['sudo', 'su'], describe: 'How to become' })
    .option('ask-become-pass', flag('K', 'Ask for the sudo password'));
}

function declareOutput(yargs: Argv): Argv {
  return yargs
    .option('output', { choices: ['human', 'json'], default: 'human', describe: 'json: one event a line' })
    .option('speculate', { type: 'boolean', default: true, describe: 'Read ahead; --no-speculate: do not' })
    .option('verbose', { alias: 'v', type: 'count', describe: 'More detail; -vvv: steps and connections' });
}

function wholeNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new UsageError('--forks must be one whole number from 1');
}

function flag(
  alias: string | undefined,
  describe: string,
): { type: 'boolean'; default: false; describe: string } {
  return { type: 'boolean', default: false, describe, ...(alias ? { alias } : {}) };
}

/** A list whose entries may hold several words, joined by commas. */
export function commaList(alias: string | undefined, describe: string): ListOption {
  const option = list(alias, describe);
  return { ...option, coerce: (values) => option.coerce(values).flatMap((entry) => entry.split(',')) };
}

function list(alias: string | undefined, describe: string): ListOption {
  const split = (values: unknown): string[] =>
    [values]
      .flat()
      .filter((value) => value !== undefined)
      .map(String);
  const option = {
    type: 'string' as const,
    requiresArg: true,
    default: [] as string[],
    describe,
    coerce: split,
  };
  return alias ? { ...option, alias } : option;
}

interface ListOption {
  readonly type: 'string';
  readonly requiresArg: boolean;
  readonly default: string[];
  readonly describe: string;
  readonly alias?: string;
  readonly coerce: (values: unknown) => string[];
}
