import type { Inventory } from '../../model/inventory.ts';
import type { ValueMap } from '../../model/value.ts';
import { type CheckOptions, surveyRun } from '../check-run.ts';
import { collectDefinitions, type Definition, type Definitions } from '../definitions.ts';
import { Known } from '../known.ts';
import { labelOf, type PlaySite, type TaskSite } from '../site.ts';

/** What questions about a run are answered from. */
export interface ExplainedRun {
  readonly plays: readonly PlaySite[];
  readonly tasks: readonly TaskSite[];
  readonly definitions: Definitions;
  readonly known: Known;
  readonly inventory: Inventory;
  readonly extraVars: ValueMap;
}

/** Gathers what the files say of a run. */
export function explainedRun(options: CheckOptions): ExplainedRun {
  const { inventory, extraVars = {} } = options;
  const { sites, tasks } = surveyRun(options);
  const definitions = collectDefinitions(tasks, inventory, options.vault);
  const known = new Known(inventory, extraVars, definitions, false);
  return { plays: sites.plays, tasks, definitions, known, inventory, extraVars };
}

/** A task that sets a variable during the run, in words. */
export function setterOf({ how, site }: Definition): string {
  return `${how} in task "${labelOf(site.task)}"`;
}
