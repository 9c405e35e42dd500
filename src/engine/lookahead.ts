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
  'include_tasks',
  'include_vars',
  'pause',
  'secret_file',
  'wait_for',
]);

/**
 * The task and those that come after it on the host, up to the first that nothing behind can be read
 * ahead of: waiting, includes, `until`, a flush of handlers that are pending.
 */
export function* followingTasks(task: CompiledTask, host: PlayHost): Generator<Following> {
  const pending = new Set<string>();
  for (const next of task.sequence.slice(task.index)) {
    const flushed = next.section !== task.section && host.notified.size > 0;
    if (flushed || (task.handler && next !== task)) return;
    yield { task: next, pending };
    if (isBarrier(next, host)) return;
    const { register } = next.task.keywords;
    if (register !== undefined) pending.add(register);
    if (next.task.module === 'set_fact') for (const name of Object.keys(next.task.params)) pending.add(name);
  }
}

/** Whether the task's read may be issued before its turn. */
export function mayReadAhead(playRun: PlayRun, host: PlayHost, task: CompiledTask): boolean {
  const module = playRun.run.options.modules.get(task.task.module);
  if (!module || module.engine || module.local || module.volatile) return false;
  const { until, retries } = task.task.keywords;
  if (until || retries !== undefined || innermost(task.chain, 'delegateTo') !== undefined) return false;
  const once = innermost(task.chain, 'runOnce');
  return once === undefined || once === false || playRun.batch[0] === host;
}

function isBarrier({ task }: CompiledTask, host: PlayHost): boolean {
  if (barriers.has(task.module) || task.keywords.until) return true;
  if (task.module === 'set_fact') return Object.keys(task.params).some((name) => name.includes('{{'));
  if (task.module !== 'meta') return false;
  const action = String(task.params['action']);
  return action !== 'noop' && !(action === 'flush_handlers' && host.notified.size === 0);
}
