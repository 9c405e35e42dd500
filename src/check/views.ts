import type { Fault } from '../model/errors.ts';
import type { CommonKeywords } from '../model/playbook.ts';
import type { Module } from '../module/index.ts';
import type { Viewpoint } from './known.ts';
import { reachOf } from './reach.ts';
import { conditionFaults, renderedFaults } from './rendered.ts';
import { roleArgumentFaults } from './role-arguments.ts';
import { roleVarsOf } from './role-vars.ts';
import { chainOf, type PlaySite, type TaskSite } from './site.ts';
import type { StaticValues } from './static-scope.ts';
import { conditionTexts, keywordTexts, loopNamesOf, type TextSite } from './texts.ts';
import { guardedNames, undefinedFaults, type View } from './undefined.ts';

/** What the names of a run are looked up in. */
export interface Lookups extends StaticValues {
  readonly modules: ReadonlyMap<string, Module>;
}

/** What goes wrong with the values of each task, and of the keywords around it as the task sees them. */
export function valueFaultsOf(
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
      return tolerated(site, taskFaults(site, levels, byTask.get(site) ?? [], lookups));
    });
  });
}

/** A task that may fail is no reason not to begin. */
function tolerated(site: TaskSite, faults: readonly Fault[]): readonly Fault[] {
  if (!chainOf(site).some((keywords) => keywords.ignoreErrors === true)) return faults;
  return faults.map((fault) => ({ ...fault, severity: 'warning' as const }));
}

/** Conditions are judged on every host of the play, the rest only where no condition is certainly false. */
function taskFaults(
  site: TaskSite,
  levels: readonly CommonKeywords[],
  texts: readonly TextSite[],
  lookups: Lookups,
): Fault[] {
  const { known, modules } = lookups;
  const conditions = chainOf(site).flatMap((keywords) => keywords.when ?? []);
  const from = viewpointOf(site);
  const guarded = guardedNames(conditions.map((condition) => condition.expression));
  const inLoop = { ...from, loopNames: new Set([...site.loopNames, ...loopNamesOf(site.task.keywords)]) };
  const reach = reachOf(site, inLoop, lookups);
  const isUnreachable = site.hosts.length > 0 && reach.hosts.length === 0;
  const view: View = { known, modules, from, guarded, isConditional: false };
  const own = conditionTexts(site.task.keywords.when ?? [], loopNamesOf(site.task.keywords));
  const around = levels.flatMap((keywords) => conditionTexts(keywords.when ?? []));
  const judged = undefinedFaults([...around, ...own], { ...view, isConditional: conditions.length > 1 });
  const broken = conditionFaults(reach.errors);
  if (isUnreachable) return [...judged, ...broken];
  const inner = { ...view, from: { ...from, hosts: reach.hosts }, isConditional: reach.isOpen };
  const task = {
    site,
    module: modules.get(site.task.module),
    texts,
    from: { ...inLoop, hosts: reach.hosts },
  };
  return [
    ...judged,
    ...broken,
    ...undefinedFaults([...levels.flatMap(keywordTexts), ...texts], inner),
    ...renderedFaults(task, lookups),
    ...roleArgumentFaults(site, task.from, lookups),
  ];
}

/** Where a task stands, for looking names up. */
export function viewpointOf(site: TaskSite): Viewpoint {
  const { play, hosts, loopNames, order, repeats, roles } = site;
  const roleVars = roleVarsOf(play, roles);
  return { play, hosts, chain: chainOf(site), roleVars, loopNames, order, repeats };
}
