import { positionOf } from '../load/index.ts';
import { type Fault, ParamsError, TemplateError } from '../model/errors.ts';
import type { Condition } from '../model/playbook.ts';
import { findUnknown, isMap, type Value } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { expressionFaults, render, type Scope, templateFaults, UndefinedError } from '../template/index.ts';
import { expandLoop } from '../util/loop-forms.ts';
import type { Viewpoint } from './known.ts';
import { valueFaults } from './params.ts';
import { type ConditionError, conditionErrorsOn } from './reach.ts';
import type { TaskSite } from './site.ts';
import { type StaticValues, staticScope } from './static-scope.ts';
import { offsetOf } from './syntax.ts';
import { conditionTexts, type TextSite } from './texts.ts';

/** Hosts whose values are tried: a mistake in all of them shows on the first. */
const mostHosts = 8;

/** A task with what it is made of. */
export interface RenderedTask {
  readonly site: TaskSite;
  readonly module: Module | undefined;
  readonly texts: readonly TextSite[];
  readonly from: Viewpoint;
}

/**
 * Templates and params that fail although everything they need is written down: they are rendered as the
 * run would do it. What hangs on a fact, a result or another file is left to the run.
 */
export function renderedFaults(task: RenderedTask, values: StaticValues): Fault[] {
  const faults = new Map<string, Fault>();
  const isWritten = !JSON.stringify(task.site.task.params).includes('{{');
  const texts = task.texts.filter(isTried);
  const conditions = resultConditions(task.site);
  const isLoop = task.site.task.keywords.loop !== undefined;
  const differs = !isWritten || texts.length > 0 || conditions.length > 0 || isLoop;
  for (const [index, host] of task.from.hosts.slice(0, differs ? mostHosts : 1).entries()) {
    const scope = staticScope(host, task.from, values);
    const found = [
      ...textFaults(texts, scope, host),
      ...loopFaults(task.site, scope, host),
      ...resultConditionFaults(conditions, task, values, host),
      // Params without a template are the same on all.
      ...(isWritten && index > 0 ? [] : rendersOf(task, scope, isWritten ? undefined : host)),
    ];
    for (const fault of found) {
      const key = JSON.stringify(fault.position);
      if (!faults.has(key)) faults.set(key, fault);
    }
  }
  return [...faults.values()];
}

/** Conditions that can have no answer on some host. */
export function conditionFaults(errors: readonly ConditionError[]): Fault[] {
  return errors
    .filter(({ condition }) => expressionFaults(condition.expression).length === 0)
    .flatMap(({ condition, host, error }) =>
      conditionTexts([condition]).map((text) => toFault(error, text, host)),
    );
}

function isTried({ kind, use, text }: TextSite): boolean {
  return kind === 'template' && use === 'now' && templateFaults(text).length === 0;
}

function textFaults(texts: readonly TextSite[], scope: Scope, host: string): Fault[] {
  return texts.flatMap((text) => {
    const error = errorOf(() => render(text.text, scope));
    return error ? [toFault(error, text, host)] : [];
  });
}

/** What of `changed_when`, `failed_when` and `until` is more than yes or no. */
function resultConditions({ task }: TaskSite): (readonly Condition[])[] {
  const { changedWhen, failedWhen, until } = task.keywords;
  return [changedWhen, failedWhen, until]
    .filter((list) => list !== undefined)
    .filter((list) => list.some(({ expression }) => typeof expression !== 'boolean'));
}

/** They see the result of the task, which only the run can tell. */
function resultConditionFaults(
  lists: readonly (readonly Condition[])[],
  { site, from }: RenderedTask,
  values: StaticValues,
  host: string,
): Fault[] {
  if (lists.length === 0) return [];
  const { register } = site.task.keywords;
  const loopNames = register === undefined ? from.loopNames : new Set([...from.loopNames, register]);
  const scope = staticScope(host, { ...from, loopNames }, values);
  return conditionFaults(conditionErrorsOn(lists, host, scope));
}

/** A loop whose list is written down, and is none. */
function loopFaults({ task }: TaskSite, scope: Scope, host: string): Fault[] {
  const { loop, loopForm } = task.keywords;
  if (loop === undefined || loopForm === 'fileglob' || loopForm === 'first_found') return [];
  const value = renderedOr(loop, scope);
  if (value === undefined || findUnknown(value)) return [];
  try {
    expandLoop(loopForm, value, { glob: () => [], first: () => undefined });
    return [];
  } catch (error) {
    if (!(error instanceof ParamsError)) throw error;
    const position = positionOf(task.keywords, 'loop') ?? task.position;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return [
      { severity: 'error', code: 'bad-value', message: `${error.message} (on ${host})`, position, ...hint },
    ];
  }
}

/** @param host undefined = what is wrong is so on all */
function rendersOf({ site, module }: RenderedTask, scope: Scope, host: string | undefined): Fault[] {
  if (!module) return [];
  const rendered: Record<string, Value> = {};
  const unknown = new Set<string>();
  for (const [key, value] of Object.entries(site.task.params)) {
    // In a mapping of its own: rendering one drops the params that are left out by `omit`.
    const alone = renderedOr({ [key]: value }, scope);
    if (isMap(alone) && Object.keys(alone).length === 0) continue;
    const result = isMap(alone) ? alone[key] : undefined;
    if (result === undefined || findUnknown(result)) unknown.add(key);
    rendered[key] = result ?? value;
  }
  return valueFaults(site, module, rendered, unknown).map((fault) => ({
    ...fault,
    message: host === undefined ? fault.message : `${fault.message} (on ${host})`,
  }));
}

function renderedOr(value: Value, scope: Scope): Value | undefined {
  try {
    return render(value, scope);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

function errorOf(work: () => unknown): TemplateError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof UndefinedError) return undefined;
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

function toFault(error: TemplateError, text: TextSite, host: string): Fault {
  const position = text.at(offsetOf(text.text, error.line ?? 1, error.col ?? 1));
  return {
    severity: 'error',
    code: 'bad-value',
    message: `${error.message} (on ${host})`,
    ...(position ? { position } : {}),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}
