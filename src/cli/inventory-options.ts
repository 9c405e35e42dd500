import type { Argv } from 'yargs';
import { declareInventory } from './run-options.ts';
import type { SiteArguments } from './site.ts';
import { UsageError } from './usage.ts';

export interface InventoryArguments extends SiteArguments {
  /** For `--graph`: where the tree begins. */
  readonly group?: string | undefined;
  readonly list: boolean;
  readonly graph: boolean;
  readonly host?: string | undefined;
  readonly vars: boolean;
  readonly yaml: boolean;
  readonly export: boolean;
  readonly output?: string | undefined;
  readonly playbookDir?: string | undefined;
}

/** The options of `mooring inventory`. Throws UsageError for those that do not go together. */
export function declareInventoryOptions(cli: Argv): Argv {
  return declareInventory(cli)
    .positional('group', { type: 'string', describe: 'Where the tree of --graph begins; default all' })
    .option('list', flag('All hosts, groups and variables as JSON'))
    .option('graph', flag('The tree of groups'))
    .option('host', { type: 'string', describe: 'Variables of one host as JSON' })
    .option('vars', flag('With --graph: the variables of each group and host'))
    .option('yaml', { ...flag('YAML instead of JSON'), alias: 'y' })
    .option('export', flag('Variables where they are set, at groups and hosts, not all at the hosts'))
    .option('output', { type: 'string', describe: 'Write to this file' })
    .option('playbook-dir', {
      type: 'string',
      describe: 'A folder whose group_vars and host_vars count, too',
    })
    .check((args) => checkTogether(args as unknown as InventoryArguments))
    .example([
      ['$0 inventory -i inventories/lab --graph', 'which host is in which group'],
      ['$0 inventory -i inventories/lab --host harbor1', 'its variables'],
      ['$0 inventory -i hosts.ini --list --yaml --export --output hosts.yml', 'the same inventory in YAML'],
    ]);
}

function flag(describe: string) {
  return { type: 'boolean', default: false, describe } as const;
}

function checkTogether(args: InventoryArguments): boolean {
  const actions = [args.list && '--list', args.graph && '--graph', args.host !== undefined && '--host'];
  const asked = actions.filter((action) => action !== false);
  if (asked.length > 1) throw new UsageError(`${asked.join(' and ')} exclude each other`);
  if (args.vars && !args.graph) throw new UsageError('--vars belongs to --graph; --list has all variables');
  if (args.group !== undefined && !args.graph) throw new UsageError('a group belongs to --graph');
  if (args.graph && args.yaml) throw new UsageError('--yaml belongs to --list and --host');
  return true;
}
