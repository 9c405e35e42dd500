import type { LoopForm } from '../model/loop-form.ts';
import type { ItemResult, Outcome, TaskResult } from '../model/result.ts';
import { findUnknown, isMap, isUnknown, Unknown, type Value, type ValueMap } from '../model/value.ts';
import { type Layer, render, type Scope, UndefinedError } from '../template/index.ts';
import { expandLoop } from '../util/loop-forms.ts';
import type { CompiledTask } from './compile.ts';
import { conditionsHold } from './decide.ts';
import { withFacts } from './facts.ts';
import { factsFor } from './gather.ts';
import { toNumber } from './keyword-values.ts';
import { searchPlaces } from './local-files.ts';
import { loopFiles } from './loop-files.ts';
import { registeredValue } from './results.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { loopLayer, registerLayer, scopeFor } from './scope.ts';

/** What a task's `loop` comes to. */
export type LoopItems =
  | { readonly kind: 'items'; readonly items: readonly Value[] }
  /** Its items cannot be had, and its `when` is false anyway. */
  | { readonly kind: 'skip'; readonly condition: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One item with its variables. */
export interface LoopItem {
  readonly value: Value;
  readonly layer: Layer;
  readonly label: string;
}

/**
 * Evaluates `loop`. As `when` is judged per item, an undefined name in `loop` counts only where `when`
 * does not already say no.
 *
 * @throws TemplateError, ParamsError
 */
export async function loopItems(playRun: PlayRun, host: PlayHost, task: CompiledTask): Promise<LoopItems> {
  return withFacts(factsFor(playRun, host, task), () =>
    evaluateLoop(playRun, task, scopeFor(playRun, host, task)),
  );
}

/**
 * The items of a loop that is looked at ahead of its turn.
 *
 * @throws whatever keeps them from being known
 */
export function staticLoopItems(
  playRun: PlayRun,
  host: PlayHost,
  task: CompiledTask,
  extras: readonly Layer[],
): readonly Value[] {
  const found = evaluateLoop(playRun, task, scopeFor(playRun, host, task, extras));
  return found.kind === 'items' ? found.items : [];
}

function evaluateLoop(playRun: PlayRun, task: CompiledTask, scope: Scope): LoopItems {
  try {
    return itemsOf(playRun, task, scope);
  } catch (error) {
    const verdict = conditionsHold(task.conditions, scope);
    if (verdict === true || verdict instanceof Unknown) throw error;
    return { kind: 'skip', condition: verdict.failed };
  }
}

function itemsOf(playRun: PlayRun, task: CompiledTask, scope: Scope): LoopItems {
  const { loop = [], loopForm } = task.task.keywords;
  const value = loopForm === 'first_found' ? renderDefined(loop, scope) : render(loop, scope);
  const unknown = loopForm === undefined ? asUnknown(value) : undecidedPart(loopForm, value);
  if (unknown) return { kind: 'unknown', reason: unknown.reason };
  const files = loopFiles(task.task.module, searchPlaces(playRun, task));
  return { kind: 'items', items: expandLoop(loopForm, value, files) };
}

/** What keeps the items of a `with_` loop from being known; what is unknown inside an item is its own business. */
function undecidedPart(form: LoopForm, value: Value): Unknown | undefined {
  if (!Array.isArray(value)) return findUnknown(value);
  if (form === 'list' || form === 'random_choice') return undefined;
  return form === 'items' || form === 'indexed_items' ? value.find(isUnknown) : findUnknown(value);
}

function asUnknown(value: Value): Unknown | undefined {
  return isUnknown(value) ? value : undefined;
}

/** `with_first_found` passes over names that hold an undefined variable. */
function renderDefined(value: Value, scope: Scope): Value {
  if (Array.isArray(value))
    return value.map((item) => renderDefined(item, scope)).filter((item) => item !== null);
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, renderDefined(item, scope) ?? []]),
    );
  }
  try {
    return render(value, scope);
  } catch (error) {
    if (error instanceof UndefinedError) return null;
    throw error;
  }
}

/** The variables and the label of an item. */
export function loopItem(
  playRun: PlayRun,
  host: PlayHost,
  task: CompiledTask,
  items: readonly Value[],
  index: number,
): LoopItem {
  const control = task.task.keywords.loopControl ?? {};
  const value = items[index] ?? null;
  const name = control.loopVar ?? 'item';
  const values: Record<string, Value> = { [name]: value, ansible_loop_var: name };
  if (control.indexVar !== undefined) {
    values[control.indexVar] = index;
    values['ansible_index_var'] = control.indexVar;
  }
  if (control.extended) {
    values['ansible_loop'] = extended(items, index, control.extendedAllitems !== false);
  }
  const layer = loopLayer(values);
  return { value, layer, label: labelOf(task, value, () => scopeFor(playRun, host, task, [layer])) };
}

