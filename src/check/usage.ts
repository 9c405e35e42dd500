import type { Play } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import type { RunTexts } from './check-run.ts';
import { chainOf, type RunSites } from './site.ts';
import { roleLevelsOf, type TextSite } from './texts.ts';
import { referencesOf } from './undefined.ts';
import type { Usage } from './unused.ts';

/** Which variables are written, and which are used. */
export function usageOf(
  sites: RunSites,
  texts: RunTexts,
  { extraVars = {} }: { readonly extraVars?: ValueMap | undefined },
): Usage {
  const all = [...texts.around, ...[...texts.byTask.values()].flat()];
  const inventory = [...sites.inventory.hosts.values()].flatMap((host) =>
    host.vars.map(({ values }) => values),
  );
  const tasks = sites.plays.flatMap((play) => play.tasks);
  const plays = sites.plays.map(({ play }) => play);
  const levels = tasks.flatMap(chainOf);
  const written = [
    ...inventory,
    ...plays.flatMap((play) => [
      play.keywords.vars ?? {},
      ...play.varsFiles.map(({ values = {} }) => values),
    ]),
    ...levels.map(({ vars = {} }) => vars),
    ...roleLevelsOf(sites.plays, (level) => level > 2),
    extraVars,
  ];
  const distinct = [...new Set(written)];
  return {
    written: distinct,
    set: new Set([
      ...distinct.flatMap((values) => Object.keys(values)),
      ...tasks.map(({ task }) => task.keywords.register ?? ''),
    ]),
    optional: optionalNames(
      all,
      plays,
      roleLevelsOf(sites.plays, (level) => level <= 2),
    ),
    words: new Set(all.flatMap((text) => text.text.match(/\w+/g) ?? [])),
  };
}

/** Used names that have a default, in a file of defaults or where they are used. */
function optionalNames(
  texts: readonly TextSite[],
  plays: readonly Play[],
  ofRoles: readonly ValueMap[],
): Set<string> {
  const references = texts.flatMap(referencesOf);
  const files = plays.flatMap((play) => (play.defaultsFiles ?? []).map(({ values = {} }) => values));
  const defaults = new Set([...files, ...ofRoles].flatMap((values) => Object.keys(values)));
  const optional = references.filter((reference) => reference.guarded || defaults.has(reference.name));
  return new Set(optional.map((reference) => reference.name));
}
