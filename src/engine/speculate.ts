import type { Value } from '../model/value.ts';
import type { CompiledTask } from './compile.ts';
import type { Call } from './decide.ts';
import type { Attempt, ReadResult } from './module-run.ts';
import type { PlayHost } from './run-state.ts';
import type { TaskCall } from './task.ts';

/** Reads issued ahead of their task's turn. */
export interface Speculation {
  /** Issues the reads of this task and those after it, as far as they are decided already. */
  readFollowing(host: PlayHost, task: CompiledTask): void;
  /** Issues the reads of all items of a loop. */
  readItems(host: PlayHost, task: CompiledTask, items: readonly Value[]): void;
  /** The read issued ahead for a call, where it still holds. Throws ConnectionError where the host cannot be reached. */
  take(call: TaskCall, decision: Call): Promise<ReadResult | undefined>;
  /** The same for a user's command that was declared to only look. */
  takeAttempt(call: TaskCall, decision: Call): Promise<Attempt | undefined>;
}

/** `--no-speculate`: every read is issued when its task has its turn. */
export const noSpeculation: Speculation = {
  readFollowing: () => undefined,
  readItems: () => undefined,
  take: () => Promise.resolve(undefined),
  takeAttempt: () => Promise.resolve(undefined),
};
