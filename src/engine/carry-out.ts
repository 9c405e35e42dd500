import type { Connection } from '../connection/connection.ts';
import { StepNotRun } from '../connection/index.ts';
import { ConnectionError, MooringError } from '../model/errors.ts';
import type { Step, StepOutcome, WaitStep } from '../module/index.ts';
import type { Footprint } from './looked.ts';
import { chainOf, isLastInChannel, isOrdered, watched } from './ordered-step.ts';
import { checkInterrupted, errorMessage, Interrupted } from './run-state.ts';
import type { ReadsBehind } from './speculate.ts';
import type { StepContext, StepEnd } from './steps/context.ts';
import { putStep, removeStep, saveStep } from './steps/files.ts';
import { requestStep } from './steps/request.ts';
import { runStep } from './steps/run.ts';
import { secretsStep } from './steps/secrets.ts';
import { streamStep } from './steps/stream.ts';
import { waitStep } from './steps/wait.ts';
import type { Target } from './target.ts';

/** What carrying out steps takes. */
export interface CarrySource {
  readonly context: StepContext;
  /** False for a user's command that was declared to only look. */
  readonly countsAsChange: boolean;
  /** What of the host all steps together are limited to; undefined = nothing. */
  readonly footprint?: Footprint | undefined;
  /** Lets other tasks at the target while this one only waits. */
  readonly whileWaiting: <T>(action: () => Promise<T>) => Promise<T>;
  /**
   * Called behind the request of the last step: asks for the reads of what follows, in the same write.
   *
   * @param inChannel the host behind the step, where that has a channel of its own
   */
  readonly readBehind?: ((inChannel?: Connection) => ReadsBehind) | undefined;
}

/**
 * Carries out steps in order, for real, and stops at the first that fails. Steps that the host's shell
 * carries out go to it together; it passes over those behind one that failed.
 *
 * @returns what became of each; those behind a failed one are `skipped`
 * @throws ConnectionError when contact is lost: what was in flight may or may not have happened
 */
export async function carryOut(steps: readonly Step[], source: CarrySource): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  while (outcomes.length < steps.length) {
    const left = steps.slice(outcomes.length);
    if (outcomes.at(-1)?.status === 'failed') {
      return [...outcomes, ...left.map((step): StepOutcome => ({ step, status: 'skipped' }))];
    }
    const together = left.slice(0, countTogether(left, source));
    const isLast = together.length === left.length;
    outcomes.push(
      ...(await carryOutTogether(together, isLast ? source : { ...source, readBehind: undefined })),
    );
  }
  return outcomes;
}

/** How many steps may go out at once. Where a deadline runs, each one's share of it hangs on those before it. */
function countTogether(steps: readonly Step[], { context }: CarrySource): number {
  if (context.timeLeftMs() !== undefined) return 1;
  const end = steps.findIndex((step) => !isOrdered(step));
  return Math.max(1, end < 0 ? steps.length : end);
}

/** @returns what became of the steps up to the first that failed, or that must be sent again */
async function carryOutTogether(steps: readonly Step[], source: CarrySource): Promise<StepOutcome[]> {
  checkInterrupted(source.context.run);
  const [first] = steps;
  if (first?.kind === 'wait') return [await waitOutcome(first, source)];
  const note = changeNoter(steps, source);
  let behind: ReadsBehind | undefined;
  note();
  try {
    const sent = await sendInOrder(steps, source, (inChannel) => {
      behind ??= source.readBehind?.(inChannel);
    });
    return await outcomesOf(steps, sent);
  } finally {
    note();
    behind?.stepEnded();
  }
}

function waitOutcome(step: WaitStep, { context, whileWaiting }: CarrySource): Promise<StepOutcome> {
  return whileWaiting(() => outcomeOf(step, { lastEndMs: 0 }, () => waitStep(step, context)));
}

/** Reads issued while steps are under way are as stale as those before them: it is called before and after. */
function changeNoter(
  steps: readonly Step[],
  { context, countsAsChange, footprint }: CarrySource,
): () => void {
  const touched = new Set([context.target.target, ...steps.flatMap((step) => otherTargets(step, context))]);
  return () => {
    if (countsAsChange) for (const target of touched) context.run.targets.noteChange(target, footprint);
  };
}

/** The machines besides the task's own that a step acts on. */
export function otherTargets(step: Step, context: StepContext): Target[] {
  if (step.kind !== 'stream') return [];
  return [step.from.host, step.to.host].flatMap((name) =>
    name === undefined ? [] : [context.other(name).target],
  );
}

