import { InventoryError } from '../model/errors.ts';
import type { Play, Playbook } from '../model/playbook.ts';
import { isUnknown } from '../model/value.ts';
import { render, Scope } from '../template/index.ts';
import { batchesOf, ordered } from './batches.ts';
import type { VarsLevel } from './compile.ts';
import { type CompiledPlay, flatten } from './compile-play.ts';
import { complete, taskInfo } from './complete.ts';
import { flushHandlers, notifyAsked, reportLostHandlers } from './handlers.ts';
import { booleanKeyword } from './keyword-values.ts';
import { runNode, runNodes } from './nodes.ts';
import { askPrompts, hostVarsFiles, staticVars } from './play-vars.ts';
import { createSpeculation } from './read-ahead.ts';
import {
  checkInterrupted,
  createPlayHost,
  Interrupted,
  isOver,
  type PlayHost,
  type PlayRun,
  type Run,
} from './run-state.ts';
import { scopeFor } from './scope.ts';
import { inSchedule } from './strategy.ts';
import { failedEnd } from './task.ts';

/** How a play ended. */
export interface PlayEnd {
  /** No later play is to run: a whole batch failed, or one failure was fatal. */
  readonly stop: boolean;
  /** A host failed or was lost in it. */
  readonly failed: boolean;
}

/**
 * Runs a play, batch after batch.
 *
 * @param parallel it is one of a `parallel:` entry
 * @throws Interrupted, InventoryError for a pattern that means nothing
 */
export async function runPlay(
  run: Run,
  playbook: Playbook,
  play: Play,
  compiled: CompiledPlay,
  parallel: boolean,
): Promise<PlayEnd> {
  const selected = ordered(selectHosts(run, play), play.order);
  const usable = selected.filter((host) => isUsable(run, host));
  if (usable.length === 0) {
    const reason = selected.length === 0 ? 'no hosts matched' : 'no more hosts left';
    run.emit({ event: 'play_start', playId: play.id, name: playName(play), hosts: [], parallel });
    run.emit({ event: 'play_end', playId: play.id, reason });
    return { stop: false, failed: false };
  }
  const answers = await askPrompts(run, play);
  const sizes = play.serial.map((size) => String(render(size, extraVarsScope(run))));
  const batches = batchesOf(usable, sizes);
  let failed = false;
  for (const [index, hosts] of batches.entries()) {
    checkInterrupted(run);
    const playId = batches.length > 1 ? `${play.id}#${index + 1}` : play.id;
    const batch = batches.length > 1 ? { batch: { number: index + 1, of: batches.length } } : {};
    run.emit({ event: 'play_start', playId, name: playName(play), hosts, parallel, ...batch });
    const members = hosts.map((host) => createPlayHost(run.hosts.of(host)));
    const source = { run, play, playbook, playId, allHosts: selected, compiled };
    const end = await runBatch(createPlayRun(source, members, answers), compiled);
    failed ||= end.failed;
    if (end.over) return { stop: end.stop, failed };
  }
  return { stop: false, failed };
}

function playName(play: Play): string {
  return play.keywords.name ?? play.hosts;
}

function isUsable(run: Run, hostName: string): boolean {
  const state = run.hosts.of(hostName);
  return !state.failed && !state.unreachable;
}

function selectHosts(run: Run, play: Play): readonly string[] {
  const { options, inventory } = run;
  const pattern = render(play.hosts, extraVarsScope(run));
  if (isUnknown(pattern) || typeof pattern === 'object') {
    throw new InventoryError([
      { severity: 'error', code: 'bad-pattern', message: `hosts: ${play.hosts} is not a host pattern` },
    ]);
  }
  const found = options.loader.selectHosts(String(pattern), inventory.current, options.limit);
  for (const name of found) run.hosts.of(name).inPlay = true;
  return found;
}

/** What is known before there is a host: `-e`. */
function extraVarsScope({ options }: Run): Scope {
  return new Scope([{ origin: 'extra vars', level: 22, values: options.extraVars ?? {}, templated: true }]);
}

interface PlaySource extends Pick<PlayRun, 'run' | 'play' | 'playbook' | 'playId' | 'allHosts'> {
  readonly compiled: CompiledPlay;
}

