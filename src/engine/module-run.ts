import type { Connection } from '../connection/connection.ts';
import {
  ConnectionError,
  DecidedAtRunTime,
  InternalError,
  MooringError,
  TimedOutError,
} from '../model/errors.ts';
import type { ValueMap } from '../model/value.ts';
import type { LookMemory, ModuleLook, Plan, RunStep } from '../module/index.ts';
import type { Scope } from '../template/index.ts';
import { type Applied, applySteps } from './apply.ts';
import { whyNotAlone } from './background.ts';
import { behindTargets } from './behind-target.ts';
import type { CompiledTask } from './compile.ts';
import type { Call } from './decide.ts';
import { createHostAccess } from './host-access.ts';
import { limitedTarget } from './limited-target.ts';
import { HeldLock } from './lock.ts';
import { type Attempt, Progress } from './progress.ts';
import type { ReadTrace } from './read-trace.ts';
import { isDeclaredRead } from './reads-only.ts';
import { errorMessage, Interrupted, type PlayHost, type PlayRun } from './run-state.ts';
import type { ReadsBehind } from './speculate.ts';
import type { StepContext } from './steps/context.ts';
import { taskTarget } from './task-target.ts';
import { isOver, type RunningLimit, startLimit, timedOut, timeLeft, withinLimit } from './time-limit.ts';
import { resultValues, toPlan, typed } from './typed-module.ts';

/** A module call at its place. */
export interface ModuleRun {
  readonly playRun: PlayRun;
  readonly host: PlayHost;
  readonly task: CompiledTask;
  readonly call: Call;
  readonly scope: () => Scope;
  /** A read that was issued ahead; undefined = none, or no longer true. */
  readonly readAhead?: () => Promise<ReadResult | undefined>;
  /** What the same read gave before it became stale: a module may ask at once for what it is going to need. */
  readonly earlier?: unknown;
  /** Asks for the reads of what follows behind the last step. */
  readonly readBehind?: (inChannel?: Connection) => ReadsBehind;
  /** Whether the read of a next round may be asked for behind the last step of one. */
  readonly rereadsBehind?: boolean;
  readonly countsAsChange: boolean;
  /** False for a read that is run ahead of its turn: it waits for nobody and holds nobody up. */
  readonly lock: boolean;
  readonly output: StepContext['output'];
}

/** What a read gave. */
export interface ReadResult {
  readonly current: unknown;
  readonly trace: ReadTrace;
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
  const limit = startLimit(run.call.limit);
  const progress = new Progress();
  try {
    return await runRounds(run, { held, limit, startedAt: Date.now() }, progress);
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof Interrupted) throw error;
    if (error instanceof TimedOutError) return progress.cut(timedOut(limit, error.seconds, error.message));
    if (error instanceof DecidedAtRunTime) return progress.end('unknown', error.message);
    return progress.end('failed', errorMessage(error), stackOf(error));
  } finally {
    held.release();
  }
}

/**
 * Reads the current state; also used ahead of a task's turn.
 *
 * @param now when the task began, milliseconds since 1970
 */
export async function readCurrent(
  run: Pick<ModuleRun, 'playRun' | 'host' | 'task' | 'call' | 'scope' | 'earlier'>,
  limit: RunningLimit | undefined,
  now: () => number,
): Promise<ReadResult> {
  const { playRun, host: playHost, task, call, scope } = run;
  const { target, environment } = call;
  const timeoutMs = timeLeft(limit);
  const source = { playRun, host: playHost, task, target, scope, environment, timeoutMs, now };
  const { host, trace } = createHostAccess(source);
  const current = await typed(call.module).read(host, call.params, run.earlier);
  await trace.looked.settle();
  return { current, trace };
}

/** What a module call holds while it is under way. */
interface Turn {
  readonly held: HeldLock;
  readonly limit: RunningLimit | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The read of the next round, on its way behind the last step of this one. */
  reread?: Promise<ReadResult | undefined> | undefined;
}

async function runRounds(run: ModuleRun, turn: Turn, progress: Progress): Promise<Attempt> {
  const module = typed(run.call.module);
  for (let round = 1; ; round++) {
    const ahead = round === 1 ? run.readAhead?.() : turn.reread;
    turn.reread = undefined;
    const read = async () => (await ahead) ?? (await guardedRead(run, turn, progress));
    const { current, trace } = await withinLimit(turn.limit, read());
    const plan = toPlan(module.plan(run.call.params, current));
    progress.addPlan(plan);
    if (plan.failure !== undefined) return failedPlan(run, plan.failure, trace, progress);
    if (plan.skip !== undefined) return progress.end('skipped', plan.skip);
    if (plan.unknown !== undefined) return progress.end('unknown', plan.unknown);
    const obstacle = whyNotAlone(plan, run.call.background);
    if (obstacle !== undefined) return progress.end('failed', obstacle);
    const applied = await applySteps(plan.steps, applySource(run, turn, { current, trace }, plan));
    progress.addApplied(applied, plan);
    const result = { params: run.call.params, current, outcomes: progress.outcomes, check: run.call.check };
    const values = resultValues(run, result, plan, applied);
    if (applied.failure !== undefined) return failedSteps(run, turn.limit, applied, values, progress);
    if (applied.unknown !== undefined && !progress.changed)
      return progress.end('unknown', applied.unknown, values);
    const more = plan.replan === true && plan.steps.length > 0 && !run.call.check;
    if (!more) return progress.end(progress.changed ? 'changed' : 'ok', plan.message, values);
    if (round === maxRounds) return progress.end('failed', `not settled after ${maxRounds} rounds`, values);
  }
}

