import { resolve } from 'node:path';
import type { Parallel, Play, RolePlace, Task, TaskNode } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import { positionOf } from '../util/yaml.ts';
import { enterFile, type FileContext, findFile, type LoadContext } from './context.ts';
import { taskItems } from './import-tasks.ts';
import { hasTemplate } from './keyword-values.ts';
import { readRole } from './roles/read-role.ts';
import { isOpenRole, roleCallOf } from './roles/role-params.ts';
import { readYamlFile } from './source-file.ts';
import { readTaskItems } from './tasks.ts';

type Level = 'task' | 'handler';

/** A role that includes itself in ever new ways is the run's business. */
const deepest = 10;

interface IncludeTask {
  readonly task: Task;
  readonly level: Level;
  /** It, or a block around it, has a condition or a loop: then a file may include itself. */
  readonly conditional: boolean;
  readonly roles: readonly RolePlace[];
}

interface Visit {
  readonly playbookDirectory: string;
  /** Roles around, outermost first. */
  readonly roles: readonly RolePlace[];
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
    const visit: Visit = { playbookDirectory: play.directory, roles: [], open: [] };
    for (const section of [play.preTasks, play.tasks, play.postTasks]) reader.readAll(section, 'task', visit);
    reader.readAll(play.handlers, 'handler', visit);
  }
  return found;
}

class IncludeReader {
  readonly #context: LoadContext;
  readonly #found: Map<string, readonly TaskNode[]>;
  /** Calls of roles that were read. */
  readonly #roles = new Set<string>();

  constructor(context: LoadContext, found: Map<string, readonly TaskNode[]>) {
    this.#context = context;
    this.#found = found;
  }

  readAll(nodes: readonly TaskNode[], level: Level, visit: Visit): void {
    for (const include of includesIn(nodes, level, false, visit.roles)) {
      const around = { ...visit, roles: include.roles };
      if (include.task.module === 'include_role') this.#readRole(include, around);
      else this.#read(include, around);
    }
  }

  #readRole({ task, level }: IncludeTask, visit: Visit): void {
    if (isOpenRole(task.params)) return;
    const { position } = task;
    const context = enterFile(this.#context, position.file, { ...visit, importedFrom: [] });
    const call = roleCallOf(context, { params: task.params, keywords: {}, position, kind: 'include' });
    if (!call) return;
    const roles = visit.roles.map(({ path }) => path);
    const key = JSON.stringify([visit.playbookDirectory, roles, call.name, call.files]);
    if (this.#roles.has(key) || roles.length > deepest) return;
    this.#roles.add(key);
    const block = readRole(context, call, readTaskItems);
    if (block) this.readAll([block, ...(block.role?.handlers ?? [])], level, visit);
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

function includesIn(
  nodes: readonly TaskNode[],
  level: Level,
  conditional: boolean,
  roles: readonly RolePlace[],
): IncludeTask[] {
  return nodes.flatMap((node) => {
    const own = conditional || node.keywords.when !== undefined;
    if (node.kind === 'block') {
      const inner = node.role ? [...roles, node.role] : roles;
      return includesIn([...node.tasks, ...node.rescue, ...node.always], level, own, inner);
    }
    if (node.module !== 'include_tasks' && node.module !== 'include_role') return [];
    return [{ task: node, level, conditional: own || node.keywords.loop !== undefined, roles }];
  });
}
