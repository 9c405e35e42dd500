import type { TaskResult } from '../model/result.ts';
import { Unknown } from '../model/value.ts';
import type { CompiledTask } from './compile.ts';

/** A result without what it says about the task's params: `no_log`. The error itself stays. */
export function censor<T extends TaskResult>(result: T): T {
  const flags = Object.fromEntries(
    Object.entries(result.values).filter(([key]) =>
      ['changed', 'failed', 'skipped', 'msg', 'rc'].includes(key),
    ),
  );
  const shown = result.outcome === 'failed' || result.outcome === 'unreachable';
  const { msg: _, ...quiet } = flags;
  return {
    ...result,
    values: { ...(shown ? flags : quiet), censored: 'hidden, since no_log is set for this task' },
    diff: [],
    steps: [],
    ...(result.items
      ? { items: result.items.map((item) => ({ ...censor(item), label: '(censored)' })) }
      : {}),
  };
}

/** What `register` gets for a result: wholly unknown where the task was decided at run time. */
export function registeredValue(task: CompiledTask, result: TaskResult): TaskResult['values'] | Unknown {
  if (result.outcome !== 'unknown' || result.items) return result.values;
  return new Unknown(`task "${taskName(task)}" is decided at run time`);
}

/** What people call a task. */
export function taskName({ task }: CompiledTask): string {
  return task.keywords.name ?? task.module;
}
