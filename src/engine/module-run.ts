import { ConnectionError, DecidedAtRunTime, InternalError, MooringError } from '../model/errors.ts';
import type { Diff } from '../model/result.ts';
import { Unknown, type Value, type ValueMap } from '../model/value.ts';
import type {
  Effect,
  HostAccess,
  LookMemory,
  Module,
  ModuleLook,
  Plan,
  StepOutcome,
} from '../module/index.ts';
import type { Scope } from '../template/index.ts';
import { type Applied, applySteps } from './apply.ts';
import type { CompiledTask } from './compile.ts';
import type { Call } from './decide.ts';
import { createHostAccess, type ReadTrace } from './host-access.ts';
import { HeldLock } from './lock.ts';
import { isDeclaredRead } from './reads-only.ts';
import { errorMessage, Interrupted, type PlayHost, type PlayRun } from './run-state.ts';
import type { ReadsBehind } from './speculate.ts';
import type { StepContext } from './steps/context.ts';
import { taskTarget } from './task-target.ts';

/** A module call at its place. */
export interface ModuleRun {
  readonly playRun: PlayRun;
  readonly host: PlayHost;
  readonly task: CompiledTask;
  readonly call: Call;
  readonly scope: () => Scope;
  /** A read that was issued ahead; undefined = none, or no longer true. */
  readonly readAhead?: () => Promise<ReadResult | undefined>;
  /** Asks for the reads of what follows behind the last step. */
  readonly readBehind?: () => ReadsBehind;
  readonly countsAsChange: boolean;
  /** False for a read that is run ahead of its turn: it waits for nobody and holds nobody up. */
  readonly lock: boolean;
  /** Milliseconds since 1970 when `timeout:` is over. */
  readonly deadline: number | undefined;
  readonly output: StepContext['output'];
}

/** What a read gave. */
export interface ReadResult {
  readonly current: unknown;
  readonly trace: ReadTrace;
}

/** How one try of a module call went, before `changed_when` and `failed_when`. */
export interface Attempt {
  readonly outcome: 'ok' | 'changed' | 'failed' | 'skipped' | 'unknown';
  /** Steps were sent, or would be; also where a later one failed. */
  readonly changed: boolean;
  readonly message?: string;
  readonly values: ValueMap;
  readonly diff: readonly Diff[];
  readonly steps: readonly string[];
  readonly warnings: readonly string[];
  readonly effects: readonly Effect[];
}

const maxRounds = 5;

/**
 * Reads, plans and applies, holding the target's lock. Errors of the module become a failed attempt.
 *
 * @throws ConnectionError where contact is lost, Interrupted
 */
export async function runModule(run: ModuleRun): Promise<Attempt> {
  const held = new HeldLock(run.lock && !run.call.module.local ? run.call.target.target.lock : undefined);
  await held.take();
  const progress = new Progress();
  try {
    return await runRounds(run, held, progress);
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof Interrupted) throw error;
    if (error instanceof DecidedAtRunTime) return progress.end('unknown', error.message);
    return progress.end('failed', errorMessage(error), stackOf(error));
  } finally {
    held.release();
  }
}

/** Reads the current state; also used ahead of a task's turn. */
export async function readCurrent(
  run: Pick<ModuleRun, 'playRun' | 'host' | 'task' | 'call' | 'scope'>,
  timeoutMs: number | undefined,
): Promise<ReadResult> {
  const { call } = run;
  const { host, trace } = createHostAccess({
    ...run,
    target: call.target,
    environment: call.environment,
    timeoutMs,
    now: Date.now(),
  });
  return { current: await typed(call.module).read(host, call.params), trace };
}

async function runRounds(run: ModuleRun, held: HeldLock, progress: Progress): Promise<Attempt> {
  const module = typed(run.call.module);
  for (let round = 1; ; round++) {
    const ahead = round === 1 ? await run.readAhead?.() : undefined;
    const { current, trace } = ahead ?? (await guardedRead(run, progress));
    const plan = toPlan(module.plan(run.call.params, current));
    progress.addPlan(plan);
    if (plan.failure !== undefined) return failedPlan(run, plan.failure, trace, progress);
    if (plan.skip !== undefined) return progress.end('skipped', plan.skip);
    if (plan.unknown !== undefined) return progress.end('unknown', plan.unknown);
    const applied = await applySteps(plan.steps, applySource(run, held, current, plan));
    progress.addApplied(applied, plan);
    const result = { params: run.call.params, current, outcomes: progress.outcomes, check: run.call.check };
    const values = resultValues(run, module, result, plan, applied);
    if (applied.failure !== undefined) return failedSteps(run, failureText(applied), values, progress);
    if (applied.unknown !== undefined && !progress.changed)
      return progress.end('unknown', applied.unknown, values);
    const more = plan.replan === true && plan.steps.length > 0 && !run.call.check;
    if (!more) return progress.end(progress.changed ? 'changed' : 'ok', plan.message, values);
    if (round === maxRounds) return progress.end('failed', `not settled after ${maxRounds} rounds`, values);
  }
}

/** A read that fails in check mode for want of something an earlier step would have made is undecided. */
async function guardedRead(run: ModuleRun, progress: Progress): Promise<ReadResult> {
  try {
    return await readCurrent(run, timeLeft(run));
  } catch (error) {
    const ours = error instanceof MooringError && !(error instanceof ConnectionError);
    if (!ours || error instanceof DecidedAtRunTime || !mayBeForWant(run, undefined)) throw error;
    progress.warnings.push(errorMessage(error));
    throw new DecidedAtRunTime(`${error.message}, but earlier changes were only simulated`);
  }
}