function createPlayRun(
  { compiled, ...source }: PlaySource,
  batch: readonly PlayHost[],
  answers: Parameters<typeof staticVars>[1],
): PlayRun {
  const shared = staticVars(source.play, answers);
  const own = new Map<string, readonly VarsLevel[]>();
  const playRun: PlayRun = {
    ...source,
    batch,
    varsOf: (host) => [...shared, ...(own.get(host.name) ?? [])],
    hostVars: own,
    handlers: [...compiled.handlers],
    speculation: createSpeculation(() => playRun),
    started: new Set(),
    once: new Map(),
    gates: new Map(),
    throttles: new Map(),
    ending: undefined,
  };
  return playRun;
}

/** Of pre_tasks, tasks and post_tasks: handlers that the command line asks for run when the tasks are done. */
const tasksSection = 1;

/** @returns `over`: no further batch of this play */
async function runBatch(playRun: PlayRun, compiled: CompiledPlay): Promise<PlayEnd & { over: boolean }> {
  const { batch, run, playId } = playRun;
  await loadHostVars(playRun, compiled);
  try {
    await inSchedule(playRun, (hosts) => runSections(playRun, compiled, hosts));
  } finally {
    for (const host of batch) noteEnd(host);
    reportLostHandlers(playRun);
  }
  const reason = endReason(playRun);
  run.emit({ event: 'play_end', playId, ...(reason === undefined ? {} : { reason }) });
  const lost = batch.filter((host) => host.state.failed || host.state.unreachable);
  const fatal = playRun.ending?.kind === 'fatal' || playRun.ending?.kind === 'too_many_failures';
  const stop = fatal || lost.length === batch.length;
  return { stop, failed: lost.length > 0, over: stop || playRun.ending?.kind === 'end_play' };
}

function noteEnd({ state, failed, leftOut }: PlayHost): void {
  state.failed ||= failed;
  if (failed) state.leftOut = leftOut;
}

function endReason({ ending, batch }: PlayRun): string | undefined {
  if (ending) return 'reason' in ending ? ending.reason : ending.kind.replace('_', ' ');
  const left = batch.some((host) => !host.state.failed && !host.state.unreachable);
  return left ? undefined : 'no more hosts left';
}

async function loadHostVars(playRun: PlayRun, compiled: CompiledPlay): Promise<void> {
  if (playRun.play.varsFiles.every((file) => file.values)) return;
  const [first] = flatten(compiled.sections.flat());
  for (const host of playRun.batch) {
    const started = Date.now();
    try {
      playRun.hostVars.set(host.name, await hostVarsFiles(playRun, host, first));
    } catch (error) {
      if (error instanceof Interrupted || !first) throw error;
      const { run, playId } = playRun;
      run.emit({ event: 'task_start', playId, task: taskInfo(first, 'vars_files', false) });
      complete(playRun, first, host, failedEnd(error, started), []);
    }
  }
}

async function runSections(
  playRun: PlayRun,
  compiled: CompiledPlay,
  hosts: readonly PlayHost[],
): Promise<void> {
  for (const [section, nodes] of compiled.sections.entries()) {
    await runNodes(playRun, nodes, hosts);
    if (isOver(playRun)) return;
    if (section === tasksSection) notifyAsked(playRun, hosts);
    await flush(playRun, hosts);
  }
}

/** Runs the notified handlers; with `force_handlers` on failed hosts too. */
async function flush(playRun: PlayRun, hosts: readonly PlayHost[]): Promise<void> {
  const forced = hosts.filter((host) => host.failed && host.notified.size > 0 && !host.state.unreachable);
  const force = forced.length > 0 && isForced(playRun, hosts);
  if (force) for (const host of forced) host.failed = false;
  await flushHandlers(playRun, hosts, (handler, notified) => runNode(playRun, handler, notified));
  if (force) for (const host of forced) host.failed = true;
}

function isForced(playRun: PlayRun, hosts: readonly PlayHost[]): boolean {
  const [first] = hosts;
  const written = playRun.play.forceHandlers;
  if (written === undefined || !first) return playRun.run.options.forceHandlers ?? false;
  if (typeof written === 'boolean') return written;
  return booleanKeyword([{ diff: written }], 'diff', scopeFor(playRun, first), false);
}
