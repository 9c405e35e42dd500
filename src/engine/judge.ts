import { isUnknown, Unknown, type Value, type ValueMap } from '../model/value.ts';
import type { Scope } from '../template/index.ts';
import { conditionsHold } from './decide.ts';
import type { Attempt } from './progress.ts';
import { registerLayer, scopeFor } from './scope.ts';
import type { TaskCall } from './task.ts';

/** An attempt as `changed_when`, `failed_when` and `until` see it. */
export interface Verdict {
  readonly outcome: Attempt['outcome'];
  readonly failed: boolean;
  /** What is registered. */
  readonly values: ValueMap;
  /** Whether `until` holds; true where there is none. */
  readonly until: boolean | Unknown;
  readonly message?: string;
  readonly exhausted?: boolean;
  /** No further try is made of it. */
  readonly final?: boolean;
}

/**
 * Applies `changed_when`, then `failed_when`, then `until`, each seeing the result so far under the
 * registered name. Throws TemplateError for a condition that cannot be evaluated.
 */
export function judge(call: TaskCall, attempt: Attempt, attemptNumber: number): Verdict {
  const { changedWhen, failedWhen, until, retries } = call.task.task.keywords;
  const counted = until || retries !== undefined ? { attempts: attemptNumber } : {};
  let values: ValueMap = { ...commonValues(attempt), ...counted };
  if (attempt.outcome === 'skipped' || attempt.outcome === 'unknown') {
    return { outcome: attempt.outcome, failed: false, values, until: true };
  }
  let failed = attempt.outcome === 'failed';
  if (attempt.timedOut) {
    const outcome = attempt.changed ? 'changed' : 'ok';
    return { outcome, failed: true, values, until: true, final: true };
  }
  let outcome: Attempt['outcome'] = attempt.changed ? 'changed' : 'ok';
  if (changedWhen) {
    const changed = truth(conditionsHold(changedWhen, scopeWith(call, values)));
    if (isUnknown(changed)) outcome = 'unknown';
    else outcome = changed ? 'changed' : 'ok';
    values = { ...values, changed };
  }
  if (failedWhen) {
    const answer = truth(conditionsHold(failedWhen, scopeWith(call, values)));
    // Simulated, nothing has failed yet; only what is built on `failed` is undecided.
    failed = answer === true;
    values = { ...values, failed: answer, failed_when_result: answer };
  }
  const holds = until ? truth(conditionsHold(until, scopeWith(call, values))) : true;
  const message = failedWhen ? whenMessage(failed, attempt) : undefined;
  return { outcome, failed, values, until: holds, ...(message === undefined ? {} : { message }) };
}

function whenMessage(failed: boolean, attempt: Attempt): string | undefined {
  if (!failed) return undefined;
  return attempt.outcome === 'failed' ? attempt.message : 'failed_when holds';
}

function commonValues(attempt: Attempt): ValueMap {
  const failed = attempt.outcome === 'failed';
  const skipped = attempt.outcome === 'skipped' ? { skipped: true } : {};
  const text = attempt.values['msg'];
  const msg =
    attempt.message !== undefined && (text === undefined || text === '') ? { msg: attempt.message } : {};
  const warnings = attempt.warnings.length > 0 ? { warnings: attempt.warnings } : {};
  return { ...attempt.values, ...msg, ...warnings, ...skipped, changed: attempt.changed, failed };
}

function scopeWith(call: TaskCall, values: ValueMap): Scope {
  const name = call.task.task.keywords.register;
  const extras = name === undefined ? call.extras : [...call.extras, registerLayer(name, values)];
  return scopeFor(call.playRun, call.host, call.task, extras);
}

function truth(held: ReturnType<typeof conditionsHold>): Value & (boolean | Unknown) {
  if (held === true || held instanceof Unknown) return held;
  return false;
}
