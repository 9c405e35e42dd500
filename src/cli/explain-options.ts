import type { Argv } from 'yargs';
import { splitList } from './option-kinds.ts';
import { declareInventory, declareRoles } from './run-options.ts';
import type { SiteArguments } from './site.ts';

/** What the command line of `mooring explain WHAT` said. */
export interface ExplainArguments extends SiteArguments {
  readonly name: string;
  readonly host: string;
  readonly playbooks?: readonly string[];
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly output: 'human' | 'json';
}

export type ExplainWhat = 'var' | 'task';

export const explainWhats: readonly ExplainWhat[] = ['var', 'task'];

/** Declares `mooring explain`. */
export function declareExplain(
  cli: Argv,
  run: (what: ExplainWhat, args: ExplainArguments) => Promise<void>,
): Argv {
  return cli
    .command(
      'var <name> [playbooks..]',
      'The value of a variable on a host, where it is set, and what it shadows',
      (one) =>
        declareCommon(one).example([
          ['$0 explain var harbor_hostname --host harbor1 -i inventories/prod', 'what the inventory says'],
          ['$0 explain var nfs_options --host harbor1 -i prod site.yml', 'in each play'],
        ]),
      (args) => run('var', args as unknown as ExplainArguments),
    )
    .command(
      'task <name> <playbooks..>',
      'Whether a task would run on a host, and why',
      (one) =>
        declareCommon(one)
          .option('tags', splitList('t', 'As for run'))
          .option('skip-tags', splitList(undefined, 'As for run'))
          .example([
            ['$0 explain task "Install Docker" --host harbor1 -i prod site.yml', 'by its name'],
            ['$0 explain task tasks/docker.yml:12 --host harbor1 -i prod site.yml -t docker', 'by its place'],
          ]),
      (args) => run('task', args as unknown as ExplainArguments),
    )
    .demandCommand(1, `explain: ${explainWhats.join(' or ')}?`);
}

function declareCommon(cli: Argv): Argv {
  return declareRoles(declareInventory(cli))
    .option('host', { type: 'string', requiresArg: true, demandOption: true, describe: 'The host' })
    .option('output', { choices: ['human', 'json'], default: 'human', describe: 'json: one object' });
}
