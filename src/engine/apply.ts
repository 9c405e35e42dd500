import { ConnectionError, MooringError } from '../model/errors.ts';
import type { Diff } from '../model/result.ts';
import type { Step, StepOutcome, WaitStep } from '../module/index.ts';
import { diffsOf } from './diffs.ts';
import { isOrdered, watched } from './ordered-step.ts';
import { checkInterrupted, errorMessage, Interrupted } from './run-state.ts';
import type { ReadsBehind } from './speculate.ts';
import type { StepContext, StepEnd } from './steps/context.ts';
import { putStep, removeStep, saveStep } from './steps/files.ts';
import { requestStep } from './steps/request.ts';
import { runStep } from './steps/run.ts';
import { secretsStep } from './steps/secrets.ts';
import { streamStep } from './steps/stream.ts';
import { type Look, lookOnce, waitStep } from './steps/wait.ts';

/** What became of a plan's steps. */
export interface Applied {
  readonly outcomes: readonly StepOutcome[];
  /** A step was sent, or in check mode would have been. Waiting is no change. */
  readonly changed: boolean;
  /** Why the step that failed did. */
  readonly failure?: string;
  /** Check mode: what only a real run can tell. */
  readonly unknown?: string;
  readonly diff: readonly Diff[];
}

export interface ApplySource {
  readonly context: StepContext;
  /** Simulate: record what the steps would bring about, send nothing. */
  readonly check: boolean;
  /** False for a user's command that was declared to only look. */
  readonly countsAsChange: boolean;
  /** Lets other tasks at the target while this one only waits. */
  readonly whileWaiting: <T>(action: () => Promise<T>) => Promise<T>;
  /** Called behind the request of the last step: asks for the reads of what follows, in the same write. */
  readonly readBehind?: (() => ReadsBehind) | undefined;
}

/**
 * Carries out steps in order and stops at the first that fails. This is the only place that knows
 * check mode: there steps are recorded as predictions instead.
 *
 * @throws ConnectionError when contact is lost: what was in flight may or may not have happened
 */
export async function applySteps(steps: readonly Step[], source: ApplySource): Promise<Applied> {
  const diff = await diffsOf(steps);
  return source.check ? simulate(steps, source, diff) : carryOut(steps, source, diff);
}

async function carryOut(
  steps: readonly Step[],
  source: ApplySource,
  diff: readonly Diff[],
): Promise<Applied> {
  const outcomes: StepOutcome[] = [];
  let failure: string | undefined;
  for (const step of steps) {
    if (failure !== undefined) {
      outcomes.push({ step, status: 'skipped' });
      continue;
    }
    const isLast = step === steps.at(-1);
    const outcome = await carryOutOne(step, isLast ? source : { ...source, readBehind: undefined });
    outcomes.push(outcome);
    if (outcome.status === 'failed') failure = outcome.error ?? 'failed';
  }
  const changed = outcomes.some((outcome) => outcome.step.kind !== 'wait' && outcome.status !== 'skipped');
  return { outcomes, changed, diff, ...(failure === undefined ? {} : { failure }) };
}

async function carryOutOne(step: Step, source: ApplySource): Promise<StepOutcome> {
  checkInterrupted(source.context.run);
  const started = Date.now();
  try {
    const end = await sendStep(step, source);
    const status = end.error === undefined ? 'applied' : 'failed';
    return { step, status, durationMs: Date.now() - started, ...end };
  } catch (error) {
    if (error instanceof Interrupted || (!(error instanceof MooringError) && !isSystemError(error)))
      throw error;
    if (error instanceof ConnectionError) {
      throw new ConnectionError(`${error.message}, during: ${step.summary}`, {
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
    const message = error instanceof MooringError ? errorMessage(error) : error.message;
    return { step, status: 'failed', durationMs: Date.now() - started, error: message };
  }
}

async function sendStep(
  step: Step,
  { context, countsAsChange, whileWaiting, readBehind }: ApplySource,
): Promise<StepEnd> {
  if (step.kind === 'wait') return whileWaiting(() => waitStep(step, context));
  const { targets } = context.run;
  const touched = [context.target.target, ...otherTargets(step, context)];
  // Reads issued while the step is under way are as stale as those before it: hence before and after.
  const note = (): void => {
    if (countsAsChange) for (const target of touched) targets.noteChange(target);
  };
  let behind: ReadsBehind | undefined;
  const onSent = (): void => {
    behind ??= readBehind?.();
  };
  const isWatched = readBehind !== undefined && countsAsChange && isOrdered(step);
  note();
  try {
    return await dispatch(
      step,
      isWatched ? { ...context, target: watched(context.target, onSent) } : context,
    );
  } finally {
    note();
    behind?.stepEnded();
  }
}

function otherTargets(step: Step, context: StepContext): StepContext['target']['target'][] {
  if (step.kind !== 'stream') return [];
  return [step.from.host, step.to.host].flatMap((name) =>
    name === undefined ? [] : [context.other(name).target],
  );
}

function dispatch(step: Exclude<Step, WaitStep>, context: StepContext): Promise<StepEnd> {
  switch (step.kind) {
    case 'run':
      return runStep(step, context);
    case 'put':
      return putStep(step, context);
    case 'remove':
      return removeStep(step, context);
    case 'request':
      return requestStep(step, context);
    case 'stream':
      return streamStep(step, context);
    case 'save':
      return saveStep(step, context);
    case 'secrets':
      return secretsStep(step, context);
  }
}

async function simulate(
  steps: readonly Step[],
  { context }: ApplySource,
  diff: readonly Diff[],
): Promise<Applied> {
  const outcomes: StepOutcome[] = [];
  const { targets } = context.run;
  let changed = false;
  let unknown: string | undefined;
  for (const step of steps) {
    if (step.kind === 'wait') {
      const look = await waitSimulated(step, context, changed || targets.anySimulated);
      const values = look.values === undefined ? {} : { values: look.values };
      if (look.failure !== undefined) {
        outcomes.push({ step, status: 'failed', error: look.failure, ...values });
        return { outcomes, changed, diff, failure: look.failure };
      }
      if (!look.holds) unknown ??= look.seen;
      outcomes.push({ step, status: unknown === undefined ? 'applied' : 'skipped', ...values });
      continue;
    }
    changed = true;
    for (const target of [context.target.target, ...otherTargets(step, context)]) {
      if (target === context.target.target || step.kind === 'stream') target.predictions.record(step);
      // Also where it does not count as a change: later reads see what it would bring about.
      targets.noteChange(target);
    }
    outcomes.push({ step, status: 'skipped' });
  }
  return { outcomes, changed, diff, ...(unknown === undefined ? {} : { unknown }) };
}

/** Looks once. What does not hold may hold at run time, after what was only simulated. */
async function waitSimulated(step: WaitStep, context: StepContext, simulatedBefore: boolean): Promise<Look> {
  if (step.until.kind === 'time' || step.until.kind === 'input') return { holds: true, seen: '' };
  if (simulatedBefore)
    return { holds: false, seen: `${step.summary}: waits for what earlier steps would do` };
  const look = await lookOnce(step.until, context, Math.max(1, step.timeoutMs));
  return { ...look, seen: `${step.summary}: ${look.seen} for now` };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
