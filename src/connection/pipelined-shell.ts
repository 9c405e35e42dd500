import { CommandError, ConnectionError } from '../model/errors.ts';
import type { ExecResult, ShellRequest } from './connection.ts';
import { frameRequest, type Mark } from './frame.ts';
import { type Entry, InFlight, newEntry, settleAnswered, settleKilled } from './in-flight.ts';
import type { OpenShell } from './open-shell.ts';
import { inputText, withLocale } from './script-text.ts';
import type { ChannelEnd } from './transport.ts';
import { closedError } from './transport-holder.ts';

/** Requests written and not yet answered: so many, and so many bytes. */
const maxInFlight = 500;
const maxInFlightBytes = 256 * 1024;
/** A read is issued again after a lost shell this often. */
const maxAttempts = 3;

export interface PipelinedShellOptions {
  readonly hostName: string;
  /** Opens a new shell on the host; called again after one was lost. */
  open(): Promise<OpenShell>;
  /** Kills a process group on the host over another channel; false where nothing could be reached. */
  kill(processGroup: number): Promise<boolean>;
  /** Called before a stuck shell is replaced because even its killing failed: contact is lost. */
  onUnreachable(): void;
  /** Called with bytes that came outside any reply (a child left in the background). */
  onStray?(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  /** Called before requests are written: what it asks for goes out in the same write. */
  beforeWrite?(): void;
  /** Called when nothing is left to be answered or written. */
  onIdle?(): void;
  readonly counters: { requests: number; writes: number };
}

/**
 * One `sh` on a host that answers requests in order. They are written without waiting for replies, all of
 * a tick in one write. A lost shell is reopened: reads go out again, a step that was under way is an error.
 */
export class PipelinedShell {
  readonly #options: PipelinedShellOptions;
  readonly #waiting: Entry[] = [];
  readonly #inFlight: InFlight;
  #shell: OpenShell | undefined;
  #isOpening = false;
  #isFlushPlanned = false;
  #isBlocked = false;
  #isClosed = false;
  #lastId = 0;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: PipelinedShellOptions) {
    this.#options = options;
    this.#inFlight = new InFlight((stream, chunk) => options.onStray?.(stream, chunk));
  }

  /** Whether a request is waiting or under way. */
  get isBusy(): boolean {
    return this.#waiting.length + this.#inFlight.count > 0;
  }

  /** Whether no request was written yet. */
  get isUnused(): boolean {
    return this.#lastId === 0;
  }

