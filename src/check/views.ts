import type { Fault } from '../model/errors.ts';
import type { Inventory } from '../model/inventory.ts';
import type { CommonKeywords } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import type { Known, Viewpoint } from './known.ts';
import { reachOf } from './reach.ts';
import { chainOf, type PlaySite, type TaskSite } from './site.ts';
import { conditionTexts, keywordTexts, loopNamesOf, type TextSite } from './texts.ts';
import { guardedNames, undefinedFaults, type View } from './undefined.ts';

/** What the names of a run are looked up in. */
export interface Lookups {
  readonly known: Known;
  readonly modules: ReadonlyMap<string, Module>;
  readonly inventory: Inventory;
  readonly extraVars: ValueMap;
}

/** Undefined names in every task, and in the keywords around it as each task sees them. */
export function undefinedFaultsOf(
  plays: readonly PlaySite[],
  byTask: ReadonlyMap<TaskSite, readonly TextSite[]>,
  lookups: Lookups,
): Fault[] {
  return plays.flatMap(({ tasks }) => {
    const done = new Set<CommonKeywords>();
    return tasks.flatMap((site) => {
      // The first task inside a level stands for all: what it does not see, the others may not rely on.
      const levels = site.around.filter((keywords) => !done.has(keywords));
      for (const level of levels) done.add(level);
      return taskFaults(site, levels, byTask.get(site) ?? [], lookups);
    });
  });
}

/** Conditions are judged on every host of the play, the rest only where no condition is certainly false. */
function taskFaults(
  site: TaskSite,
  levels: readonly CommonKeywords[],
  texts: readonly TextSite[],
  { known, modules, inventory, extraVars }: Lookups,
): Fault[] {
  const conditions = chainOf(site).flatMap((keywords) => keywords.when ?? []);
  const from: Viewpoint = {
    play: site.play,
    hosts: site.hosts,
    chain: chainOf(site),
    loopNames: site.loopNames,
    order: site.order,
    repeats: site.repeats,
  };
  const guarded = guardedNames(conditions.map((condition) => condition.expression));
  const reach = reachOf(site, from, known, inventory, extraVars);
  const isUnreachable = site.hosts.length > 0 && reach.hosts.length === 0;
  const view: View = { known, modules, from, guarded, isConditional: false };
  const own = conditionTexts(site.task.keywords.when ?? [], loopNamesOf(site.task.keywords));
  const around = levels.flatMap((keywords) => conditionTexts(keywords.when ?? []));
  const judged = undefinedFaults([...around, ...own], { ...view, isConditional: conditions.length > 1 });
  if (isUnreachable) return judged;
  const inner = { ...view, from: { ...from, hosts: reach.hosts }, isConditional: reach.isOpen };
  return [...judged, ...undefinedFaults([...levels.flatMap(keywordTexts), ...texts], inner)];
}
