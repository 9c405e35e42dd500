import { Unknown, type Value, type ValueMap } from '../model/value.ts';
import type { HostAccess, LookMemory, Module, ModuleLook, Plan, StepOutcome } from '../module/index.ts';
import type { Applied } from './apply.ts';
import { isUnderWay, jobValues } from './background.ts';
import type { CompiledTask } from './compile.ts';
import type { Call } from './decide.ts';
import { taskName } from './results.ts';

/** A module without the types of its params and state. */
interface TypedModule {
  read(host: HostAccess, params: ValueMap, earlier?: unknown): Promise<unknown>;
  plan(params: ValueMap, current: unknown): Plan | readonly Plan['steps'][number][];
  look?(host: HostAccess, params: ValueMap, memory: LookMemory<unknown>): Promise<ModuleLook>;
  result?(context: ResultSource): ValueMap;
}

export interface ResultSource {
  readonly params: ValueMap;
  readonly current: unknown;
  readonly outcomes: readonly StepOutcome[];
  readonly check: boolean;
}

/** The registry erases the types of params and state; they fit because both came from this module. */
export function typed(module: Module): TypedModule {
  return module as unknown as TypedModule;
}

/** A plan as a whole, of whatever `plan` returns. */
export function toPlan(planned: Plan | readonly Plan['steps'][number][]): Plan {
  return isPlan(planned) ? planned : { steps: planned };
}

function isPlan(planned: Plan | readonly Plan['steps'][number][]): planned is Plan {
  return !Array.isArray(planned);
}

/** What a module registers about steps that were sent or, in check mode, would be. */
export function resultValues(
  run: { readonly call: Call; readonly task: CompiledTask },
  source: ResultSource,
  plan: Plan,
  applied: Applied,
): ValueMap {
  const module = typed(run.call.module);
  const { check, background } = run.call;
  const simulated = check && applied.changed;
  const job = jobValues(background, applied.outcomes, simulated);
  if (isUnderWay(applied.outcomes)) return job;
  const own = simulated ? valuesOrNone(() => module.result?.(source)) : module.result?.(source);
  if (!simulated) return { ...own, ...job };
  const unknown = new Unknown(`task "${taskName(run.task)}" was only simulated`);
  const declared = Object.keys(run.call.module.returns ?? {}).map((name): [string, Value] => [name, unknown]);
  return { ...Object.fromEntries(declared), ...plan.values, ...own, ...job };
}

/** A module may look at outcomes that a simulated run does not have. */
function valuesOrNone(make: () => ValueMap | undefined): ValueMap {
  try {
    return make() ?? {};
  } catch {
    return {};
  }
}
