import { resolve } from 'node:path';
import type { Parallel, Play, Task, TaskNode } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import { positionOf } from '../util/yaml.ts';
import { enterFile, type FileContext, findFile, type LoadContext } from './context.ts';
import { taskItems } from './import-tasks.ts';
import { hasTemplate } from './keyword-values.ts';
import { readYamlFile } from './source-file.ts';
import { readTaskItems } from './tasks.ts';

type Level = 'task' | 'handler';

interface IncludeTask {
  readonly task: Task;
  readonly level: Level;
  /** It, or a block around it, has a condition or a loop: then a file may include itself. */
  readonly conditional: boolean;
}

interface Visit {
  readonly playbookDirectory: string;
  /** Files being read, outermost first, with what led to each. */
  readonly open: readonly { readonly path: string; readonly conditional: boolean }[];
}

interface Place {
  readonly position: Position;
}

/**
 * Reads ahead of the run the files that `include_tasks` names without variables, so that what is
 * wrong in them is told at once.
 *
 * @returns the tasks of each file, by its absolute path
 */
export function readIncludes(
  context: LoadContext,
  entries: readonly (Play | Parallel)[],
): ReadonlyMap<string, readonly TaskNode[]> {
  const found = new Map<string, readonly TaskNode[]>();
  // Ids are given again when the run includes the file.
  const reader = new IncludeReader({ ...context, ids: new Map() }, found);
  for (const play of entries.flatMap((entry) => (entry.kind === 'play' ? [entry] : entry.plays))) {
    const visit: Visit = { playbookDirectory: play.directory, open: [] };
    for (const section of [play.preTasks, play.tasks, play.postTasks]) reader.readAll(section, 'task', visit);
    reader.readAll(play.handlers, 'handler', visit);
  }
  return found;
}

class IncludeReader {
  readonly #context: LoadContext;
  readonly #found: Map<string, readonly TaskNode[]>;

  constructor(context: LoadContext, found: Map<string, readonly TaskNode[]>) {
    this.#context = context;
    this.#found = found;
  }

  readAll(nodes: readonly TaskNode[], level: Level, visit: Visit): void {
    for (const include of includesIn(nodes, level, false)) this.#read(include, visit);
  }

  #read(include: IncludeTask, visit: Visit): void {
    const { task } = include;
    const name = task.params['file'];
    const place = { position: positionOf(task.params, 'file') ?? task.position };
    if (typeof name !== 'string' || name.trim() === '') {
      this.#context.faults.error('wrong-type', 'include_tasks needs the name of a file', place);
      return;
    }
    if (hasTemplate(name)) return;
    const from = enterFile(this.#context, task.position.file, { ...visit, importedFrom: [] });
    const { path, hint } = findFile(from, name.trim(), 'tasks');
    if (path === undefined) {
      this.#context.faults.error('missing-file', `there is no file ${name}`, { ...place, hint });
      return;
    }
    this.#enter(include, path, visit, place);
  }

  #enter(include: IncludeTask, path: string, visit: Visit, place: Place): void {
    const absolute = resolve(path);
    const step = { path: absolute, conditional: include.conditional };
    const start = visit.open.findIndex((file) => file.path === absolute);
    if (start !== -1) {
      const circle = [...visit.open.slice(start + 1), step];
      if (circle.some((file) => file.conditional)) return;
      const hint = 'put a condition on the include, so that it ends';
      this.#context.faults.error('include-cycle', `${include.task.params['file']} includes itself`, {
        ...place,
        hint,
      });
      return;
    }
    const known = this.#found.get(absolute);
    const tasks =
      known ?? this.#load(enterFile(this.#context, path, { ...visit, importedFrom: [] }), include, place);
    this.#found.set(absolute, tasks);
    if (!known) this.readAll(tasks, include.level, { ...visit, open: [...visit.open, step] });
  }

  #load(context: FileContext, include: IncludeTask, place: Place): readonly TaskNode[] {
    const { vault } = this.#context.options;
    const { value, faults } = readYamlFile(context.file, { vault, from: place.position });
    this.#context.faults.add(faults);
    return value === undefined ? [] : readTaskItems(context, taskItems(context, value), include.level);
  }
}

function includesIn(nodes: readonly TaskNode[], level: Level, conditional: boolean): IncludeTask[] {
  return nodes.flatMap((node) => {
    const own = conditional || node.keywords.when !== undefined;
    if (node.kind === 'block') return includesIn([...node.tasks, ...node.rescue, ...node.always], level, own);
    if (node.module !== 'include_tasks') return [];
    return [{ task: node, level, conditional: own || node.keywords.loop !== undefined }];
  });
}