/**
 * Sends each step as soon as the one before it was written to the shell.
 *
 * @param onAllSent called at once behind the request of the last one
 * @returns the outcomes to come; fewer than steps where one ended before it could be sent
 */
async function sendInOrder(
  steps: readonly Step[],
  source: CarrySource,
  onAllSent: (inChannel?: Connection) => void,
): Promise<Promise<StepOutcome>[]> {
  const { context, countsAsChange, readBehind } = source;
  const chains = steps.length > 1 ? chainOf(steps) : [];
  const isWatched = steps.length > 1 || (readBehind !== undefined && countsAsChange);
  const sent: Promise<StepOutcome>[] = [];
  const clock = { lastEndMs: 0 };
  for (const [index, step] of steps.entries()) {
    if (index > 0 && context.run.options.signal?.aborted) break;
    const chain = chains[index];
    const earlier = [...sent];
    const isSent = await new Promise<boolean>((resolve) => {
      const onSent = (inChannel?: Connection): void => {
        if (index === steps.length - 1 && countsAsChange) onAllSent(inChannel);
        resolve(true);
      };
      const before = chain?.isFirst === false ? { before: () => allWentWell(earlier) } : {};
      const watch = { onSent, ...(chain ? { chain } : {}), ...before };
      const target = isWatched && tellsWhenSent(step) ? watched(context.target, watch) : context.target;
      const outcome = outcomeOf(step, clock, () => dispatch(step, { ...context, target }));
      sent.push(outcome);
      const onEnd = (): void => resolve(false);
      outcome.then(onEnd, onEnd);
    });
    if (!isSent) break;
  }
  return sent;
}

function tellsWhenSent(step: Step): boolean {
  return isOrdered(step) || isLastInChannel(step);
}

async function allWentWell(earlier: readonly Promise<StepOutcome>[]): Promise<void> {
  const outcomes = await Promise.all(earlier);
  if (outcomes.some(({ status }) => status !== 'applied')) throw new StepNotRun('a step before it failed');
}

/** Takes the outcomes in order, when all have come: nothing is left behind that could still act. */
async function outcomesOf(
  steps: readonly Step[],
  sent: readonly Promise<StepOutcome>[],
): Promise<StepOutcome[]> {
  const ends = await Promise.allSettled(sent);
  const outcomes: StepOutcome[] = [];
  for (const [index, end] of ends.entries()) {
    if (end.status === 'rejected') {
      // Its chain broke without a failure: the shell was lost in between, so it is sent again.
      if (end.reason instanceof StepNotRun && index > 0) return outcomes;
      throw inFlight(end.reason, steps.slice(index, ends.length));
    }
    outcomes.push(end.value);
    if (end.value.status === 'failed') return outcomes;
  }
  return outcomes;
}

/** The error with all that was sent and not answered. */
function inFlight(error: unknown, steps: readonly Step[]): unknown {
  if (!(error instanceof ConnectionError)) return error;
  const summaries = steps.map((step) => step.summary).join('; ');
  return new ConnectionError(`${error.message}, during: ${summaries}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

/** @param clock when the step before it ended: only then its own time begins */
async function outcomeOf(
  step: Step,
  clock: { lastEndMs: number },
  action: () => Promise<StepEnd>,
): Promise<StepOutcome> {
  const started = Date.now();
  const took = (): number => {
    const since = Math.max(started, clock.lastEndMs);
    clock.lastEndMs = Date.now();
    return clock.lastEndMs - since;
  };
  try {
    const end = await action();
    const status = end.error === undefined ? 'applied' : 'failed';
    return { step, status, durationMs: took(), ...end };
  } catch (error) {
    if (error instanceof Interrupted || error instanceof ConnectionError || error instanceof StepNotRun)
      throw error;
    if (!(error instanceof MooringError) && !isSystemError(error)) throw error;
    const message = error instanceof MooringError ? errorMessage(error) : error.message;
    return { step, status: 'failed', durationMs: took(), error: message };
  }
}

function dispatch(step: Step, context: StepContext): Promise<StepEnd> {
  switch (step.kind) {
    case 'run':
      return runStep(step, context);
    case 'put':
      return putStep(step, context);
    case 'remove':
      return removeStep(step, context);
    case 'request':
      return requestStep(step, context);
    case 'wait':
      return waitStep(step, context);
    case 'stream':
      return streamStep(step, context);
    case 'save':
      return saveStep(step, context);
    case 'secrets':
      return secretsStep(step, context);
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
