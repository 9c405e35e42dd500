import { ConnectionError, type MooringError } from '../model/errors.ts';
import type { CompiledTask } from './compile.ts';
import type { Call } from './decide.ts';
import { type ReadResult, readCurrent, runModule } from './module-run.ts';
import type { Attempt } from './progress.ts';
import type { ReadTrace } from './read-trace.ts';
import type { PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import type { Target } from './target.ts';
import type { TaskCall } from './task.ts';
import type { TaskTarget } from './task-target.ts';
import { startLimit } from './time-limit.ts';
import { toPlan, typed } from './typed-module.ts';

/** One read on its way, or back already. */
export interface Issued {
  readonly task: CompiledTask;
  /** Of the call as it was decided then: it must be decided the same when its turn comes. */
  readonly signature: string;
  readonly call: Call;
  /** It was asked for behind a step in the same shell. */
  readonly isBehind: boolean;
  /** The changes to its target and to all targets that it has seen. */
  targetChanges: number;
  allChanges: number;
  /** The changes to all targets when it was sent. */
  readonly sentAtChanges: number;
  /** The host's variables it was made with. */
  readonly variablesVersion: number;
  /** undefined in it: it went wrong. Rejected only where the host could not be reached. */
  read?: Promise<ReadResult | undefined>;
  attempt?: Promise<Attempt | undefined>;
  /** What the read gave, whether it still holds or not. */
  result?: ReadResult;
  /** Whether that means steps to send, once somebody asked. */
  plansSteps?: boolean;
  /** What a command wrote, shown when its turn comes. */
  readonly output: { readonly stream: 'stdout' | 'stderr' | 'progress'; readonly text: string }[];
  /** Milliseconds since 1970 when it came back; undefined = on its way. */
  settledAt: number | undefined;
}

/** A call as it was decided ahead of its turn. */
export interface DecidedCall {
  readonly call: TaskCall;
  readonly decision: Call;
  readonly signature: string;
  readonly isBehind: boolean;
  /** What the same read gave before it became stale. */
  readonly earlier?: unknown;
}

const freshMs = 2000;

/** Sends the read of a call. */
export function issueRead(decided: DecidedCall): Issued {
  const { call, decision } = decided;
  const { playRun, host, task, extras } = call;
  const scope = (): ReturnType<typeof scopeFor> => scopeFor(playRun, host, task, extras);
  const issued = started(decided);
  const issuedAt = Date.now();
  const read = readCurrent(
    { playRun, host, task, call: decision, scope, earlier: decided.earlier },
    startLimit(decision.limit),
    // Behind a step it is as if it had begun when that has ended.
    decided.isBehind ? Date.now : () => issuedAt,
  );
  issued.read = settle(issued, call, read);
  issued.read.then(
    (result) => {
      if (result) issued.result = result;
    },
    () => undefined,
  );
  return issued;
}

/** Runs a user's command that only looks. */
export function issueAttempt(decided: DecidedCall): Issued {
  const { call, decision } = decided;
  const { playRun, host, task, extras } = call;
  const issued = started(decided);
  const attempt = runModule({
    playRun,
    host,
    task,
    call: decision,
    scope: () => scopeFor(playRun, host, task, extras),
    countsAsChange: false,
    lock: false,
    output: (stream, text) => issued.output.push({ stream, text }),
  });
  issued.attempt = settle(issued, call, attempt);
  return issued;
}

/**
 * Whether a read is as good as a fresh one: no step was sent since (to its host, or to any where it
 * looks further) but such as are known to have changed other files, and it is not older than two seconds. One that is
 * not back yet gets the benefit of the doubt.
 */
export function stillHolds(playRun: PlayRun, issued: Issued): boolean {
  const { call } = issued;
  const trace = issued.result?.trace;
  if (!isFresh(issued)) return false;
  if (issued.isBehind && trace?.aside) return false;
  const { targets } = playRun.run;
  const outside = call.module.scope === 'outside' || trace?.outside === true || issued.attempt !== undefined;
  if (targets.hasJobs(outside ? undefined : call.target.target)) return false;
  if (outside) return targets.changes === issued.allChanges;
  return isUntouched(issued);
}

/** What is known to have changed something else need not be looked at again. */
function isUntouched(issued: Issued): boolean {
  const { target } = issued.call.target;
  const looked = issued.result?.trace.looked;
  for (let at = issued.targetChanges; at < target.changes; at++) {
    const change = target.footprints[at];
    if (change === undefined || looked?.isUntouchedBy(change) === false) return false;
    if (!looked) continue;
    issued.targetChanges++;
    issued.allChanges++;
  }
  return true;
}

/** Whether a read is not back yet, or not older than two seconds. */
export function isFresh({ settledAt }: Issued): boolean {
  return settledAt === undefined || Date.now() - settledAt <= freshMs;
}

/** Whether what a read gave says that its task has steps to send. */
export function plansSteps(issued: Issued): boolean {
  const { call, result } = issued;
  if (!result) return false;
  issued.plansSteps ??= hasSteps(call, result.current);
  return issued.plansSteps;
}

function hasSteps({ module, params }: Call, current: unknown): boolean {
  try {
    return toPlan(typed(module).plan(params, current)).steps.length > 0;
  } catch {
    return false;
  }
}

/**
 * Whether nobody else may have changed what a read looked at: steps on other hosts reach it where both have mounted
 * the same file system.
 */
export async function sameOnShared(playRun: PlayRun, issued: Issued): Promise<boolean> {
  const { target } = issued.call.target;
  const own = target.changes - issued.targetChanges;
  const looked = issued.result?.trace.looked;
  if (playRun.run.targets.changes - issued.allChanges === own || !looked || looked.isOnDisks) return true;
  return !looked.mayBeOn(await sharedDevices(issued.call.target));
}

interface KnownDevices {
  readonly devices: Promise<ReadonlySet<number>>;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** Place of the last change that may have changed anything. */
  readonly sinceChange: number;
}

const sharedOn = new WeakMap<Target, KnownDevices>();

/** What is mounted changes by steps that may change anything, and by automounters. */
async function sharedDevices({ target, reads }: TaskTarget): Promise<ReadonlySet<number>> {
  const known = sharedOn.get(target);
  const sinceChange = target.footprints.lastIndexOf(undefined);
  if (known && Date.now() < known.until && known.sinceChange === sinceChange) return known.devices;
  const devices = reads().then((asked) => asked.sharedDevices());
  sharedOn.set(target, { devices, until: Date.now() + freshMs, sinceChange });
  devices.catch(() => sharedOn.delete(target));
  return devices;
}

/** Whether what a read took from the control node would be the same now: files, and what was rendered. */
export async function sameLocally(
  { playRun, host }: TaskCall,
  issued: Issued,
  { renders, localFiles }: ReadTrace,
): Promise<boolean> {
  const variablesChanged = host.state.variablesVersion !== issued.variablesVersion;
  for (const render of renders) {
    if ((variablesChanged || render.usedOthers) && !render.isSame()) return false;
  }
  if (playRun.run.targets.changes === issued.sentAtChanges) return true;
  const same = await Promise.all(localFiles.map((file) => file.isSame()));
  return same.every(Boolean);
}

function started({ call, decision, signature, isBehind }: DecidedCall): Issued {
  const { targets } = call.playRun.run;
  return {
    task: call.task,
    signature,
    call: decision,
    isBehind,
    targetChanges: decision.target.target.changes,
    allChanges: targets.changes,
    sentAtChanges: targets.changes,
    variablesVersion: call.host.state.variablesVersion,
    output: [],
    settledAt: undefined,
  };
}

/** Errors are dropped, as the read is repeated in its turn; a host out of reach stays out of reach. */
function settle<T>(issued: Issued, { playRun }: TaskCall, work: Promise<T>): Promise<T | undefined> {
  const settled = work.then(
    (value) => value,
    (error: unknown) => {
      const opened = playRun.run.connections.isOpen(issued.call.target.spec);
      if (error instanceof ConnectionError && !opened) throw error;
      return undefined;
    },
  );
  const note = (): void => {
    issued.settledAt = Date.now();
  };
  // Nobody may ever ask for it: its rejection must not be an unhandled one.
  settled.then(note, note);
  return settled;
}

/** A host that could not be reached is not tried a second time for the same task. */
export function rethrowUnreachable(error: MooringError): undefined {
  if (error instanceof ConnectionError) throw error;
  return undefined;
}
