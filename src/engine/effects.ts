import { isMap, isUnknown, type Value } from '../model/value.ts';
import type { Effect } from '../module/index.ts';
import { render, type Scope } from '../template/index.ts';
import type { Redactor } from '../util/redact.ts';
import { type CompiledTask, innermost } from './compile.ts';
import { booleanKeyword } from './keyword-values.ts';
import type { PlayHost, Run } from './run-state.ts';

/** What a task does to the engine's own memory. */
export interface HostEffect {
  readonly effect: Effect;
  /** The host that has the variables, where it is another one than the task's: `delegate_facts`. */
  readonly owner?: string;
}

/** Effects that set variables of a host. */
export function isVariable({ effect }: HostEffect): boolean {
  return effect.kind === 'set_facts' || effect.kind === 'include_vars' || effect.kind === 'facts';
}

/**
 * Says whose the variables are that a task sets.
 *
 * @param delegate the host it was delegated to, where that is known and another one
 */
export function owned(
  effects: readonly Effect[],
  task: CompiledTask,
  scope: Scope,
  delegate = delegateAhead(task, scope),
): HostEffect[] {
  if (effects.length === 0 || delegate === undefined) return effects.map((effect) => ({ effect }));
  const isKeptThere = booleanKeyword(task.chain, 'delegateFacts', scope, false);
  return effects.map((effect) =>
    isKeptThere && isVariable({ effect }) ? { effect, owner: delegate } : { effect },
  );
}

/** Where a task would go that is only decided at run time. */
function delegateAhead(task: CompiledTask, scope: Scope): string | undefined {
  const written = innermost(task.chain, 'delegateTo');
  if (written === undefined || innermost(task.chain, 'delegateFacts') === undefined) return undefined;
  try {
    const name = render(written, scope);
    return isUnknown(name) ? undefined : String(name);
  } catch {
    return undefined;
  }
}

/**
 * Puts an effect into the engine's memory.
 *
 * @param host the task's own; others share what it does to them (`run_once`)
 * @returns true where the inventory changed
 * @throws InventoryError where variables of a new group cannot be read
 */
export function putIntoEffect(
  run: Run,
  host: Pick<PlayHost, 'name'>,
  { effect, owner }: HostEffect,
): boolean {
  const state = run.hosts.of(owner ?? host.name);
  state.variablesVersion++;
  switch (effect.kind) {
    case 'set_facts':
      if (effect.secret) hideStrings(effect.facts, run.options.redactor);
      for (const [name, value] of Object.entries(effect.facts)) state.registered.set(name, value);
      return false;
    case 'include_vars':
      for (const [name, value] of Object.entries(effect.values)) state.includedVars.set(name, value);
      return false;
    case 'facts':
      state.facts = { ...state.facts, ...effect.facts };
      return false;
    case 'add_host':
      return run.inventory.addHost(effect.name, effect.groups, effect.vars);
    case 'group_by':
      return run.inventory.addToGroup(host.name, effect.key, effect.parents);
    default:
      return false;
  }
}

function hideStrings(value: Value, redactor: Redactor): void {
  if (typeof value === 'string') redactor.add(value);
  else if (Array.isArray(value)) for (const item of value) hideStrings(item, redactor);
  else if (isMap(value)) for (const item of Object.values(value)) hideStrings(item, redactor);
}
