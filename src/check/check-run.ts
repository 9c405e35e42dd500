import { patternFaults, positionOf, type Vault } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Block, Play, Playbook, TaskNode } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { paramFaults } from './params.ts';
import type { PlaySite } from './site.ts';
import { syntaxFaults } from './syntax.ts';
import { conditionTexts, keywordTexts, type TextSite, taskTexts, valueTexts } from './texts.ts';
import { patternOf, walkRun } from './walk.ts';

export interface CheckOptions {
  readonly playbooks: readonly Playbook[];
  readonly inventory: Inventory;
  /** Every module by each of its names. */
  readonly modules: ReadonlyMap<string, Module>;
  readonly extraVars?: ValueMap | undefined;
  /** `--tags` and `--skip-tags` as given; each may hold commas. */
  readonly tags?: readonly string[] | undefined;
  readonly skipTags?: readonly string[] | undefined;
  readonly startAtTask?: string | undefined;
  /** Opens encrypted files that tasks name. */
  readonly vault?: Vault | undefined;
}

/**
 * Finds what is wrong with a run before anything connects: syntax of templates and expressions, params,
 * undefined variables, handlers, patterns, files and tags. Nothing of it needs a host.
 *
 * @returns every fault, errors and warnings, sorted by place
 */
export function checkRun(options: CheckOptions): Fault[] {
  const extraVars = options.extraVars ?? {};
  const { sites, faults } = walkRun({ ...options, extraVars });
  const tasks = sites.plays.flatMap((play) => play.tasks);
  const found = [
    ...faults,
    ...sites.plays.flatMap((site) => hostFaults(site, options.inventory, extraVars)),
    ...syntaxFaults(allTexts(sites.plays, options)),
    ...tasks.flatMap((site) => {
      const module = options.modules.get(site.task.module);
      return module ? paramFaults(site, module) : [];
    }),
  ];
  return distinct(found).sort(byPlace);
}

function hostFaults(site: PlaySite, inventory: Inventory, extraVars: ValueMap): Fault[] {
  const pattern = patternOf(site.play, extraVars);
  if (pattern === undefined) return [];
  return patternFaults(pattern, inventory, positionOf(site.play, 'hosts') ?? site.play.position);
}

function* allTexts(plays: readonly PlaySite[], options: CheckOptions): Generator<TextSite> {
  for (const host of options.inventory.hosts.values()) {
    for (const source of host.vars) yield* valueTexts(source.values, 'lazy');
  }
  for (const { play, tasks } of plays) {
    yield* keywordTexts(play.keywords);
    yield* valueTexts({ hosts: play.hosts }, 'now', positionOf(play, 'hosts') ?? play.position);
    for (const file of [...play.varsFiles, ...(play.defaultsFiles ?? [])]) {
      yield* valueTexts({ path: file.path }, 'now', file.position);
      if (file.values) yield* valueTexts(file.values, 'lazy');
    }
    for (const block of blocksOf(play)) {
      yield* keywordTexts(block.keywords);
      yield* conditionTexts(block.keywords.when ?? []);
    }
    for (const site of tasks) yield* taskTexts(site, options.modules.get(site.task.module));
  }
}

function blocksOf(play: Play): Block[] {
  const nested = (nodes: readonly TaskNode[]): Block[] =>
    nodes.flatMap((node) =>
      node.kind === 'task' ? [] : [node, ...nested([...node.tasks, ...node.rescue, ...node.always])],
    );
  return nested([...play.preTasks, ...play.tasks, ...play.postTasks]);
}

/** A file that several plays use is reported once. */
function distinct(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = JSON.stringify([fault.position, fault.message]);
    return seen.size < seen.add(key).size;
  });
}

function byPlace(a: Fault, b: Fault): number {
  const [left, right] = [a.position, b.position];
  if (!left || !right) return Number(Boolean(left)) - Number(Boolean(right));
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.col - right.col;
}
