import { keyPositionOf, positionOf } from '../../load/index.ts';
import type { Position } from '../../model/position.ts';
import type { Module } from '../../module/index.ts';
import type { RunTexts } from '../check-run.ts';
import type { RunSites, TaskSite } from '../site.ts';

/** What rules look at. */
export interface LintInput {
  readonly sites: RunSites;
  readonly texts: RunTexts;
  readonly modules: ReadonlyMap<string, Module>;
  /** No inventory was named: nothing is known of the hosts' own variables. */
  readonly hasInventory: boolean;
}

/** Something that works, and would better be written otherwise. */
export interface Finding {
  readonly message: string;
  readonly position: Position;
  readonly hint?: string | undefined;
}

/** One thing that `mooring lint` looks for. */
export interface LintRule {
  /** Kebab-case; the code of its faults, and what `--skip-rule` takes. */
  readonly name: string;
  /** One sentence: what is wrong with it. */
  readonly summary: string;
  readonly find: (input: LintInput) => readonly Finding[];
}

/** A rule that judges each task alone. */
export function taskRule(
  name: string,
  summary: string,
  judge: (site: TaskSite, input: LintInput) => Finding | undefined,
): LintRule {
  const find = (input: LintInput): Finding[] =>
    input.sites.plays.flatMap(({ tasks }) => tasks.flatMap((site) => judge(site, input) ?? []));
  return { name, summary, find };
}

/** Where the module of a task is named. */
export function moduleAt({ task }: TaskSite): Position {
  return keyPositionOf(task, 'module') ?? task.position;
}

/** Where a param of a task stands. */
export function paramAt({ task }: TaskSite, name: string): Position {
  return positionOf(task.params, name) ?? task.position;
}