  /** Queues a request; it is written with all others of this tick. */
  request(request: ShellRequest): Promise<ExecResult> {
    if (this.#isClosed) {
      return Promise.reject(closedError(this.#options.hostName));
    }
    const entry = newEntry(request);
    this.#options.counters.requests++;
    this.#waiting.push(entry);
    this.#planFlush();
    return entry.reply.promise;
  }

  /** Opens the shell before there is a request for it. */
  warmUp(): void {
    if (this.#shell === undefined && !this.#isClosed) this.#open();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#deadline);
    const error = closedError(this.#options.hostName);
    for (const entry of [...this.#inFlight.takeAll(), ...this.#waiting.splice(0)]) entry.reply.reject(error);
    this.#shell?.channel.close();
    this.#shell = undefined;
  }

  #planFlush(): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#options.beforeWrite?.();
      this.#isFlushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#waiting.length === 0 || this.#isClosed) return;
    if (this.#shell === undefined) {
      this.#open();
      return;
    }
    const texts = this.#isBlocked ? [] : this.#takeTexts(this.#shell.token);
    if (texts.length === 0) return;
    this.#options.counters.writes++;
    this.#isBlocked = !this.#shell.channel.stdin.write(texts.join(''));
    this.#armDeadline();
  }

  /** Moves as many requests as may be under way at once, and gives their framed text. */
  #takeTexts(token: string): string[] {
    const texts: string[] = [];
    const inFlight = this.#inFlight;
    while (this.#waiting.length > 0 && inFlight.count < maxInFlight) {
      const entry = this.#waiting[0];
      if (entry === undefined) break;
      const { request } = entry;
      const id = this.#lastId + 1;
      const isFollowing = texts.length > 0;
      const options = { ...(request.chain ? { chain: request.chain } : {}), isFollowing };
      const text = frameRequest(token, id, withLocale(request), inputText(request.stdin), options);
      const bytes = Buffer.byteLength(text);
      if (inFlight.count > 0 && inFlight.bytes + bytes > maxInFlightBytes) break;
      this.#lastId = id;
      this.#waiting.shift();
      inFlight.add(entry, id, bytes, isFollowing);
      texts.push(text);
    }
    return texts;
  }

  #open(): void {
    if (this.#isOpening) return;
    this.#isOpening = true;
    this.#options.open().then(
      (shell) => this.#onOpen(shell),
      (error: unknown) => {
        this.#isOpening = false;
        for (const entry of this.#waiting.splice(0)) entry.reply.reject(error);
      },
    );
  }

  #onOpen(shell: OpenShell): void {
    this.#isOpening = false;
    if (this.#isClosed) {
      shell.channel.close();
      return;
    }
    this.#shell = shell;
    this.#isBlocked = false;
    this.#listen(shell, 'stdout');
    this.#listen(shell, 'stderr');
    shell.channel.stdin.on('drain', () => {
      if (this.#shell !== shell) return;
      this.#isBlocked = false;
      this.#flush();
    });
    void shell.channel.closed.then((end) => this.#onLost(shell, end));
    this.#flush();
  }

  #listen(shell: OpenShell, stream: 'stdout' | 'stderr'): void {
    shell.output[stream] = {
      onMark: (mark) => {
        if (this.#shell === shell) this.#onMark(stream, mark);
      },
      onData: (chunk) => {
        if (this.#shell === shell) this.#inFlight.data(stream, chunk);
      },
    };
  }

  #onMark(stream: 'stdout' | 'stderr', mark: Mark): void {
    const entry = this.#inFlight.mark(stream, mark);
    if (entry === undefined) return;
    this.#armDeadline();
    settleAnswered(entry, this.#options.hostName);
    if (this.#waiting.length > 0) this.#flush();
    else if (!this.isBusy) this.#options.onIdle?.();
  }

  /** The clock of a request runs from when it is the oldest under way. */
  #armDeadline(): void {
    const { oldest } = this.#inFlight;
    clearTimeout(this.#deadline);
    if (oldest === undefined) return;
    this.#deadline = setTimeout(() => this.#onDeadline(oldest), oldest.request.timeoutMs);
  }

  #onDeadline(stuck: Entry): void {
    const shell = this.#shell;
    if (shell === undefined || this.#inFlight.oldest !== stuck) return;
    const others = this.#abandon(shell).filter((entry) => entry !== stuck);
    void this.#killStuck(shell).then((isKilled) => {
      shell.channel.close();
      if (!isKilled) this.#options.onUnreachable();
      this.#settleStuck(stuck, isKilled);
      this.#again(others, this.#errorBehind(stuck, isKilled));
      this.#planFlush();
    });
  }

  /** Of a step that waited behind a request past its deadline: it was never begun, or nobody can tell. */
  #errorBehind({ request }: Entry, isKilled: boolean): Error {
    const { hostName } = this.#options;
    const after = `the request before it took longer than ${request.timeoutMs / 1000} s`;
    return isKilled
      ? new CommandError(`${hostName}: a step was not run: ${after}`)
      : new ConnectionError(`${hostName}: a step was under way when contact was lost: ${after}`);
  }

  async #killStuck(shell: OpenShell): Promise<boolean> {
    if (shell.processGroup === undefined) return true;
    return this.#options.kill(shell.processGroup).catch(() => false);
  }

  #settleStuck(stuck: Entry, isKilled: boolean): void {
    if (isKilled) {
      settleKilled(stuck);
      return;
    }
    const seconds = stuck.request.timeoutMs / 1000;
    stuck.reply.reject(
      new ConnectionError(
        `${this.#options.hostName}: no answer within ${seconds} s, and no second channel could be opened to end the command`,
        { hint: 'the host or the network hangs; whether the command ended is not known' },
      ),
    );
  }

  #onLost(shell: OpenShell, end: ChannelEnd): void {
    if (this.#shell !== shell) return;
    const entries = this.#abandon(shell);
    const why = end.lost ? 'contact was lost' : 'its shell was ended';
    this.#again(
      entries,
      new ConnectionError(`${this.#options.hostName}: ${why} while a step was under way`, {
        hint: 'whether the step was completed is not known: look at the host before running it again',
      }),
    );
    this.#planFlush();
  }

  /** Lets go of a shell; gives the requests that were under way in it. */
  #abandon(shell: OpenShell): Entry[] {
    if (this.#shell === shell) this.#shell = undefined;
    clearTimeout(this.#deadline);
    return this.#inFlight.takeAll();
  }

  /** Reads go back to the head of the queue, steps are told the error. */
  #again(entries: readonly Entry[], error: Error): void {
    const reads = entries.filter((entry) => entry.request.kind === 'read' && entry.attempts < maxAttempts);
    const lost = new ConnectionError(
      `${this.#options.hostName}: contact was lost ${maxAttempts} times over one read`,
    );
    for (const entry of entries) {
      if (!reads.includes(entry)) entry.reply.reject(entry.request.kind === 'step' ? error : lost);
    }
    this.#waiting.unshift(...reads);
  }
}
