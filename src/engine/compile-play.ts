import type { Parallel, Play, Playbook, Task } from '../model/playbook.ts';
import { type CompiledNode, type CompiledTask, compileNodes, playSurroundings } from './compile.ts';
import type { TagSelection } from './tags.ts';
import { writtenName } from './task-name.ts';

/** The task that `gather_facts: true` puts before all others. */
const setupModule = 'setup';

/** A play ready to run: each section ends with a flush of the handlers. */
export interface CompiledPlay {
  readonly sections: readonly (readonly CompiledNode[])[];
  readonly handlers: readonly CompiledTask[];
}

/** A task as `--list-tasks` and `--list-tags` show it. */
export interface ListedTask {
  readonly name: string;
  readonly tags: readonly string[];
}

/** A play as `--list-tasks` shows it. */
export interface ListedPlay {
  readonly name: string;
  readonly hosts: string;
  readonly tags: readonly string[];
  readonly tasks: readonly ListedTask[];
}

/** Joins the tasks of a play with all that surrounds them; tasks excluded by tags are left out. */
export function compilePlay(play: Play, selection: TagSelection): CompiledPlay {
  const surroundings = playSurroundings(play, selection);
  const sequence: CompiledTask[] = [];
  const gather = play.gatherFacts === undefined || play.gatherFacts === false ? [] : [setupTask(play)];
  const sections = [[...gather, ...play.preTasks], play.tasks, play.postTasks].map((nodes, section) =>
    compileNodes(nodes, { ...surroundings, section }, sequence),
  );
  const handlers = flatten(compileNodes(play.handlers, { ...surroundings, handler: true }));
  return { sections, handlers };
}

/** What the playbook's tasks are, in order, without running anything. */
export function listTasks(playbook: Playbook, selection: TagSelection): readonly ListedPlay[] {
  return playbook.entries.flatMap(playsOf).map((play) => {
    const { sections } = compilePlay({ ...play, gatherFacts: false }, selection);
    const tasks = sections
      .flatMap((nodes) => flatten(nodes))
      .map((task) => ({
        name: writtenName(task),
        tags: [...task.tags].sort(),
      }));
    const tags = play.keywords.tags ?? [];
    return { name: play.keywords.name ?? play.hosts, hosts: play.hosts, tags, tasks };
  });
}

/** The plays of an entry: itself, or those of a `parallel:`. */
export function playsOf(entry: Play | Parallel): readonly Play[] {
  return entry.kind === 'parallel' ? entry.plays : [entry];
}

/** Every task of nodes in the order they are written, rescue and always included. */
export function flatten(nodes: readonly CompiledNode[]): CompiledTask[] {
  return nodes.flatMap((node) =>
    node.kind === 'task' ? [node] : flatten([...node.tasks, ...node.rescue, ...node.always]),
  );
}

/**
 * The play from a task on: `--start-at-task`. What comes before is left out, in whole blocks too.
 *
 * @param isStart whether this is the task to start at; asked in order until it once says yes
 */
export function startingAt(play: CompiledPlay, isStart: (task: CompiledTask) => boolean): CompiledPlay {
  let reached = false;
  const keep = (nodes: readonly CompiledNode[]): CompiledNode[] =>
    nodes.flatMap((node): CompiledNode[] => {
      if (node.kind === 'task') {
        reached ||= isStart(node);
        return reached ? [node] : [];
      }
      const [tasks, rescue, always] = [keep(node.tasks), keep(node.rescue), keep(node.always)];
      return tasks.length + rescue.length + always.length > 0 ? [{ ...node, tasks, rescue, always }] : [];
    });
  return { ...play, sections: play.sections.map(keep) };
}

/** Whether a task's name is the one asked for; `*` and `?` are wildcards. */
export function nameMatches(task: CompiledTask, pattern: string): boolean {
  const names = [writtenName(task), task.task.keywords.name ?? task.task.module];
  if (names.includes(pattern)) return true;
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  const wanted = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  return names.some((name) => wanted.test(name));
}

function setupTask(play: Play): Task {
  return {
    kind: 'task',
    id: `${play.id}:${setupModule}`,
    module: setupModule,
    params: {},
    keywords: { name: 'Gathering Facts', tags: ['always'] },
    position: play.position,
    directory: play.directory,
  };
}
