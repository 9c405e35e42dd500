import { ConnectionError } from '../model/errors.ts';
import type { Outcome, TaskResult } from '../model/result.ts';
import { Unknown, type Value, type ValueMap } from '../model/value.ts';
import type { Effect } from '../module/index.ts';
import type { Layer, Scope } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { type Call, type Decision, decide } from './decide.ts';
import { type HostEffect, owned } from './effects.ts';
import { withFacts } from './facts.ts';
import { factsFor } from './gather.ts';
import { judge, type Verdict } from './judge.ts';
import { booleanKeyword, toNumber } from './keyword-values.ts';
import { type ModuleRun, runModule } from './module-run.ts';
import { registerSecrets } from './params.ts';
import type { Attempt } from './progress.ts';
import { countsAsChange } from './reads-only.ts';
import { taskName } from './results.ts';
import { checkInterrupted, errorMessage, Interrupted, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { pause } from './steps/wait.ts';

/** One task (or one item of its loop) on one host. */
export interface TaskCall {
  readonly playRun: PlayRun;
  readonly host: PlayHost;
  readonly task: CompiledTask;
  /** Loop variables. */
  readonly extras: readonly Layer[];
  /** Number of the loop item; 0 without a loop. */
  readonly itemIndex: number;
}

/** A result with what it does to the engine's own memory. */
export interface TaskEnd {
  readonly result: TaskResult;
  readonly effects: readonly HostEffect[];
  readonly delegate?: string;
}

const defaultRetries = 3;
const defaultDelaySeconds = 5;

/**
 * Runs a task once, or one item of its loop: conditions, params, read, plan, apply, verdict, again
 * while `until` wants it. Never throws for what went wrong on the host: that is in the result.
 *
 * @throws Interrupted
 */
export async function runCall(call: TaskCall): Promise<TaskEnd> {
  const started = Date.now();
  try {
    const decision = await decideWithFacts(call);
    if (decision.kind === 'skip') return skipped(decision.condition, started);
    if (decision.kind === 'unknown') return undecided(call, decision.reason, started);
    if (!decision.check || !call.playRun.run.check) checkInterrupted(call.playRun.run);
    registerSecrets(decision.module, decision.params, call.playRun.run.options.redactor);
    return await attempts(call, decision, started);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return failedEnd(error, started);
  }
}

/** The result of a task that failed before or outside of its module. */
export function failedEnd(error: unknown, started: number): TaskEnd {
  const message = errorMessage(error);
  const unreachable = error instanceof ConnectionError;
  const values: ValueMap = unreachable
    ? { changed: false, unreachable: true, msg: message }
    : { changed: false, failed: true, msg: message };
  return end(unreachable ? 'unreachable' : 'failed', values, started, { message });
}

/** The result of a task whose condition is false. */
export function skipped(condition: string, started: number): TaskEnd {
  const values = {
    changed: false,
    skipped: true,
    skip_reason: 'Conditional result was False',
    false_condition: condition,
  };
  return end('skipped', values, started, { message: condition });
}

function undecided(call: TaskCall, reason: string, started: number): TaskEnd {
  const unknown = new Unknown(`task "${taskName(call.task)}" is decided at run time`);
  const name = call.task.task.module;
  const facts = name === 'set_fact' ? Object.keys(call.task.task.params) : [];
  const tainted = Object.fromEntries(facts.map((fact): [string, Value] => [fact, unknown]));
  const effects: Effect[] = facts.length > 0 ? [{ kind: 'set_facts', facts: tainted }] : [];
  const scope = scopeFor(call.playRun, call.host, call.task, call.extras);
  const unknownEnd = end('unknown', {}, started, { message: undecidedMessage(reason) });
  return { ...unknownEnd, effects: owned(effects, call.task, scope) };
}

/** How people are told that something is decided at run time, and why. */
export function undecidedMessage(reason: string): string {
  return reason.includes('decided at run time') ? reason : `decided at run time: ${reason}`;
}

function end(outcome: Outcome, values: ValueMap, started: number, more: Partial<TaskResult> = {}): TaskEnd {
  const durationMs = Date.now() - started;
  return { result: { outcome, values, diff: [], steps: [], warnings: [], durationMs, ...more }, effects: [] };
}

async function decideWithFacts({ playRun, host, task, extras }: TaskCall): Promise<Decision> {
  const gather = factsFor(playRun, host, task);
  return withFacts(gather, () => decide(playRun, host, task, extras));
}

async function attempts(call: TaskCall, decision: Call, started: number): Promise<TaskEnd> {
  const { playRun, host, task } = call;
  const scope = scopeFor(playRun, host, task, call.extras);
  const limits = retryLimits(task, scope);
  for (let attempt = 1; ; attempt++) {
    const ahead = attempt === 1 ? await playRun.speculation.takeAttempt(call, decision) : undefined;
    const tried = ahead ?? (await runModule(moduleRun(call, decision, attempt)));
    const verdict = await withFacts(factsFor(playRun, host, task), () => judge(call, tried, attempt));
    const done = isDone(task, verdict);
    if (done === true) return attemptEnd(call, decision, tried, verdict, started);
    if (done instanceof Unknown || decision.check) {
      const reason = done instanceof Unknown ? done.reason : '"until" does not hold for now';
      return { ...undecided(call, reason, started), ...delegateOf(decision) };
    }
    if (attempt >= limits.attempts) {
      const values = { ...verdict.values, failed: true };
      return attemptEnd(
        call,
        decision,
        tried,
        { ...verdict, values, failed: true, exhausted: true },
        started,
      );
    }
    playRun.run.emit({
      event: 'retry',
      playId: playRun.playId,
      taskId: task.task.id,
      host: host.name,
      attempt,
      retriesLeft: limits.attempts - attempt,
    });
    await pause(limits.delayMs, { signal: playRun.run.options.signal });
    checkInterrupted(playRun.run);
  }
}

/** Whether no further try is wanted. A skipped or undecided module call is not tried again. */
function isDone(task: CompiledTask, verdict: Verdict): boolean | Unknown {
  if (verdict.outcome === 'skipped' || verdict.outcome === 'unknown') return true;
  if (verdict.final) return true;
  if (task.task.keywords.until) return verdict.until;
  return task.task.keywords.retries === undefined || !verdict.failed;
}

function retryLimits(task: CompiledTask, scope: Scope): { attempts: number; delayMs: number } {
  const { until, retries, delay } = task.task.keywords;
  if (!until && retries === undefined) return { attempts: 1, delayMs: 0 };
  const count =
    retries === undefined ? defaultRetries : (toNumber('retries', retries, scope) ?? defaultRetries);
  const seconds = delay === undefined ? defaultDelaySeconds : (toNumber('delay', delay, scope) ?? 1);
  return { attempts: Math.max(0, count) + 1, delayMs: (seconds < 0 ? 1 : seconds) * 1000 };
}

function moduleRun(call: TaskCall, decision: Call, attempt: number): ModuleRun {
  const { playRun, host, task } = call;
  const noLog = booleanKeyword(task.chain, 'noLog', scopeFor(playRun, host, task, call.extras), false);
  return {
    playRun,
    host,
    task,
    call: decision,
    scope: () => scopeFor(playRun, host, task, call.extras),
    ...(attempt === 1 ? { readAhead: () => playRun.speculation.take(call, decision) } : {}),
    readBehind: (inChannel) => playRun.speculation.readBehind(call, decision, inChannel),
    rereadsBehind: playRun.speculation.isOn,
    lock: true,
    countsAsChange: countsAsChange(task, decision.check),
    output: (stream, text) => {
      if (noLog) return;
      playRun.run.emit({
        event: 'output',
        playId: playRun.playId,
        taskId: task.task.id,
        host: host.name,
        stream,
        text,
      });
    },
  };
}

function attemptEnd(
  call: TaskCall,
  decision: Call,
  tried: Attempt,
  verdict: Verdict,
  started: number,
): TaskEnd {
  const outcome = verdict.failed ? 'failed' : verdict.outcome;
  const message = verdict.message ?? tried.message;
  const shown = shownDiff(call, tried);
  if (outcome === 'unknown') {
    const unknown = undecided(call, message ?? 'depends on what was only simulated', started);
    const details = { ...shown, steps: tried.steps, warnings: tried.warnings };
    return { ...unknown, ...delegateOf(decision), result: { ...unknown.result, ...details } };
  }
  return {
    ...delegateOf(decision),
    effects: verdict.failed ? [] : ownedBy(call, tried.effects, decision),
    result: {
      outcome,
      values: verdict.values,
      ...shown,
      steps: tried.steps,
      warnings: tried.warnings,
      durationMs: Date.now() - started,
      ...(message === undefined ? {} : { message }),
    },
  };
}

/** `diff: false` hides what may be secret; so does one that cannot be told. `diff: true` needs no `--diff`. */
function shownDiff(
  { playRun, host, task, extras }: TaskCall,
  { diff }: Attempt,
): Pick<TaskResult, 'diff' | 'showDiff'> {
  try {
    const wanted = (fallback: boolean) =>
      booleanKeyword(task.chain, 'diff', scopeFor(playRun, host, task, extras), fallback);
    if (!wanted(true)) return { diff: [] };
    return diff.length > 0 && wanted(false) ? { diff, showDiff: true } : { diff };
  } catch {
    return { diff: [] };
  }
}

function ownedBy(call: TaskCall, effects: readonly Effect[], { delegate }: Call): HostEffect[] {
  const { playRun, host, task, extras } = call;
  return effects.length === 0
    ? []
    : owned(effects, task, scopeFor(playRun, host, task, extras), delegate ?? host.name);
}

function delegateOf(decision: Call): { delegate?: string } {
  return decision.delegate === undefined ? {} : { delegate: decision.delegate };
}
