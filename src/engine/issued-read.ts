import { ConnectionError } from '../model/errors.ts';
import type { Call } from './decide.ts';
import type { ReadTrace } from './host-access.ts';
import { type Attempt, type ReadResult, readCurrent, runModule } from './module-run.ts';
import type { PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import type { TaskCall } from './task.ts';

/** One read on its way, or back already. */
export interface Issued {
  /** Of the call as it was decided then: it must be decided the same when its turn comes. */
  readonly signature: string;
  readonly call: Call;
  readonly targetChanges: number;
  readonly allChanges: number;
  /** undefined in it: it went wrong. Rejected only where the host could not be reached. */
  read?: Promise<ReadResult | undefined>;
  attempt?: Promise<Attempt | undefined>;
  /** What a command wrote, shown when its turn comes. */
  readonly output: { readonly stream: 'stdout' | 'stderr' | 'progress'; readonly text: string }[];
  /** Milliseconds since 1970 when it came back; undefined = on its way. */
  settledAt: number | undefined;
}

const freshMs = 2000;

/** Sends the read of a call. */
export function issueRead(call: TaskCall, decision: Call, signature: string): Issued {
  const { playRun, host, task, extras } = call;
  const scope = (): ReturnType<typeof scopeFor> => scopeFor(playRun, host, task, extras);
  const issued = started(call, decision, signature);
  const read = readCurrent({ playRun, host, task, call: decision, scope }, decision.timeoutMs);
  issued.read = settle(issued, call, read);
  return issued;
}

/** Runs a user's command that only looks. */
export function issueAttempt(call: TaskCall, decision: Call, signature: string): Issued {
  const { playRun, host, task, extras } = call;
  const issued = started(call, decision, signature);
  const attempt = runModule({
    playRun,
    host,
    task,
    call: decision,
    scope: () => scopeFor(playRun, host, task, extras),
    countsAsChange: false,
    lock: false,
    deadline: decision.timeoutMs === undefined ? undefined : Date.now() + decision.timeoutMs,
    output: (stream, text) => issued.output.push({ stream, text }),
  });
  issued.attempt = settle(issued, call, attempt);
  return issued;
}

/**
 * Whether a read is as good as a fresh one: no step was sent since (to its host, or to any where it
 * looks further), and it is not older than two seconds.
 *
 * @param trace what the read is known to have looked at; undefined = not back yet
 */
export function stillHolds(playRun: PlayRun, issued: Issued, trace: ReadTrace | undefined): boolean {
  const { settledAt, call } = issued;
  if (settledAt !== undefined && Date.now() - settledAt > freshMs) return false;
  const { targets } = playRun.run;
  const outside = call.module.scope === 'outside' || trace?.outside === true || issued.attempt !== undefined;
  if (outside) return targets.changes === issued.allChanges;
  return call.target.target.changes === issued.targetChanges;
}

function started({ playRun }: TaskCall, call: Call, signature: string): Issued {
  const { targets } = playRun.run;
  const targetChanges = call.target.target.changes;
  return { signature, call, targetChanges, allChanges: targets.changes, output: [], settledAt: undefined };
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
