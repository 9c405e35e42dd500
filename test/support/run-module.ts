/**
 * Calls the parts of a module in a unit test as the engine does: params are checked against the schema
 * and given its defaults first, and must be valid.
 */
import {
  type ExecResult,
  type HostAccess,
  isMap,
  type Module,
  type Plan,
  type StepOutcome,
  type Value,
  type ValueMap,
} from '../../src/module/index.ts';
import { compileSchema } from '../../src/util/schema.ts';

/** The params with defaults filled in. Throws an Error listing every fault of the schema. */
export function paramsOf(module: Module, params: object): never {
  const filled = copyOf(params);
  const faults = compileSchema(module.paramsSchema).validate(filled);
  if (faults.length > 0) throw new Error(faults.map((fault) => fault.message).join('\n'));
  return filled as never;
}

/** What `read` returns. */
export function readOf(module: Module, params: object, host: HostAccess): Promise<unknown> {
  return module.read(host, paramsOf(module, params));
}

/** The plan, a bare list of steps wrapped as `{ steps }`. */
export function planOf(module: Module, params: object, current: unknown): Plan {
  const plan = module.plan(paramsOf(module, params), current as never);
  return isSteps(plan) ? { steps: plan } : plan;
}

/** Reads from the host and plans. */
export async function readAndPlan(module: Module, params: object, host: HostAccess): Promise<Plan> {
  return planOf(module, params, await readOf(module, params, host));
}

/** What `result` adds when its steps ended like this; the plan's own values come first. */
export function valuesOf(
  module: Module,
  params: object,
  current: unknown,
  outcomes: readonly Partial<StepOutcome>[] = [],
  check = false,
): ValueMap {
  const plan = planOf(module, params, current);
  const all = plan.steps.map((step, index): StepOutcome => {
    const given: Partial<StepOutcome> = outcomes[index] ?? {};
    return { step, status: check ? 'skipped' : 'applied', ...given };
  });
  const context = { params: paramsOf(module, params), current: current as never, outcomes: all, check };
  return { ...plan.values, ...module.result?.(context) };
}

/** What a command did, with what is not given at its usual value. */
export function execResult(given: Partial<ExecResult> = {}): ExecResult {
  return {
    exitCode: 0,
    stdout: '',
    stderr: '',
    stdoutBytes: Buffer.from(given.stdout ?? ''),
    durationMs: 1500,
    truncated: false,
    timedOut: false,
    ...given,
  };
}

/** Like structuredClone, but an Unknown stays one. */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (!isMap(value as Value)) return value;
  return Object.fromEntries(Object.entries(value as ValueMap).map(([key, item]) => [key, copyOf(item)])) as T;
}

function isSteps(plan: Plan | Plan['steps']): plan is Plan['steps'] {
  return Array.isArray(plan);
}
