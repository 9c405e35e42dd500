import type { Fault } from '../model/errors.ts';
import type { Definition, Definitions } from './definitions.ts';
import type { PlaySite, TaskSite } from './site.ts';
import { offsetOf } from './syntax.ts';
import type { TextSite } from './texts.ts';
import { referencesOf } from './undefined.ts';

/**
 * Plays of one `parallel:` entry that read what another of them registers or sets: they run at the same
 * time, so the value may be there or not.
 *
 * @param textsOf every text of a task
 */
export function parallelFaults(
  plays: readonly PlaySite[],
  definitions: Definitions,
  textsOf: (site: TaskSite) => readonly TextSite[],
): Fault[] {
  return plays.flatMap((play) => {
    const siblings = plays.filter((other) => other !== play && other.parallel === play.parallel);
    if (!play.parallel || siblings.length === 0) return [];
    const foreign = new Set(siblings.map((sibling) => sibling.play));
    return play.tasks.flatMap((site) =>
      textsOf(site).flatMap((text) => readFaults(text, site, foreign, definitions)),
    );
  });
}

function readFaults(
  text: TextSite,
  site: TaskSite,
  foreign: ReadonlySet<unknown>,
  { byName }: Definitions,
): Fault[] {
  return referencesOf(text).flatMap((reference) => {
    // hostvars['h'].name reads another host's variable.
    const isHostvars = reference.name === 'hostvars';
    const name = isHostvars ? String(reference.keys.at(1) ?? '') : reference.name;
    const all = byName.get(name) ?? [];
    const own = all.some(
      ({ site: maker }) => maker.play === site.play || maker.order < firstOrder(all, foreign),
    );
    const made = all.find((definition) => foreign.has(definition.site.play));
    if (!made || own || (!isHostvars && !sharesHost(made, site))) return [];
    const position = text.at(offsetOf(text.text, reference.at.line, reference.at.col));
    const maker = made.site.play.keywords.name ?? made.site.play.hosts;
    const message = `"${name}" is set by play "${maker}", which runs at the same time`;
    const hint = 'move the play that reads it below the parallel entry';
    return [{ severity: 'error', code: 'parallel-read', message, hint, ...(position ? { position } : {}) }];
  });
}

function sharesHost(made: Definition, site: TaskSite): boolean {
  return made.site.hosts.some((host) => site.hosts.includes(host));
}

/** The first task of the parallel plays that sets the name: what was set before that is no race. */
function firstOrder(all: readonly Definition[], foreign: ReadonlySet<unknown>): number {
  const orders = all.filter(({ site }) => foreign.has(site.play)).map(({ site }) => site.order);
  return Math.min(...orders);
}
