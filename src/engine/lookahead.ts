import type { Layer } from '../template/index.ts';
import { type CompiledTask, innermost } from './compile.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { watchLayer } from './scope.ts';

/** A task that may be looked at ahead of its turn. */
export interface Following {
  readonly task: CompiledTask;
  /** Variables that tasks before it are going to set. */
  readonly pending: ReadonlySet<string>;
}

/** What looking ahead goes by. */
export interface Outlook {
  readonly host: PlayHost;
  /** A step of the first task was sent: what it notifies is as good as pending. */
  readonly isChanging: boolean;
  /** The tasks of a file that is included without doubt, where they are known already. */
  included(task: CompiledTask, pending: ReadonlySet<string>): readonly CompiledTask[] | undefined;
}

/** Thrown out of a template that asks for a variable which a task before it is going to set. */
export class Undecided extends Error {
  /** A layer that throws for these names. */
  static guard(names: ReadonlySet<string>): Layer {
    return watchLayer((name) => {
      if (names.has(name)) throw new Undecided(`${name} is not decided yet`);
    });
  }
}

/** Tasks behind these depend on what they do, or wait for something. */
const barriers: ReadonlySet<string> = new Set([
  'add_host',
  'group_by',
  'include_vars',
  'pause',
  'secret_file',
  'wait_for',
]);

/**
 * The task and those that come after it on the host, up to the first that nothing behind can be read
 * ahead of: waiting, includes that are not decided, `until`, a flush of handlers that are pending. After a
 * handler come the other pending ones.
 */
export function* followingTasks(task: CompiledTask, outlook: Outlook): Generator<Following> {
  const pending = new Set<string>();
  if (task.handler) {
    yield* handlersFrom(task, outlook.host, pending);
    return;
  }
  const notifies = outlook.isChanging && task.notify.length > 0;
  const walk: Walk = { ...outlook, pending, isFlushDue: notifies || outlook.host.notified.size > 0 };
  let next: CompiledTask | undefined = task;
  let isOpen = yield* tasksFrom(task.sequence, task.index, walk);
  while (isOpen && next?.includedBy) {
    next = next.includedBy;
    isOpen = yield* tasksFrom(next.sequence, next.index + 1, { ...walk, section: task.section });
  }
}

interface Walk extends Outlook {
  readonly pending: Set<string>;
  readonly isFlushDue: boolean;
  /** Where the walk began; undefined = with the section of the first task. */
  readonly section?: number;
}

/** @returns whether tasks behind these may be looked at too */
function* tasksFrom(
  sequence: readonly CompiledTask[],
  start: number,
  walk: Walk,
): Generator<Following, boolean> {
  const section = walk.section ?? sequence[start]?.section;
  for (let index = start; index < sequence.length; index++) {
    const next = sequence[index];
    if (next === undefined || (next.section !== section && walk.isFlushDue)) return false;
    if (isInclude(next)) {
      const inner = walk.included(next, walk.pending);
      if (!inner || !(yield* tasksFrom(inner, 0, walk))) return false;
      continue;
    }
    yield { task: next, pending: walk.pending };
    if (isBarrier(next, walk.isFlushDue)) return false;
    addPending(walk.pending, next);
  }
  return true;
}

function* handlersFrom(handler: CompiledTask, host: PlayHost, pending: Set<string>): Generator<Following> {
  for (const next of handler.sequence.slice(handler.index)) {
    if (next !== handler && !host.notified.has(next)) continue;
    yield { task: next, pending };
    if (isBarrier(next, false) || isInclude(next)) return;
    addPending(pending, next);
  }
}

function addPending(pending: Set<string>, { task }: CompiledTask): void {
  const { register } = task.keywords;
  if (register !== undefined) pending.add(register);
  if (task.module === 'set_fact') for (const name of Object.keys(task.params)) pending.add(name);
}

/** Whether the task's read may be issued before its turn. */
export function mayReadAhead(playRun: PlayRun, host: PlayHost, task: CompiledTask): boolean {
  const module = playRun.run.options.modules.get(task.task.module);
  if (!module || module.engine || module.local || module.volatile) return false;
  const { until, retries } = task.task.keywords;
  if (until || retries !== undefined) return false;
  const once = innermost(task.chain, 'runOnce');
  return once === undefined || once === false || playRun.batch[0] === host;
}

/** Modules whose reads may see what the engine itself leaves on a host for a moment. */
const looksAround: ReadonlySet<string> = new Set(['find']);

/** Whether the task's read may be issued behind a command whose traces are not removed yet. */
export function mayReadInChannel({ task }: CompiledTask): boolean {
  return !looksAround.has(task.module);
}

function isInclude({ task }: CompiledTask): boolean {
  return task.module === 'include_tasks' || task.module === 'include_role';
}

function isBarrier({ task }: CompiledTask, isFlushDue: boolean): boolean {
  if (barriers.has(task.module) || task.keywords.until || task.keywords.async !== undefined) return true;
  if (task.module === 'set_fact') return Object.keys(task.params).some((name) => name.includes('{{'));
  if (task.module !== 'meta') return false;
  const action = String(task.params['action']);
  return action !== 'noop' && !(action === 'flush_handlers' && !isFlushDue);
}
