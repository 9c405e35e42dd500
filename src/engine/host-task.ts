import type { ItemResult, TaskResult } from '../model/result.ts';
import type { CompiledTask } from './compile.ts';
import { complete, noteItem } from './complete.ts';
import type { HostEffect } from './effects.ts';
import { booleanKeyword } from './keyword-values.ts';
import { endsLoop, loopItem, loopItems, loopPauseMs, loopResult } from './loop.ts';
import { censor } from './results.ts';
import { checkInterrupted, Interrupted, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { pause } from './steps/wait.ts';
import { failedEnd, runCall, skipped, type TaskEnd, undecidedMessage } from './task.ts';

/**
 * Runs a task, loop and all, on one host and notes its result: register, notify, recap, event.
 *
 * @param alsoFor hosts that share the result (`run_once`)
 * @throws Interrupted
 */
export async function runOnHost(
  playRun: PlayRun,
  task: CompiledTask,
  host: PlayHost,
  alsoFor: readonly PlayHost[] = [],
): Promise<void> {
  checkInterrupted(playRun.run);
  playRun.run.emit({ event: 'host_start', playId: playRun.playId, taskId: task.task.id, host: host.name });
  playRun.speculation.readFollowing(host, task);
  const ended = await runWhole(playRun, task, host);
  complete(playRun, task, host, ended, alsoFor);
}

async function runWhole(playRun: PlayRun, task: CompiledTask, host: PlayHost): Promise<TaskEnd> {
  const started = Date.now();
  try {
    if (task.task.keywords.loop === undefined) {
      return await runCall({ playRun, host, task, extras: [], itemIndex: 0 });
    }
    return await runLoop(playRun, task, host, started);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return failedEnd(error, started);
  }
}

async function runLoop(
  playRun: PlayRun,
  task: CompiledTask,
  host: PlayHost,
  started: number,
): Promise<TaskEnd> {
  const found = await loopItems(playRun, host, task);
  if (found.kind === 'skip') return skipped(found.condition, started);
  if (found.kind === 'unknown') {
    const message = undecidedMessage(found.reason);
    const result: TaskResult = { ...emptyResult(started), outcome: 'unknown', message };
    return { result, effects: [] };
  }
  const results: ItemResult[] = [];
  const effects: HostEffect[] = [];
  let delegate: string | undefined;
  const pauseMs = loopPauseMs(playRun, host, task);
  playRun.speculation.readItems(host, task, found.items);
  for (const [index] of found.items.entries()) {
    checkInterrupted(playRun.run);
    if (index > 0 && pauseMs > 0) await pause(pauseMs, { signal: playRun.run.options.signal });
    const item = loopItem(playRun, host, task, found.items, index);
    const ended = await runCall({ playRun, host, task, extras: [item.layer], itemIndex: index });
    delegate ??= ended.delegate;
    effects.push(...ended.effects);
    const result: ItemResult = { ...ended.result, label: item.label };
    results.push(result);
    emitItem(playRun, task, host, ended.delegate, result);
    if (result.outcome === 'unreachable') break;
    noteItem(playRun, task, host, ended);
    if (endsLoop(playRun, host, task, item, result)) break;
  }
  const result = loopResult(task, results, found.items, Date.now() - started);
  return { result, effects, ...(delegate === undefined ? {} : { delegate }) };
}

function emptyResult(started: number): TaskResult {
  return { outcome: 'ok', values: {}, diff: [], steps: [], warnings: [], durationMs: Date.now() - started };
}

function emitItem(
  playRun: PlayRun,
  task: CompiledTask,
  host: PlayHost,
  delegatedTo: string | undefined,
  result: ItemResult,
): void {
  const noLog = booleanKeyword(task.chain, 'noLog', scopeFor(playRun, host, task), false);
  playRun.run.emit({
    event: 'item_result',
    playId: playRun.playId,
    taskId: task.task.id,
    host: host.name,
    ...(delegatedTo === undefined ? {} : { delegatedTo }),
    result: noLog ? { ...censor(result), label: '(censored)' } : result,
  });
}
