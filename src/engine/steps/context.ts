import type { ModuleLook, StepOutcome } from '../../module/index.ts';
import type { Background } from '../background.ts';
import type { Run } from '../run-state.ts';
import type { TaskTarget } from '../task-target.ts';

/** What a step needs to be carried out. */
export interface StepContext {
  readonly run: Run;
  readonly target: TaskTarget;
  /** Another host of the inventory, reached in its own way. */
  readonly other: (hostName: string) => TaskTarget;
  /** `environment:` of the task, rendered. */
  readonly environment: Readonly<Record<string, string>>;
  /** What is left of the task's `timeout:`, milliseconds; undefined = no limit. */
  readonly timeLeftMs: () => number | undefined;
  /** Live output for people. */
  readonly output: (stream: 'stdout' | 'stderr' | 'progress', text: string) => void;
  readonly background?: Background | undefined;
  readonly signal: AbortSignal | undefined;
  /** A user's command that was declared to only look, run in its turn or ahead of it. */
  readonly looksOnly?: 'now' | 'ahead' | undefined;
  /** The module's own look, for a `wait` for it. */
  readonly look: (kept: unknown) => Promise<ModuleLook>;
}

/** How a step ended; its status follows from `error`. */
export type StepEnd = Omit<StepOutcome, 'step' | 'status' | 'durationMs'>;

/** A deadline no longer than what is left of the task's. */
export function limitedTimeout(context: StepContext, wantedMs: number): number {
  const left = context.timeLeftMs();
  return left === undefined ? wantedMs : Math.max(1, Math.min(wantedMs, left));
}
