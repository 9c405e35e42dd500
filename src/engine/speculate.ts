import type { Connection } from '../connection/connection.ts';
import type { Value } from '../model/value.ts';
import type { CompiledTask } from './compile.ts';
import type { Call } from './decide.ts';
import type { ReadResult } from './module-run.ts';
import type { Attempt } from './progress.ts';
import type { PlayHost } from './run-state.ts';
import type { TaskCall } from './task.ts';

/** Reads issued ahead of their task's turn. */
export interface Speculation {
  readonly isOn: boolean;
  /** Makes contact with many hosts, so that none is read long before the last one can be. */
  connectAll(hosts: readonly PlayHost[], task: CompiledTask): Promise<void>;
  /** Issues the reads of this task and those after it, as far as they are decided already. */
  readFollowing(host: PlayHost, task: CompiledTask): void;
  /** Issues the reads of all items of a loop. */
  readItems(host: PlayHost, task: CompiledTask, items: readonly Value[]): void;
  /**
   * Issues the reads of what comes after a call, behind a step of it that was just sent to the same shell, or
   * to a channel of its own.
   */
  readBehind(call: TaskCall, decision: Call, inChannel?: Connection): ReadsBehind;
  /** The read issued ahead for a call, where it still holds. Throws ConnectionError where the host cannot be reached. */
  take(call: TaskCall, decision: Call): Promise<ReadResult | undefined>;
  /** The same for a user's command that was declared to only look. */
  takeAttempt(call: TaskCall, decision: Call): Promise<Attempt | undefined>;
}

/** Reads that wait behind a step for their answers. */
export interface ReadsBehind {
  /** The step has ended: what was read behind it is as good as read now. */
  stepEnded(): void;
}

/** `--no-speculate`: every read is issued when its task has its turn. */
export const noSpeculation: Speculation = {
  isOn: false,
  connectAll: () => Promise.resolve(),
  readFollowing: () => undefined,
  readItems: () => undefined,
  readBehind: () => ({ stepEnded: () => undefined }),
  take: () => Promise.resolve(undefined),
  takeAttempt: () => Promise.resolve(undefined),
};
