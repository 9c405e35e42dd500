import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { isLocalhost, positionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { Position } from '../model/position.ts';
import type { Value } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { isTemplate } from '../template/index.ts';
import { searchPath } from '../util/search-path.ts';
import { chainOf, placesOf, type TaskSite } from './site.ts';
import { loopNamesOf, type TextSite } from './texts.ts';

/** A control-node file that a task names outright. */
export interface LocalFileUse {
  readonly site: TaskSite;
  /** Where it was found; undefined = nowhere. */
  readonly path: string | undefined;
  readonly isTemplate: boolean;
  readonly fault: Fault | undefined;
}

interface ParamSchema {
  readonly format?: string;
}

/**
 * The first task that may write on the control node; a file that is missing before it may be there
 * afterwards.
 */
export function firstLocalWrite(tasks: readonly TaskSite[], modules: ReadonlyMap<string, Module>): number {
  const found = tasks.find((site) => {
    if (['fetch', 'secret_file'].includes(site.task.module)) return true;
    return modules.get(site.task.module)?.local !== true && runsLocally(site);
  });
  return found?.order ?? Number.POSITIVE_INFINITY;
}

function runsLocally(site: TaskSite): boolean {
  const chain = chainOf(site);
  const delegate = chain.findLast((keywords) => keywords.delegateTo !== undefined)?.delegateTo;
  const hosts = delegate === undefined ? site.hosts : [delegate];
  return hosts.some(isLocalhost) || chain.some((keywords) => keywords.connection === 'local');
}

/**
 * Files that the params of a task name, as far as the names hold no templates.
 *
 * @param madeFrom order of the first task that may make such files
 */
export function localFiles(site: TaskSite, module: Module, madeFrom: number): LocalFileUse[] {
  const { params } = site.task;
  // Included task files are the loader's business.
  if (site.task.module === 'include_tasks') return [];
  if (params['remote_src'] !== undefined && params['remote_src'] !== false) return [];
  return Object.entries(module.paramsSchema.properties).flatMap(([key, schema]) => {
    const { format } = schema as ParamSchema;
    const value = params[key];
    if (!format?.startsWith('local-') || value === undefined) return [];
    return pathsIn(value, format).map((path) =>
      useOf(site, key, path, format === 'local-template', madeFrom),
    );
  });
}

/** The text of a template file, each character with its place in the file. */
export function templateText(path: string, site: TaskSite): TextSite | undefined {
  const text = readTextOf(path);
  if (text === undefined) return undefined;
  const file = isAbsolute(site.playbook.file) ? path : relative(process.cwd(), path);
  const local = loopNamesOf(site.task.keywords);
  return { kind: 'template', text, use: 'now', local, at: (offset) => placeAt(file, text, offset) };
}

function pathsIn(value: Value, format: string): string[] {
  const list: readonly Value[] = Array.isArray(value) ? value : [value];
  return list
    .filter((item) => typeof item === 'string')
    .map((item) => (format === 'local-command' ? firstWord(item) : item))
    .filter((item) => item !== '' && !isTemplate(item) && !/^\w+:\/\//.test(item));
}

/** A script's path may be quoted; behind it stand its arguments. */
function firstWord(command: string): string {
  const [, double, single, bare] = /^\s*(?:"([^"]*)"|'([^']*)'|(\S+))/.exec(command) ?? [];
  return double ?? single ?? bare ?? '';
}

function useOf(site: TaskSite, key: string, path: string, template: boolean, madeFrom: number): LocalFileUse {
  const candidates = searchPath(path, folderOf(site.task.module, template), placesOf(site));
  const found = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false }));
  const isOpen = site.order > madeFrom || chainOf(site).some((keywords) => keywords.when !== undefined);
  const fault = found === undefined ? missing(site, key, path, candidates, isOpen) : undefined;
  return { site, path: found, isTemplate: template, fault };
}

function folderOf(module: string, template: boolean): string {
  if (template) return 'templates';
  return module === 'include_vars' ? 'vars' : 'files';
}

/** @param isOpen a condition, or a task that may make the file, stands before it */
function missing(
  site: TaskSite,
  key: string,
  path: string,
  candidates: readonly string[],
  isOpen: boolean,
): Fault {
  return {
    severity: isOpen ? 'warning' : 'error',
    code: 'missing-file',
    message: `there is no file ${path} on the control node`,
    hint: `looked for ${candidates.join(', ')}`,
    position: positionOf(site.task.params, key) ?? site.task.position,
  };
}

function readTextOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A directory, or unreadable: the task says so when its turn comes.
    return undefined;
  }
}

function placeAt(file: string, text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, col: (before.at(-1)?.length ?? 0) + 1 };
}
