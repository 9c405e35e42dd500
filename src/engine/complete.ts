import type { TaskInfo } from '../model/event.ts';
import type { TaskResult } from '../model/result.ts';
import type { ValueMap } from '../model/value.ts';
import type { CompiledTask } from './compile.ts';
import { type HostEffect, isVariable, putIntoEffect } from './effects.ts';
import { notifyHandlers } from './handlers.ts';
import { booleanKeyword } from './keyword-values.ts';
import { censor, registeredValue } from './results.ts';
import { errorMessage, isOut, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { failedEnd, type TaskEnd } from './task.ts';

/**
 * Notes the end of a task on a host: its effects, what it registers and notifies, the recap, whether
 * the host goes on, and the event.
 *
 * @param alsoFor hosts that share the result (`run_once`); they are not counted in the recap
 */
export function complete(
  playRun: PlayRun,
  task: CompiledTask,
  host: PlayHost,
  ended: TaskEnd,
  alsoFor: readonly PlayHost[],
): void {
  let result = withIgnored(playRun, task, host, ended.result);
  result = withEffects(playRun, [host, ...alsoFor], ended.effects, result);
  register(task, [host, ...alsoFor], result);
  result = withNotified(playRun, task, host, result);
  for (const member of [host, ...alsoFor]) {
    noteFailure(task, member, result);
    noteRole(task, member, result);
    if (!isOut(member)) member.unfinished.delete(task);
  }
  count(playRun, host, task, result);
  const noLog = safeBoolean(playRun, task, host, 'noLog');
  playRun.run.emit({
    event: 'result',
    playId: playRun.playId,
    taskId: task.task.id,
    host: host.name,
    ...(ended.delegate === undefined ? {} : { delegatedTo: ended.delegate }),
    result: noLog ? censor(result) : result,
  });
}

/** Notes the end of one item of a loop: what it sets and registers is there for the next one. */
export function noteItem(playRun: PlayRun, task: CompiledTask, host: PlayHost, ended: TaskEnd): void {
  for (const effect of ended.effects.filter(isVariable)) putIntoEffect(playRun.run, host, effect);
  if (ended.result.outcome !== 'skipped') register(task, [host], ended.result);
}

/** What events say about a task. */
export function taskInfo(task: CompiledTask, name: string, noLog: boolean): TaskInfo {
  return {
    id: task.task.id,
    name,
    module: task.task.module,
    handler: task.handler,
    position: task.task.position,
    noLog,
  };
}

function withIgnored(playRun: PlayRun, task: CompiledTask, host: PlayHost, result: TaskResult): TaskResult {
  const keyword =
    result.outcome === 'failed'
      ? 'ignoreErrors'
      : result.outcome === 'unreachable'
        ? 'ignoreUnreachable'
        : undefined;
  if (keyword === undefined || !safeBoolean(playRun, task, host, keyword)) return result;
  return { ...result, ignored: true };
}

/** A keyword that cannot be rendered must not hide the result it is about: it counts as not set. */
export function safeBoolean(
  playRun: PlayRun,
  task: CompiledTask,
  host: PlayHost,
  keyword: 'ignoreErrors' | 'ignoreUnreachable' | 'noLog' | 'anyErrorsFatal' | 'runOnce',
  fallback = false,
): boolean {
  try {
    return booleanKeyword(task.chain, keyword, scopeFor(playRun, host, task), fallback);
  } catch (error) {
    const message = `${keyword}: ${errorMessage(error)}`;
    playRun.run.emit({ event: 'warning', message, position: task.task.position, host: host.name });
    return keyword === 'noLog' || fallback;
  }
}

function withEffects(
  playRun: PlayRun,
  hosts: readonly PlayHost[],
  effects: readonly HostEffect[],
  result: TaskResult,
): TaskResult {
  let changed = false;
  try {
    for (const effect of effects) {
      for (const host of hosts) changed = putIntoEffect(playRun.run, host, effect) || changed;
    }
  } catch (error) {
    return failedEnd(error, Date.now() - result.durationMs).result;
  }
  if (!changed || result.outcome !== 'ok') return result;
  return { ...result, outcome: 'changed', values: { ...result.values, changed: true } };
}

function register(task: CompiledTask, hosts: readonly PlayHost[], result: TaskResult): void {
  const name = task.task.keywords.register;
  if (name === undefined) return;
  const value = registeredValue(task, result);
  for (const { state } of hosts) {
    state.registered.set(name, value);
    state.variablesVersion++;
  }
}

function withNotified(playRun: PlayRun, task: CompiledTask, host: PlayHost, result: TaskResult): TaskResult {
  if (result.outcome !== 'changed' || task.notify.length === 0) return result;
  const missing = notifyHandlers(playRun, task, host);
  if (missing.length === 0) return result;
  const message = `there is no handler "${missing.join('", "')}"`;
  return { ...result, outcome: 'failed', message, values: { ...result.values, failed: true, msg: message } };
}

function noteFailure(task: CompiledTask, host: PlayHost, result: TaskResult): void {
  if (result.ignored) return;
  if (result.outcome === 'unreachable') host.state.unreachable = true;
  if (result.outcome !== 'failed') return;
  host.failed = true;
  host.leftOut = undefined;
  const summary: ValueMap = { name: task.task.keywords.name ?? task.task.module, action: task.task.module };
  host.failedTask = summary;
  host.failedResult = result.values;
}

/** What was skipped is no reason to leave the role out when it is called again. */
function noteRole({ roles }: CompiledTask, host: PlayHost, { outcome }: TaskResult): void {
  const role = roles.at(-1);
  if (role && outcome !== 'skipped') host.rolesBegun.add(role.identity);
}

/** The recap's numbers are Ansible's: a changed or ignored task is `ok` too, a rescued failure not `failed`. */
function count({ run }: PlayRun, host: PlayHost, task: CompiledTask, result: TaskResult): void {
  const state = run.hosts.of(host.name);
  const { recap } = state;
  const isUndecided = result.items?.some((item) => item.outcome === 'unknown') === true;
  if (isUndecided && result.outcome !== 'unknown') state.partlyUnknown++;
  switch (result.outcome) {
    case 'ok':
      recap.ok++;
      return;
    case 'changed':
      recap.ok++;
      recap.changed++;
      return;
    case 'skipped':
      recap.skipped++;
      return;
    case 'unknown':
      recap.unknown++;
      return;
    case 'unreachable':
      if (result.ignored) {
        recap.ok++;
        recap.ignored++;
      } else recap.unreachable++;
      return;
    case 'failed':
      if (result.ignored) {
        recap.ok++;
        recap.ignored++;
        if (result.values['changed'] === true) recap.changed++;
      } else if (task.rescuable) recap.rescued++;
      else recap.failed++;
  }
}
