import type { Diff } from '../model/result.ts';
import type { ValueMap } from '../model/value.ts';
import type { Effect, Plan, StepOutcome } from '../module/index.ts';
import type { Applied } from './apply.ts';
import type { timedOut } from './time-limit.ts';

/** How one try of a module call went, before `changed_when` and `failed_when`. */
export interface Attempt {
  readonly outcome: 'ok' | 'changed' | 'failed' | 'skipped' | 'unknown';
  /** Steps were sent, or would be; also where a later one failed. */
  readonly changed: boolean;
  readonly message?: string;
  /** Its time was over: no condition of the task makes that good. */
  readonly timedOut?: boolean;
  readonly values: ValueMap;
  readonly diff: readonly Diff[];
  readonly steps: readonly string[];
  readonly warnings: readonly string[];
  readonly effects: readonly Effect[];
}

/** What has gathered over the rounds. */
export class Progress {
  changed = false;
  readonly warnings: string[] = [];
  outcomes: readonly StepOutcome[] = [];
  #values: ValueMap = {};
  readonly #diff: Diff[] = [];
  readonly #steps: string[] = [];
  readonly #effects: Effect[] = [];

  addPlan(plan: Plan): void {
    this.#values = { ...this.#values, ...plan.values };
    this.warnings.push(...(plan.warnings ?? []));
    this.#diff.push(...(plan.diff ?? []));
    this.#effects.push(...(plan.effects ?? []));
  }

  addApplied(applied: Applied, plan: Plan): void {
    this.changed ||= applied.changed;
    if (plan.steps.length > 0) this.outcomes = applied.outcomes;
    for (const { values } of applied.outcomes) this.#values = { ...this.#values, ...values };
    this.#diff.push(...applied.diff);
    this.#steps.push(...plan.steps.map((step) => step.summary));
  }

  /** Its time was over. */
  cut({ message, values }: ReturnType<typeof timedOut>, own: ValueMap = {}): Attempt {
    return { ...this.end('failed', message, { ...own, ...values }), timedOut: true };
  }

  end(outcome: Attempt['outcome'], message: string | undefined, values: ValueMap = {}): Attempt {
    return {
      outcome,
      changed: this.changed,
      ...(message === undefined ? {} : { message }),
      values: { ...this.#values, ...values },
      diff: this.#diff,
      steps: this.#steps,
      warnings: this.warnings,
      effects: outcome === 'failed' ? [] : this.#effects,
    };
  }
}