function failedPlan(run: ModuleRun, failure: string, trace: ReadTrace, progress: Progress): Attempt {
  if (!mayBeForWant(run, trace)) return progress.end('failed', failure);
  return progress.end('unknown', `${failure}, but earlier changes were only simulated`);
}

/** A command that only looks, and really runs in check mode, may fail for want of something simulated. */
function failedSteps(run: ModuleRun, failure: string, values: ValueMap, progress: Progress): Attempt {
  const { playRun, call, task, countsAsChange } = run;
  const real = !playRun.run.check || call.check || countsAsChange || task.task.keywords.failedWhen;
  if (real || call.target.target.predictions.simulated === 0) return progress.end('failed', failure, values);
  return progress.end('unknown', `${failure}, but earlier changes were only simulated`, values);
}

function mayBeForWant({ call }: ModuleRun, trace: ReadTrace | undefined): boolean {
  if (!call.check || call.module.local || call.target.target.predictions.simulated === 0) return false;
  return trace === undefined || trace.sawAbsence || trace.outside || trace.localFiles.length > 0;
}

function applySource(
  run: ModuleRun,
  held: HeldLock,
  current: unknown,
  plan: Plan,
): Parameters<typeof applySteps>[1] {
  const { playRun, host, task, call } = run;
  const context: StepContext = {
    run: playRun.run,
    target: call.target,
    other: (name) => taskTarget(playRun, host, task, run.scope(), name),
    environment: call.environment,
    timeLeftMs: () => timeLeft(run),
    output: run.output,
    signal: playRun.run.options.signal,
    looksOnly: isDeclaredRead(task) ? (run.lock ? 'now' : 'ahead') : undefined,
    look: (kept) => lookThrough(run, { current, kept }),
  };
  return {
    context,
    check: call.check,
    countsAsChange: run.countsAsChange,
    whileWaiting: (action) => held.without(action),
    readBehind: plan.replan ? undefined : run.readBehind,
  };
}

/** The module's own look, at a host it may ask as `read` may. */
async function lookThrough(run: ModuleRun, memory: LookMemory<unknown>): Promise<ModuleLook> {
  const { call } = run;
  const look = typed(call.module).look;
  if (!look) throw new InternalError(`module ${call.module.name} waits for a look it does not have`);
  const source = { ...run, target: call.target, environment: call.environment, now: Date.now() };
  return look(createHostAccess({ ...source, timeoutMs: timeLeft(run) }).host, call.params, memory);
}

function timeLeft({ deadline }: ModuleRun): number | undefined {
  return deadline === undefined ? undefined : Math.max(1, deadline - Date.now());
}

interface TypedModule {
  read(host: HostAccess, params: ValueMap): Promise<unknown>;
  plan(params: ValueMap, current: unknown): Plan | readonly Plan['steps'][number][];
  look?(host: HostAccess, params: ValueMap, memory: LookMemory<unknown>): Promise<ModuleLook>;
  result?(context: ResultSource): ValueMap;
}

interface ResultSource {
  readonly params: ValueMap;
  readonly current: unknown;
  readonly outcomes: readonly StepOutcome[];
  readonly check: boolean;
}

/** The registry erases the types of params and state; they fit because both came from this module. */
function typed(module: Module): TypedModule {
  return module as unknown as TypedModule;
}

function toPlan(planned: Plan | readonly Plan['steps'][number][]): Plan {
  return isPlan(planned) ? planned : { steps: planned };
}

function isPlan(planned: Plan | readonly Plan['steps'][number][]): planned is Plan {
  return !Array.isArray(planned);
}

function resultValues(
  run: ModuleRun,
  module: TypedModule,
  source: ResultSource,
  plan: Plan,
  applied: Applied,
): ValueMap {
  const simulated = run.call.check && applied.changed;
  const own = simulated ? valuesOrNone(() => module.result?.(source)) : module.result?.(source);
  if (!simulated) return { ...own };
  const unknown = new Unknown(`task "${taskName(run.task)}" was only simulated`);
  const declared = Object.keys(run.call.module.returns ?? {}).map((name): [string, Value] => [name, unknown]);
  return { ...Object.fromEntries(declared), ...plan.values, ...own };
}

/** A module may look at outcomes that a simulated run does not have. */
function valuesOrNone(make: () => ValueMap | undefined): ValueMap {
  try {
    return make() ?? {};
  } catch {
    return {};
  }
}

function failureText(applied: Applied): string {
  const failed = applied.outcomes.find((outcome) => outcome.status === 'failed');
  const reason = applied.failure ?? 'failed';
  if (!failed || (failed.step.kind === 'run' && failed.step.user) || failed.step.kind === 'wait')
    return reason;
  return `${failed.step.summary}: ${reason}`;
}

export function taskName(task: CompiledTask): string {
  return task.task.keywords.name ?? task.task.module;
}

function stackOf(error: unknown): ValueMap {
  return error instanceof MooringError || !(error instanceof Error)
    ? {}
    : { exception: error.stack ?? error.message };
}

/** What has gathered over the rounds. */
class Progress {
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
