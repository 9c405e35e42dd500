import type { Diff } from '../model/result.ts';
import type { Step, StepOutcome, WaitStep } from '../module/index.ts';
import { type CarrySource, carryOut, otherTargets } from './carry-out.ts';
import { diffsOf } from './diffs.ts';
import type { StepContext } from './steps/context.ts';
import { type Look, lookOnce } from './steps/wait.ts';

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

export interface ApplySource extends CarrySource {
  /** Simulate: record what the steps would bring about, send nothing. */
  readonly check: boolean;
}

/**
 * Carries out steps in order and stops at the first that fails. This is the only place that knows
 * check mode: there steps are recorded as predictions instead.
 *
 * @throws ConnectionError when contact is lost: what was in flight may or may not have happened
 */
export async function applySteps(steps: readonly Step[], source: ApplySource): Promise<Applied> {
  if (steps.length === 0) return nothingToDo;
  const diff = await diffsOf(steps);
  return source.check ? simulate(steps, source, diff) : applyForReal(steps, source, diff);
}

const nothingToDo: Applied = { outcomes: [], changed: false, diff: [] };

async function applyForReal(
  steps: readonly Step[],
  source: ApplySource,
  diff: readonly Diff[],
): Promise<Applied> {
  const outcomes = await carryOut(steps, source);
  const failed = outcomes.find((outcome) => outcome.status === 'failed');
  const changed = outcomes.some((outcome) => outcome.step.kind !== 'wait' && outcome.status !== 'skipped');
  return { outcomes, changed, diff, ...(failed ? { failure: failed.error ?? 'failed' } : {}) };
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
