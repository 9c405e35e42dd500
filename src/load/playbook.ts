import { dirname, resolve } from 'node:path';
import type { Fault } from '../model/errors.ts';
import type { Parallel, Play, Playbook, TaskNode } from '../model/playbook.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { keyPositionOf, positionOf, startOf } from '../util/yaml.ts';
import { enterFile, type FileContext, idAt, type LoadContext, type LoadOptions } from './context.ts';
import { Faults } from './faults.ts';
import { importPlays } from './import-playbook.ts';
import { taskItems } from './import-tasks.ts';
import { readKeywordValue, typeName } from './keyword-values.ts';
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
 */
export function loadPlaybook(
  file: string,
  options: LoadOptions,
): { playbook: Playbook; faults: readonly Fault[] } {
  const faults = new Faults();
  const context: LoadContext = { options, faults, ids: new Map() };
  const entries = readPlaybookFile(enterFile(context, file, undefined));
  return { playbook: { file, directory: dirname(resolve(file)), entries }, faults: faults.list };
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
  options: LoadOptions & { readonly playbookDirectory?: string; readonly level?: 'task' | 'handler' },
): { tasks: readonly TaskNode[]; faults: readonly Fault[] } {
  const faults = new Faults();
  const { playbookDirectory = dirname(resolve(path)) } = options;
  const shared: LoadContext = { options, faults, ids: new Map() };
  const context = enterFile(shared, path, { playbookDirectory, importedFrom: [] });
  const read = readYamlFile(path, { vault: options.vault });
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
  if (!Object.hasOwn(map, 'hosts')) {
    const wrong = Object.keys(map).find((key) => suggest(key, ['hosts', 'import_playbook', 'parallel']));
    const nearest = wrong ? suggest(wrong, ['hosts', 'import_playbook', 'parallel']) : undefined;
    if (wrong && nearest && nearest !== 'hosts') {
      context.faults.error('unknown-keyword', `unknown play keyword "${wrong}"`, {
        position: keyPositionOf(map, wrong),
        hint: `did you mean "${nearest}"?`,
      });
      return [];
    }
  }
  return [readPlay(context, map)];
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