/** Pause between items, milliseconds. */
export function loopPauseMs(playRun: PlayRun, host: PlayHost, task: CompiledTask): number {
  const written = task.task.keywords.loopControl?.pause;
  return written === undefined ? 0 : (toNumber('pause', written, scopeFor(playRun, host, task)) ?? 0) * 1000;
}

/** Whether `break_when` wants no further item after this one; undecided conditions do not. */
export function endsLoop(
  playRun: PlayRun,
  host: PlayHost,
  task: CompiledTask,
  item: LoopItem,
  result: ItemResult,
): boolean {
  const { loopControl, register } = task.task.keywords;
  if (!loopControl?.breakWhen) return false;
  const own = register === undefined ? [] : [registerLayer(register, registeredValue(task, result))];
  return conditionsHold(loopControl.breakWhen, scopeFor(playRun, host, task, [item.layer, ...own])) === true;
}

function extended(items: readonly Value[], index: number, withAll: boolean): ValueMap {
  const optional: Record<string, Value> = {};
  const before = items[index - 1];
  const after = items[index + 1];
  if (before !== undefined && index > 0) optional['previtem'] = before;
  if (after !== undefined) optional['nextitem'] = after;
  return {
    ...(withAll ? { allitems: items } : {}),
    index: index + 1,
    index0: index,
    revindex: items.length - index,
    revindex0: items.length - index - 1,
    first: index === 0,
    last: index === items.length - 1,
    length: items.length,
    ...optional,
  };
}

function labelOf(task: CompiledTask, value: Value, scope: () => Scope): string {
  const written = task.task.keywords.loopControl?.label;
  if (written === undefined) return textOf(value);
  try {
    return textOf(render(written, scope()));
  } catch {
    return textOf(value);
  }
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : value instanceof Unknown ? String(value) : JSON.stringify(value);
}

/** The result of the whole loop, with what is registered for it. */
export function loopResult(
  task: CompiledTask,
  items: readonly ItemResult[],
  values: readonly Value[],
  durationMs: number,
): TaskResult {
  const name = task.task.keywords.loopControl?.loopVar ?? 'item';
  const results = items.map((item, index): Value => {
    if (item.outcome === 'unknown') return new Unknown(item.message ?? 'decided at run time');
    return { ...item.values, [name]: values[index] ?? null, ansible_loop_var: name };
  });
  const outcome = loopOutcome(items);
  const msg = loopMessage(items, outcome);
  const flags: Record<string, Value> = {
    changed: items.some((item) => item.values['changed'] === true),
    failed: outcome === 'failed',
    ...(outcome === 'skipped' ? { skipped: true } : {}),
    ...(items.length === 0 ? { skipped_reason: 'No items in the list' } : {}),
  };
  return {
    outcome,
    values: { results, msg, ...flags },
    diff: items.flatMap((item) => item.diff),
    steps: items.flatMap((item) => item.steps),
    warnings: items.flatMap((item) => item.warnings),
    durationMs,
    items,
    ...(outcome === 'ok' || outcome === 'changed' ? {} : { message: firstMessage(items, outcome) ?? msg }),
  };
}

function loopOutcome(items: readonly ItemResult[]): Outcome {
  const has = (outcome: Outcome): boolean => items.some((item) => item.outcome === outcome && !item.ignored);
  for (const outcome of ['unreachable', 'failed'] as const) if (has(outcome)) return outcome;
  if (items.every((item) => item.outcome === 'skipped')) return 'skipped';
  if (has('changed')) return 'changed';
  return has('unknown') ? 'unknown' : 'ok';
}

function loopMessage(items: readonly ItemResult[], outcome: Outcome): string {
  if (items.length === 0) return 'No items in the list';
  if (outcome === 'failed') return 'One or more items failed';
  return outcome === 'skipped' ? 'All items skipped' : 'All items completed';
}

function firstMessage(items: readonly ItemResult[], outcome: Outcome): string | undefined {
  const found = items.find((item) => item.outcome === outcome && item.message !== undefined);
  return found && `${found.message} (item ${found.label})`;
}
