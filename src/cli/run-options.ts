import type { Argv } from 'yargs';
import { type ConnectArguments, declareConnection } from './connect-options.ts';
import { flag, list, single, splitList } from './option-kinds.ts';
import { UsageError } from './usage.ts';

/** What the command line of `mooring run` said. */
export interface RunArguments extends ConnectArguments {
  readonly playbooks: readonly string[];
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly extraVars: readonly string[];
  readonly check: boolean;
  readonly diff: boolean;
  readonly forks: number;
  readonly vaultPasswordFile: readonly string[];
  readonly vaultId: readonly string[];
  readonly rolesPath: readonly string[];
  readonly askVaultPass: boolean;
  readonly startAtTask?: string;
  readonly step: boolean;
  readonly listHosts: boolean;
  readonly listTasks: boolean;
  readonly listTags: boolean;
  readonly syntaxCheck: boolean;
  readonly forceHandlers: boolean;
  readonly notify: readonly string[];
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
  const all = declareOutput(
    declareConnection(declareSelection(declareRoles(declareInventory(withPlaybooks)))),
  );
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
    .option('limit', single('Only these hosts (pattern, or @file)', 'l'));
}

/** Where roles are looked for besides the usual folders, shared by all commands that read playbooks. */
export function declareRoles(yargs: Argv): Argv {
  const describe = 'Folders with roles, joined by colons; also MOORING_ROLES_PATH';
  return yargs.option('roles-path', splitList(undefined, describe, ':'));
}

/** Options that name the vault passwords; a site may keep its own in the inventory folder. */
export function declareSecrets(yargs: Argv): Argv {
  return yargs
    .option('inventory', list('i', 'Inventory folder or file, or "host1,host2,"; may be repeated'))
    .option('vault-password-file', list('vault-pass-file', 'File or script with the vault password'))
    .option('vault-id', list(undefined, 'LABEL@FILE or LABEL@prompt of a vault password'))
    .option('ask-vault-pass', {
      ...flag(undefined, 'Ask for the vault password'),
      alias: ['J', 'ask-vault-password'],
    });
}

function declareSelection(yargs: Argv): Argv {
  return yargs
    .option('tags', splitList('t', 'Only tasks with these tags'))
    .option('skip-tags', splitList(undefined, 'All but tasks with these tags'))
    .option('start-at-task', single('Begin at the task of this name'))
    .option('forks', {
      alias: 'f',
      type: 'number',
      default: 50,
      describe: 'Hosts worked on at a time',
      coerce: wholeNumber,
    })
    .option('step', flag(undefined, 'Ask before each task'))
    .option('check', flag('C', 'Change nothing, say what would change'))
    .option('diff', flag('D', 'Show differences'))
    .option('force-handlers', flag(undefined, 'Run notified handlers even after a failure'))
    .option('notify', list(undefined, 'Run this handler after the tasks; may be repeated'))
    .option('list-hosts', flag(undefined, 'Print the hosts of each play and stop'))
    .option('list-tasks', flag(undefined, 'Print the tasks and stop'))
    .option('list-tags', flag(undefined, 'Print the tags and stop'))
    .option('syntax-check', flag(undefined, 'Check every file and stop'))
    .option('flush-cache', {
      ...flag(undefined, 'Facts are never kept from one run to the next'),
      hidden: true,
    });
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
