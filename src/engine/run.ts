import { randomUUID } from 'node:crypto';
import { PlaybookError } from '../model/errors.ts';
import type { RunEvent } from '../model/event.ts';
import type { Parallel, Play, Playbook } from '../model/playbook.ts';
import type { HostRecap } from '../model/result.ts';
import { createLimit } from '../util/limit.ts';
import { type CompiledPlay, compilePlay, flatten, nameMatches, playsOf, startingAt } from './compile-play.ts';
import { Connections } from './connections.ts';
import type { HostState } from './host-state.ts';
import { LiveInventory } from './live-inventory.ts';
import { forksOf, type RunOptions, type RunSummary } from './options.ts';
import { runPlay } from './play.ts';
import { checkInterrupted, HostStates, Interrupted, type Run } from './run-state.ts';
import { allSettled } from './strategy.ts';
import { Targets } from './target.ts';

const interruptedCode = 99;
const faultCode = 1;

/**
 * Runs playbooks one after another, their plays in order, and says how it went. Everything on the way
 * goes to `emit`, the recap last.
 *
 * @returns the recap and the exit code: 0, 2 (a host failed), 4 (a host was unreachable), 99 (interrupted)
 * @throws PlaybookError for faults found before anything ran
 */
export async function runPlaybooks(options: RunOptions): Promise<RunSummary> {
  const started = Date.now();
  const run = createRun(options);
  const compiled = compileAll(run);
  run.emit({
    event: 'run_start',
    runId: randomUUID(),
    playbooks: options.playbooks.map((playbook) => playbook.file),
    check: run.check,
    diff: options.diff ?? false,
  });
  let interrupted = false;
  try {
    await runAll(run, compiled);
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      // What was done so far is worth a recap also where the run cannot go on.
      finish(run, Date.now() - started, faultCode);
      throw error;
    }
    interrupted = true;
  } finally {
    await run.connections.close();
  }
  interrupted ||= options.signal?.aborted === true;
  return finish(run, Date.now() - started, interrupted ? interruptedCode : exitCodeOf(recapsOf(run)));
}

function createRun(options: RunOptions): Run {
  return {
    options,
    check: options.check ?? false,
    selection: { tags: options.tags ?? [], skipTags: options.skipTags ?? [] },
    inventory: new LiveInventory(options.inventory),
    hosts: new HostStates(),
    connections: new Connections(options.open),
    targets: new Targets(),
    limit: createLimit(forksOf(options)),
    emit: options.emit,
    stepping: options.ask?.step !== undefined,
  };
}

/** Compiles every play before the first one runs, and cuts off what `--start-at-task` leaves out. */
function compileAll(run: Run): ReadonlyMap<Play, CompiledPlay> {
  const plays = run.options.playbooks.flatMap((playbook) => playbook.entries.flatMap(playsOf));
  const compiled = plays.map((play): [Play, CompiledPlay] => [play, compilePlay(play, run.selection)]);
  const { startAtTask } = run.options;
  if (startAtTask === undefined) return new Map(compiled);
  let reached = false;
  const cut = compiled.map(([play, whole]): [Play, CompiledPlay] => {
    const rest = startingAt(whole, (task) => {
      reached ||= nameMatches(task, startAtTask);
      return reached;
    });
    return [play, rest];
  });
  if (reached) return new Map(cut);
  const message = `no task is named "${startAtTask}" (--start-at-task)`;
  throw new PlaybookError([{ severity: 'error', code: 'unknown-task', message }]);
}

async function runAll(run: Run, compiled: ReadonlyMap<Play, CompiledPlay>): Promise<void> {
  for (const playbook of run.options.playbooks) {
    for (const entry of playbook.entries) {
      checkInterrupted(run);
      if (await runEntry(run, playbook, entry, compiled)) return;
    }
    if (exitCodeOf(recapsOf(run)) !== 0) return;
  }
}

/** @returns true where the run is to stop */
async function runEntry(
  run: Run,
  playbook: Playbook,
  entry: Play | Parallel,
  compiled: ReadonlyMap<Play, CompiledPlay>,
): Promise<boolean> {
  const one = (play: Play): ReturnType<typeof runPlay> => {
    const ready = compiled.get(play) ?? compilePlay(play, run.selection);
    return runPlay(run, playbook, play, ready, entry.kind === 'parallel');
  };
  const plays = playsOf(entry).filter((play) => isNeeded(run, compiled.get(play)));
  if (entry.kind === 'play') {
    const [play] = plays;
    return play ? (await one(play)).stop : false;
  }
  // A failure in one play lets the others end; then the run stops.
  const ended = await allSettled(plays.map(one));
  return ended.some(({ stop, failed }) => stop || failed);
}

/** With `--start-at-task`, a play before that task is not even announced. */
function isNeeded(run: Run, compiled: CompiledPlay | undefined): boolean {
  if (run.options.startAtTask === undefined || !compiled) return true;
  return flatten(compiled.sections.flat()).length > 0;
}

function recapsOf(run: Run): Readonly<Record<string, HostRecap>> {
  const played = run.hosts.all.filter((state) => state.inPlay);
  return Object.fromEntries(played.map((state) => [state.name, state.recap]));
}

function exitCodeOf(recaps: Readonly<Record<string, HostRecap>>): number {
  const all = Object.values(recaps);
  if (all.some((recap) => recap.unreachable > 0)) return 4;
  return all.some((recap) => recap.failed > 0) ? 2 : 0;
}

function finish(run: Run, durationMs: number, exitCode: number): RunSummary {
  const hosts = recapsOf(run);
  run.emit({
    event: 'recap',
    hosts,
    durationMs,
    exitCode,
    check: run.check,
    ...(run.check ? coverage(run) : {}),
    ...leftBehind(run),
  });
  return { exitCode, hosts, durationMs };
}

/** What did not happen though it should have. */
function leftBehind({ hosts }: Run): Pick<Extract<RunEvent, { event: 'recap' }>, 'handlersLost' | 'leftOut'> {
  const handlersLost = hosts.all
    .filter((state) => state.handlersLost.size > 0)
    .map((state): [string, readonly string[]] => [state.name, [...state.handlersLost]]);
  const leftOut = hosts.all.flatMap(({ name, leftOut: reason, recap }): [string, string][] =>
    reason === undefined || recap.failed > 0 ? [] : [[name, reason]],
  );
  return {
    ...(handlersLost.length > 0 ? { handlersLost: Object.fromEntries(handlersLost) } : {}),
    ...(leftOut.length > 0 ? { leftOut: Object.fromEntries(leftOut) } : {}),
  };
}

/** How many tasks, each counted once on each host, a check-mode run could tell the result of. */
function coverage(run: Run): { exact: number; unknown: number } {
  const states = run.hosts.all.filter((state) => state.inPlay);
  const sum = (pick: (state: HostState) => number): number =>
    states.reduce((total, state) => total + pick(state), 0);
  const all = sum(({ recap }) => recap.ok + recap.skipped + recap.failed + recap.rescued + recap.unreachable);
  const partly = sum(({ partlyUnknown }) => partlyUnknown);
  return { exact: all - partly, unknown: sum(({ recap }) => recap.unknown) + partly };
}
