import type { Parallel, Play, TaskNode } from '../model/playbook.ts';
import type { Value, ValueMap } from '../model/value.ts';
import { copyPlace, copyPlaces, keyPositionOf, startOf } from '../util/yaml.ts';
import { enterFile, type FileContext, idAt } from './context.ts';
import { importedPath } from './import-tasks.ts';
import { readKeywordValue } from './keyword-values.ts';
import { keywords, unknownKeyword } from './keywords.ts';
import { isPlayKey } from './play-keys.ts';

type Entry = Play | Parallel;

interface ImportKeywords {
  readonly vars: ValueMap | undefined;
  readonly tags: readonly string[];
  readonly when: Play['keywords']['when'];
}

const allowed = ['name', 'vars', 'tags', 'when'];

/**
 * Replaces an `import_playbook` by the plays of the file; its variables, tags and conditions go to
 * each of them.
 *
 * @param key the key the file is named under
 * @param readFile reads the plays of an entered file
 */
export function importPlays(
  context: FileContext,
  map: ValueMap,
  key: string,
  readFile: (context: FileContext) => readonly Entry[],
): Entry[] {
  const position = startOf(map) ?? { file: context.file, line: 1, col: 1 };
  for (const name of Object.keys(map)) {
    if (name === key || allowed.includes(name)) continue;
    if (!keywords.has(name) && !isPlayKey(name)) unknownKeyword(context, map, name, 'play', allowed);
    else {
      const place = { position: keyPositionOf(map, name), hint: 'put it on the plays of the file' };
      context.faults.error('misplaced-keyword', `"${name}" cannot stand on import_playbook`, place);
    }
  }
  const params = { file: map[key] ?? null };
  copyPlace(map, key, params, 'file');
  const path = importedPath(context, params, position, 'import_playbook');
  const own = readImportKeywords(context, map);
  if (path === undefined) return [];
  const inner = enterFile(context, path, { ...context, playbookDirectory: '' });
  const entered = { ...inner, playbookDirectory: inner.directory };
  return readFile(entered).map((entry) => withKeywords(context, entry, own));
}

function readImportKeywords(context: FileContext, map: ValueMap): ImportKeywords {
  return {
    vars: readKeywordValue(context, map, 'vars', 'map'),
    tags: readKeywordValue(context, map, 'tags', 'words') ?? [],
    when: readKeywordValue(context, map, 'when', 'conditions'),
  };
}

function withKeywords(context: FileContext, entry: Entry, outer: ImportKeywords): Entry {
  if (entry.kind === 'parallel') {
    return { ...entry, plays: entry.plays.map((play) => playWithKeywords(context, play, outer)) };
  }
  return playWithKeywords(context, entry, outer);
}

function playWithKeywords(context: FileContext, play: Play, outer: ImportKeywords): Play {
  const keywords: Record<string, unknown> = { ...play.keywords };
  copyPlaces(play.keywords, keywords);
  if (outer.vars) keywords['vars'] = joinVars(play.keywords.vars ?? {}, outer.vars);
  if (outer.tags.length > 0) keywords['tags'] = [...new Set([...outer.tags, ...(play.keywords.tags ?? [])])];
  const guard = (tasks: readonly TaskNode[]) => guarded(context, play, tasks, outer.when);
  const copy: Play = {
    ...play,
    keywords,
    preTasks: guard(play.preTasks),
    tasks: guard(play.tasks),
    postTasks: guard(play.postTasks),
  };
  copyPlaces(play, copy);
  return copy;
}

/** Plays take no conditions: those of the import hold for each of their tasks. */
function guarded(
  context: FileContext,
  play: Play,
  tasks: readonly TaskNode[],
  when: ImportKeywords['when'],
): readonly TaskNode[] {
  if (!when || tasks.length === 0) return tasks;
  const { position } = play;
  return [
    {
      kind: 'block',
      id: idAt(context, position),
      keywords: { when },
      tasks,
      rescue: [],
      always: [],
      position,
    },
  ];
}

/** Variables given at the import win over those of the play. */
function joinVars(inner: ValueMap, outer: ValueMap): ValueMap {
  const joined: Record<string, Value> = { ...inner, ...outer };
  copyPlaces(inner, joined);
  copyPlaces(outer, joined);
  return joined;
}
