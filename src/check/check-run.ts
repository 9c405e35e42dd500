import type { Vault } from '../load/index.ts';
import { byPlace, type Fault } from '../model/errors.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Playbook } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { backgroundFaults } from './background.ts';
import { connectionFaults } from './connection-vars.ts';
import { collectDefinitions } from './definitions.ts';
import { firstLocalWrite, type LocalFileUse, localFiles, templateText } from './files.ts';
import { handlerFaults } from './handlers.ts';
import { hostFaults } from './hosts.ts';
import { Known } from './known.ts';
import { parallelFaults } from './parallel.ts';
import { paramFaults } from './params.ts';
import { reservedFaults } from './reserved.ts';
import type { RunSites, TaskSite } from './site.ts';
import { syntaxFaults } from './syntax.ts';
import { selectionFaults } from './tags.ts';
import { surroundingTexts, type TextSite, taskTexts } from './texts.ts';
import { unusedFaults } from './unused.ts';
import { usageOf } from './usage.ts';
import { valueFaultsOf } from './views.ts';
import { walkRun } from './walk.ts';

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
  /** `--notify`: handlers by name or topic. */
  readonly notify?: readonly string[] | undefined;
  /** Opens encrypted files that tasks name. */
  readonly vault?: Vault | undefined;
  /** Absolute folders where roles are looked for besides the usual ones. */
  readonly rolesPath?: readonly string[] | undefined;
  /** What is wrong with the inventory: then it cannot be told which variables it should have had. */
  readonly faults?: readonly Fault[] | undefined;
  /** False where no inventory was named: then hosts, and what only they may define, are not judged. */
  readonly hasInventory?: boolean | undefined;
}

/**
 * Finds what is wrong with a run before anything connects: syntax of templates and expressions, params,
 * undefined variables, handlers, patterns, files and tags. Nothing of it needs a host.
 *
 * @returns every fault, errors and warnings, sorted by place
 */
export function checkRun(options: CheckOptions): Fault[] {
  const { extraVars = {} } = options;
  // One that could not be found is told of, and what it would have had is not missed.
  const isMissing = options.faults?.some(({ code }) => code === 'missing-inventory') === true;
  const hasInventory = options.hasInventory !== false && !isMissing;
  const { sites, tasks, files, texts } = surveyRun(options);
  const definitions = collectDefinitions(tasks, options.inventory, options.vault);
  const isBroken = options.faults?.some((fault) => fault.severity === 'error') === true;
  const known = new Known(options.inventory, extraVars, definitions, isBroken || !hasInventory);
  const found = [
    ...definitions.faults,
    ...(hasInventory ? sites.plays : []).flatMap((site) => hostFaults(site, options.inventory, extraVars)),
    ...connectionFaults(sites),
    ...syntaxFaults([...texts.around, ...[...texts.byTask.values()].flat()]),
    ...tasks.flatMap((site) => paramFaultsOf(site, options)),
    ...tasks.flatMap(reservedFaults),
    ...tasks.flatMap((site) => backgroundFaults(site, options.modules.get(site.task.module))),
    ...files.flatMap((file) => file.fault ?? []),
    ...valueFaultsOf(sites.plays, texts.byTask, { ...options, known, extraVars }),
    ...sites.plays.flatMap(handlerFaults),
    ...parallelFaults(sites.plays, definitions, (site) => texts.byTask.get(site) ?? []),
    ...unusedFaults(usageOf(sites, texts, options)),
    ...selectionFaults(sites, {
      tags: options.tags ?? [],
      skipTags: options.skipTags ?? [],
      startAtTask: options.startAtTask,
      notify: options.notify ?? [],
    }),
  ];
  return condensed(decided(distinct(found)).sort(byPlace));
}

/** Every template and expression of a run. */
export interface RunTexts {
  /** In variables and in the keywords of plays and blocks. */
  readonly around: readonly TextSite[];
  /** In tasks, the template files they name included. */
  readonly byTask: ReadonlyMap<TaskSite, readonly TextSite[]>;
}

/** Everything of a run that can be wrong. */
export interface Survey {
  readonly sites: RunSites;
  /** Of all plays, in the order of the run. */
  readonly tasks: readonly TaskSite[];
  readonly files: readonly LocalFileUse[];
  readonly texts: RunTexts;
}

/** Gathers the tasks of a run, the files they name, and their texts. */
export function surveyRun(options: CheckOptions): Survey {
  const sites = walkRun({ ...options, extraVars: options.extraVars ?? {} });
  const tasks = sites.plays.flatMap((play) => play.tasks);
  const madeFrom = firstLocalWrite(tasks, options.modules);
  const files = tasks.flatMap((site) => filesOf(site, options, madeFrom));
  return { sites, tasks, files, texts: collectTexts(sites, files, options) };
}

function collectTexts(sites: RunSites, files: readonly LocalFileUse[], options: CheckOptions): RunTexts {
  const byTask = new Map<TaskSite, TextSite[]>();
  for (const site of sites.plays.flatMap((play) => play.tasks)) {
    byTask.set(site, taskTexts(site, options.modules.get(site.task.module)));
  }
  for (const file of files) {
    const text = file.isTemplate && file.path !== undefined ? templateText(file.path, file.site) : undefined;
    if (text) byTask.get(file.site)?.push(text);
  }
  return { around: surroundingTexts(sites), byTask };
}

function filesOf(site: TaskSite, { modules }: CheckOptions, madeFrom: number): LocalFileUse[] {
  const module = modules.get(site.task.module);
  return module ? localFiles(site, module, madeFrom) : [];
}

function paramFaultsOf(site: TaskSite, { modules }: CheckOptions): Fault[] {
  const module = modules.get(site.task.module);
  return module ? paramFaults(site, module) : [];
}

/** A file that several plays use is reported once. */
function distinct(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = JSON.stringify([fault.position, fault.message]);
    return seen.size < seen.add(key).size;
  });
}

/** What is certainly missing on some hosts needs no word that it may be missing on others. */
function decided(faults: readonly Fault[]): Fault[] {
  const keyOf = ({ code, position }: Fault) => JSON.stringify([code, position]);
  const errors = new Set(faults.filter(({ severity }) => severity === 'error').map(keyOf));
  return faults.filter(
    (fault) => fault.severity === 'error' || fault.code !== 'undefined-variable' || !errors.has(keyOf(fault)),
  );
}

const mostAlike = 3;

/** A variable that is missing in twenty places is one mistake: the first places are told, the others counted. */
function condensed(faults: readonly Fault[]): Fault[] {
  const alike = new Map<string, number>();
  for (const { message } of faults) alike.set(message, (alike.get(message) ?? 0) + 1);
  const told = new Map<string, number>();
  return faults.flatMap((fault) => {
    const count = (told.get(fault.message) ?? 0) + 1;
    told.set(fault.message, count);
    const left = (alike.get(fault.message) ?? 0) - mostAlike;
    if (count > mostAlike) return [];
    if (count < mostAlike || left <= 0) return [fault];
    return [{ ...fault, message: `${fault.message}, and ${left} more like this` }];
  });
}
