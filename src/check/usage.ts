import type { ValueMap } from '../model/value.ts';
import type { RunTexts } from './check-run.ts';
import { chainOf, type RunSites } from './site.ts';
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
    extraVars,
  ];
  const distinct = [...new Set(written)];
  return {
    written: distinct,
    set: new Set([
      ...distinct.flatMap((values) => Object.keys(values)),
      ...tasks.map(({ task }) => task.keywords.register ?? ''),
    ]),
    used: new Set(all.flatMap((text) => referencesOf(text).map((reference) => reference.name))),
    words: new Set(all.flatMap((text) => text.text.match(/\w+/g) ?? [])),
  };
}
