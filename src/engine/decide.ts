import { ParamsError, TemplateError } from '../model/errors.ts';
import type { Condition } from '../model/playbook.ts';
import { formatPosition } from '../model/position.ts';
import { findUnknown, isUnknown, Unknown, type ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { evaluateCondition, type Layer, render, type Scope } from '../template/index.ts';
import { type Background, backgroundOf, limitOf } from './background.ts';
import { type CompiledTask, innermost } from './compile.ts';
import { booleanKeyword, environmentOf } from './keyword-values.ts';
import { checkParams, renderParams } from './params.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { type TaskTarget, taskTarget } from './task-target.ts';
import type { TimeLimit } from './time-limit.ts';

/** A module call with everything it needs. */
export interface Call {
  readonly kind: 'run';
  readonly module: Module;
  readonly params: ValueMap;
  readonly target: TaskTarget;
  /** Inventory name of the host it acts on, where that is another one. */
  readonly delegate: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Simulate only. */
  readonly check: boolean;
  readonly limit: TimeLimit | undefined;
  readonly background: Background | undefined;
}

/** What is to be done about a task on a host. */
export type Decision =
  | Call
  | { readonly kind: 'skip'; readonly condition: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Decides what a task means for a host right now: its conditions, target and params.
 *
 * @param extras loop variables and the like
 * @throws TemplateError, ParamsError, FactsNeeded
 */
export function decide(
  playRun: PlayRun,
  host: PlayHost,
  task: CompiledTask,
  extras: readonly Layer[],
): Decision {
  const scope = scopeFor(playRun, host, task, extras);
  const verdict = conditionsHold(task.conditions, scope);
  if (verdict instanceof Unknown) return { kind: 'unknown', reason: verdict.reason };
  if (verdict !== true) return { kind: 'skip', condition: verdict.failed };
  const module = moduleOf(playRun, task);
  const params = renderParams(task, module, scope);
  const unknown = module.acceptsUnknown ? undefined : findUnknown(params);
  if (unknown) return { kind: 'unknown', reason: unknown.reason };
  const delegate = delegateOf(task, scope);
  if (isUnknown(delegate)) return { kind: 'unknown', reason: delegate.reason };
  const environment = environmentOf(task.chain, scope);
  if (isUnknown(environment)) return { kind: 'unknown', reason: environment.reason };
  const background = backgroundOf(task, scope);
  return {
    kind: 'run',
    module,
    params: checkParams(module, params),
    target: taskTarget(playRun, host, task, scope, delegate),
    delegate: delegate === host.name ? undefined : delegate,
    environment,
    check: booleanKeyword(task.chain, 'checkMode', scope, playRun.run.check),
    limit: limitOf(task, scope, background),
    background,
  };
}

/** Whether all conditions hold; the first that is false wins over any that is unknown. */
export function conditionsHold(
  conditions: readonly Condition[],
  scope: Scope,
): true | Unknown | { readonly failed: string } {
  let unknown: Unknown | undefined;
  for (const condition of conditions) {
    // After an unknown condition, those it may guard cannot be judged by their errors.
    const answer = unknown ? guarded(condition, scope) : placed(condition, scope);
    if (answer === false) return { failed: String(condition.expression) };
    if (isUnknown(answer)) unknown ??= answer;
  }
  return unknown ?? true;
}

/** The module a task calls. */
function moduleOf(playRun: PlayRun, task: CompiledTask): Module {
  const module = playRun.run.options.modules.get(task.task.module);
  if (module) return module;
  throw new ParamsError(`there is no module "${task.task.module}"`);
}

function delegateOf(task: CompiledTask, scope: Scope): string | Unknown | undefined {
  const written = innermost(task.chain, 'delegateTo');
  if (written === undefined) return undefined;
  const value = render(written, scope);
  if (typeof value === 'string' && value !== '') return value;
  if (isUnknown(value)) return value;
  throw new ParamsError(`delegate_to must name a host, not ${JSON.stringify(value)}`);
}

function guarded(condition: Condition, scope: Scope): boolean | Unknown {
  try {
    return evaluateCondition(condition.expression, scope);
  } catch (error) {
    if (error instanceof TemplateError) return new Unknown('an earlier condition');
    throw error;
  }
}

function placed(condition: Condition, scope: Scope): boolean | Unknown {
  try {
    return evaluateCondition(condition.expression, scope);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const place = formatPosition(condition.position);
    throw new TemplateError(`cannot evaluate "${condition.expression}" at ${place}: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}
