import { CommandError } from '../model/errors.ts';
import type { ExecResult, ShellRequest } from './connection.ts';
import { type Deferred, deferred } from './deferred.ts';
import { type Mark, notRunMark } from './frame.ts';
import { execResult, OutputCapture } from './output-capture.ts';

/** A step of a chain that the host did not run, as one before it did not end well, or ran in a shell that is gone. */
export class StepNotRun extends CommandError {}

/** What an abandoned or timed-out request is taken to have ended with: 128 + SIGKILL. */
const killed = 137;

/** A request on its way, with what came of it so far. */
export interface Entry {
  readonly request: ShellRequest;
  readonly reply: Deferred<ExecResult>;
  /** Made anew for every attempt. */
  stdout: OutputCapture;
  stderr: OutputCapture;
  id: number;
  bytes: number;
  attempts: number;
  startedMs: number;
  began: { stdout: boolean; stderr: boolean };
  /** It begins when the request before it ends. */
  isFollowing: boolean;
  exitCode: number | undefined;
  isNotRun: boolean;
  ended: { stdout: boolean; stderr: boolean };
}

export function newEntry(request: ShellRequest): Entry {
  return { request, reply: deferred(), id: 0, bytes: 0, attempts: 0, ...freshAttempt() };
}

/** Resolves with what came until its process group was killed. */
export function settleKilled(entry: Entry): void {
  entry.reply.resolve(execResult(killed, entry.stdout, entry.stderr, entry.startedMs, true));
}

/** Requests written to one shell and not yet answered, in order; sorts what it prints into their replies. */
export class InFlight {
  readonly #onStray: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  #entries: Entry[] = [];
  #bytes = 0;

  /** @param onStray gets bytes that came outside any reply */
  constructor(onStray: (stream: 'stdout' | 'stderr', chunk: Buffer) => void = () => undefined) {
    this.#onStray = onStray;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** What their framed texts came to. */
  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): Entry | undefined {
    return this.#entries[0];
  }

  /**
   * A request is about to be written.
   *
   * @param isFollowing in one write with the request before it, which has the number before
   */
  add(entry: Entry, id: number, bytes: number, isFollowing = false): void {
    if (entry.attempts > 0) Object.assign(entry, freshAttempt());
    entry.id = id;
    entry.bytes = bytes;
    entry.isFollowing = isFollowing;
    entry.attempts += 1;
    entry.startedMs = performance.now();
    this.#entries.push(entry);
    this.#bytes += bytes;
  }

  /** @returns the request that is answered with this mark, removed and not yet settled */
  mark(stream: 'stdout' | 'stderr', mark: Mark): Entry | undefined {
    const entry = this.#entries.find((candidate) => candidate.id === mark.id);
    if (entry === undefined) return undefined;
    if (mark.kind === 'b') {
      begin(entry, stream);
      return undefined;
    }
    entry.ended[stream] = true;
    const next = this.#entries.find(({ id }) => id === mark.id + 1);
    if (next?.isFollowing) begin(next, stream);
    if (stream === 'stdout') {
      entry.exitCode = Number(mark.rest);
      entry.isNotRun = mark.rest === notRunMark;
    }
    if (!entry.ended.stdout || !entry.ended.stderr) return undefined;
    if (this.#entries[0] === entry) this.#entries.shift();
    else this.#entries = this.#entries.filter((other) => other !== entry);
    this.#bytes -= entry.bytes;
    return entry;
  }

  /** Each stream may be ahead of the other by whole replies, so each has its own current request. */
  data(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    const entry = this.#entries.find((candidate) => !candidate.ended[stream]);
    if (entry?.began[stream]) entry[stream].add(chunk);
    else this.#onStray(stream, chunk);
  }

  /** Forgets them all, and gives them. */
  takeAll(): Entry[] {
    this.#bytes = 0;
    return this.#entries.splice(0);
  }
}

function begin(entry: Entry, stream: 'stdout' | 'stderr'): void {
  entry.began[stream] = true;
  if (stream === 'stdout') entry.startedMs = performance.now();
}

/** Settles a request whose reply is complete. */
export function settleAnswered(entry: Entry, hostName: string): void {
  const { exitCode = killed, stdout, stderr, startedMs, reply } = entry;
  if (entry.isNotRun) {
    reply.reject(new StepNotRun(`${hostName}: a step was not run: one before it did not end well`));
  } else reply.resolve(execResult(exitCode, stdout, stderr, startedMs));
}

function freshAttempt() {
  return {
    stdout: new OutputCapture(),
    stderr: new OutputCapture(),
    startedMs: performance.now(),
    began: { stdout: false, stderr: false },
    isFollowing: false,
    exitCode: undefined,
    isNotRun: false,
    ended: { stdout: false, stderr: false },
  };
}
