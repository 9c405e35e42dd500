import { dirname, resolve } from 'node:path';
import type { Fault } from '../model/errors.ts';
import type { Parallel, Play, Playbook, RolePlace, TaskNode } from '../model/playbook.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { keyPositionOf, positionOf, startOf } from '../util/yaml.ts';
import {
  enterFile,
  type FileContext,
  idAt,
  type LoadContext,
  type LoadOptions,
  shortPath,
} from './context.ts';
import { Faults } from './faults.ts';
import { importPlays } from './import-playbook.ts';
import { taskItems } from './import-tasks.ts';
import { readIncludes } from './includes.ts';
import { readKeywordValue, typeName } from './keyword-values.ts';
import { isCallable, shortModuleName } from './module-call.ts';
import { readPlay } from './plays.ts';
import { readYamlFile } from './source-file.ts';
import { readTaskItems } from './tasks.ts';

type Entry = Play | Parallel;

/**
 * Reads a playbook with all it imports. Every fault of every file is gathered; what could be read
 * is returned beside them, so that later checks can find more.
 *
 * @param file path as the user gave it; places are shown relative to it
 * @param options the modules there are, and the vault
 * @returns the playbook, the tasks of every file it includes by a fixed name (by absolute path), and the faults
 */
export function loadPlaybook(
  file: string,
  options: LoadOptions,
): { playbook: Playbook; includes: ReadonlyMap<string, readonly TaskNode[]>; faults: readonly Fault[] } {
  const faults = new Faults();
  const context: LoadContext = { options, faults, ids: new Map() };
  const entries = readPlaybookFile(enterFile(context, file, undefined));
  const includes = readIncludes(context, entries);
  return { playbook: { file, directory: dirname(resolve(file)), entries }, includes, faults: faults.list };
}

export interface TaskFileOptions extends LoadOptions {
  readonly playbookDirectory?: string;
  /** Roles around the include, outermost first. */
  readonly roles?: readonly RolePlace[];
  readonly level?: 'task' | 'handler';
}

/**
 * Reads a file of tasks for `include_tasks`, when the run comes to it.
 *
 * @param path the file
 * @param options as for a playbook; `idSuffix` keeps the ids of repeated includes apart
 * @param playbookDirectory absolute directory of the playbook, where files are looked for next
 */
export function loadTaskFile(
  path: string,
  options: TaskFileOptions,
): { tasks: readonly TaskNode[]; faults: readonly Fault[] } {
  const faults = new Faults();
  const { playbookDirectory = dirname(resolve(path)), roles = [] } = options;
  const shared: LoadContext = { options, faults, ids: new Map() };
  const context = enterFile(shared, shortPath(path), { playbookDirectory, roles, importedFrom: [] });
  const read = readYamlFile(context.file, { vault: options.vault });
  faults.add(read.faults);
  const items = read.value === undefined ? [] : taskItems(context, read.value);
  const tasks = readTaskItems(context, items, options.level ?? 'task');
  return { tasks, faults: faults.list };
}

function readPlaybookFile(context: FileContext): Entry[] {
  const { value, faults } = readYamlFile(context.file, { vault: context.options.vault });
  context.faults.add(faults);
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    context.faults.error('wrong-type', `a playbook must be a list of plays, not ${typeName(value)}`, {
      position: { file: context.file, line: 1, col: 1 },
      hint: value === null ? 'the file is empty' : 'start each play with "- "',
    });
    return [];
  }
  return readEntries(context, value);
}

function readEntries(context: FileContext, list: readonly Value[]): Entry[] {
  return list.flatMap((item, index) => {
    if (isMap(item)) return readEntry(context, item);
    context.faults.error('wrong-type', `a play must be a mapping, not ${typeName(item)}`, {
      position: positionOf(list, index),
    });
    return [];
  });
}

function readEntry(context: FileContext, map: ValueMap): Entry[] {
  if (Object.hasOwn(map, 'parallel')) return [readParallel(context, map)];
  const importKey = ['import_playbook', 'ansible.builtin.import_playbook'].find((key) =>
    Object.hasOwn(map, key),
  );
  if (importKey) return importPlays(context, map, importKey, readPlaybookFile);
  if (!Object.hasOwn(map, 'hosts') && reportNoPlay(context, map)) return [];
  return [readPlay(context, map)];
}

/** Says what an entry without `hosts` seems to be; false where it is a play all the same. */
function reportNoPlay(context: FileContext, map: ValueMap): boolean {
  const keys = Object.keys(map);
  const module = keys.find((key) => isCallable(context, shortModuleName(key)) || key === 'block');
  if (module !== undefined) {
    context.faults.error('task-in-playbook', `"${module}" belongs to a task, and this is a list of plays`, {
      position: keyPositionOf(map, module),
      hint: 'put the task below "tasks:" of a play with "hosts:"',
    });
    return true;
  }
  const wrong = keys.find((key) => suggest(key, ['import_playbook', 'parallel']) || key === 'include');
  if (wrong === undefined) return false;
  context.faults.error('unknown-keyword', `unknown play keyword "${wrong}"`, {
    position: keyPositionOf(map, wrong),
    hint: `did you mean "${suggest(wrong, ['parallel']) ?? 'import_playbook'}"?`,
  });
  return true;
}

function readParallel(context: FileContext, map: ValueMap): Parallel {
  const position = startOf(map) ?? { file: context.file, line: 1, col: 1 };
  const name = readKeywordValue(context, map, 'name', 'text');
  for (const key of Object.keys(map)) {
    if (key === 'parallel' || key === 'name') continue;
    context.faults.error('unknown-keyword', `"${key}" cannot stand beside "parallel"`, {
      position: keyPositionOf(map, key),
      hint: 'put it on the plays inside',
    });
  }
  return {
    kind: 'parallel',
    id: idAt(context, position),
    ...(typeof name === 'string' ? { name } : {}),
    plays: readParallelPlays(context, map),
    position,
  };
}

function readParallelPlays(context: FileContext, map: ValueMap): Play[] {
  const list = map['parallel'];
  if (!Array.isArray(list) || list.length === 0) {
    context.faults.error('wrong-type', `"parallel" must be a list of plays, not ${typeName(list)}`, {
      position: positionOf(map, 'parallel'),
    });
    return [];
  }
  return readEntries(context, list).flatMap((entry) => {
    if (entry.kind === 'play') return [entry];
    context.faults.error('nested-parallel', '"parallel" cannot stand inside "parallel"', {
      position: entry.position,
      hint: 'put all its plays into one list',
    });
    return [];
  });
}