/** A read that fails in check mode for want of something an earlier step would have made is undecided. */
async function guardedRead(
  run: ModuleRun,
  { limit, startedAt }: Turn,
  progress: Progress,
): Promise<ReadResult> {
  try {
    return await readCurrent(run, limit, () => startedAt);
  } catch (error) {
    const ours =
      error instanceof MooringError &&
      !(error instanceof ConnectionError) &&
      !(error instanceof TimedOutError);
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
function failedSteps(
  run: ModuleRun,
  limit: RunningLimit | undefined,
  applied: Applied,
  values: ValueMap,
  progress: Progress,
): Attempt {
  const { playRun, call, task, countsAsChange } = run;
  const failure = failureText(applied);
  const failed = applied.outcomes.find((outcome) => outcome.status === 'failed');
  if (failed?.timedOut !== undefined || isOver(limit)) {
    const what = isOver(limit) && failed?.step.kind === 'run' ? wordsFor(failed.step) : failure;
    return progress.cut(timedOut(limit, failed?.timedOut ?? 0, what), values);
  }
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
  turn: Turn,
  { current, trace }: ReadResult,
  plan: Plan,
): Parameters<typeof applySteps>[1] {
  const { playRun, host, task, call } = run;
  const { held, limit } = turn;
  const context: StepContext = {
    run: playRun.run,
    target: limitedTarget(call.target, limit),
    other: (name) => taskTarget(playRun, host, task, run.scope(), name),
    environment: call.environment,
    timeLeftMs: () => timeLeft(limit),
    background: call.background,
    output: run.output,
    signal: playRun.run.options.signal,
    looksOnly: isDeclaredRead(task) ? (run.lock ? 'now' : 'ahead') : undefined,
    look: (kept) => lookThrough(run, limit, { current, kept }),
  };
  return {
    context,
    check: call.check,
    countsAsChange: run.countsAsChange,
    footprint: trace.looked.footprintOf(plan.steps),
    whileWaiting: (action) => held.without(action),
    readBehind: plan.replan ? rereadBehind(run, turn, current) : run.readBehind,
  };
}

/** What follows a step of a plan that is not the last word is the task's own read. */
function rereadBehind(run: ModuleRun, turn: Turn, earlier: unknown): ModuleRun['readBehind'] {
  const { call } = run;
  if (!run.rereadsBehind || call.module.volatile) return undefined;
  return (inChannel) => {
    const target = inChannel ? behindTargets(inChannel)(call.target) : call.target;
    const read = readCurrent(
      { ...run, call: { ...call, target }, earlier },
      turn.limit,
      () => turn.startedAt,
    );
    // Errors come again where it is repeated; what it asked elsewhere did not wait for the step.
    turn.reread = read.then(
      (result) => (result.trace.aside ? undefined : result),
      () => undefined,
    );
    return { stepEnded: () => undefined };
  };
}

/** The module's own look, at a host it may ask as `read` may. */
async function lookThrough(
  run: ModuleRun,
  limit: RunningLimit | undefined,
  memory: LookMemory<unknown>,
): Promise<ModuleLook> {
  const { call } = run;
  const look = typed(call.module).look;
  if (!look) throw new InternalError(`module ${call.module.name} waits for a look it does not have`);
  const source = { ...run, target: call.target, environment: call.environment, now: () => Date.now() };
  return look(createHostAccess({ ...source, timeoutMs: timeLeft(limit) }).host, call.params, memory);
}

/** A user's command is the task itself: its name is told anyway. */
function wordsFor({ user, summary }: RunStep): string {
  return user ? '' : summary;
}

function failureText(applied: Applied): string {
  const failed = applied.outcomes.find((outcome) => outcome.status === 'failed');
  const reason = applied.failure ?? 'failed';
  if (!failed || (failed.step.kind === 'run' && failed.step.user) || failed.step.kind === 'wait')
    return reason;
  return `${failed.step.summary}: ${reason}`;
}

function stackOf(error: unknown): ValueMap {
  return error instanceof MooringError || !(error instanceof Error)
    ? {}
    : { exception: error.stack ?? error.message };
}
