import type { Argv } from 'yargs';
import { splitList } from './option-kinds.ts';
import { declareInventory, declareRoles } from './run-options.ts';
import type { SiteArguments } from './site.ts';

/** What the command line of `mooring lint` said. */
export interface LintArguments extends SiteArguments {
  readonly playbooks: readonly string[];
  readonly output: 'human' | 'json' | 'sarif';
  readonly strict: boolean;
  readonly skipRule: readonly string[];
}

/** Declares the options of `mooring lint`. */
export function declareLint(cli: Argv): Argv {
  return declareRoles(
    declareInventory(cli.positional('playbooks', { type: 'string', array: true, describe: 'Playbooks' })),
  )
    .option('output', {
      choices: ['human', 'json', 'sarif'],
      default: 'human',
      describe: 'json: one fault a line; sarif: for editors and code scanning',
    })
    .option('strict', { type: 'boolean', default: false, describe: 'Exit code 1 for warnings too' })
    .option('skip-rule', splitList(undefined, 'Not the warnings of these rules'))
    .example([
      ['$0 lint playbooks/shared-storage.yml -i inventories/prod', 'what run would refuse, and more'],
      ['$0 lint site.yml', 'without an inventory: hosts and their variables are not judged'],
      ['$0 lint site.yml -i prod --strict --skip-rule unnamed-task', 'for CI'],
      ['$0 lint site.yml -i prod --output sarif > lint.sarif', 'for code scanning'],
    ]) as unknown as Argv;
}
