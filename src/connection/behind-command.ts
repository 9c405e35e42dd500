import { ConnectionError } from '../model/errors.ts';
import type { Connection, ExecResult, ShellRequest } from './connection.ts';
import { deferred } from './deferred.ts';
import { frameRequest, type Mark } from './frame.ts';
import { type Entry, InFlight, newEntry, settleAnswered, settleKilled } from './in-flight.ts';
import type { OpenShell } from './open-shell.ts';
import { inputText, withLocale } from './script-text.ts';
import { joinReads } from './step-barrier.ts';

/** Bytes that may wait in the channel for the end of the command. */
const maxWaitingBytes = 128 * 1024;
/** The command's own request on its channel. */
const commandId = 1;

/**
 * Reads that follow a command into its channel: the shell there answers them as soon as the command has
 * ended, so their answers come with its own.
 */
export class BehindCommand {
  /** The host as it is asked behind the command. */
  readonly connection: Connection;
  readonly #shell: OpenShell;
  readonly #real: Connection;
  readonly #inFlight = new InFlight();
  readonly #ended = deferred<void>();
  #queued: Entry[] = [];
  #lastId = commandId;
  #waitingBytes = 0;
  #isPlanned = false;
  #isBegun = false;
  #isOver = false;
  #onIdle: (() => void) | undefined;
  #deadline: NodeJS.Timeout | undefined;

  /** @param real answers what can no longer go behind the command */
  constructor(shell: OpenShell, real: Connection) {
    this.#shell = shell;
    this.#real = real;
    this.connection = this.#asConnection(real);
  }

  /** The command is being written: gives all that was asked so far, framed, to be written behind it. */
  begin(): string {
    this.#isBegun = true;
    return this.#takeTexts();
  }

  #takeTexts(): string {
    joinReads(this.connection);
    const texts = this.#queued.map((entry) => {
      const { request } = entry;
      const id = ++this.#lastId;
      const text = frameRequest(this.#shell.token, id, withLocale(request), inputText(request.stdin));
      this.#inFlight.add(entry, id, Buffer.byteLength(text));
      return text;
    });
    this.#queued = [];
    return texts.join('');
  }

  onMark(stream: 'stdout' | 'stderr', mark: Mark): void {
    const entry = this.#inFlight.mark(stream, mark);
    if (entry === undefined) return;
    settleAnswered(entry, this.#real.spec.name);
    this.#armDeadline();
  }

  onData(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this.#inFlight.data(stream, chunk);
  }

  /**
   * The command has ended: what is asked from now on goes the usual way.
   *
   * @param onIdle called when nothing is left to be answered here
   */
  commandEnded(onIdle: () => void): void {
    this.#isOver = true;
    this.#onIdle = onIdle;
    this.#ended.resolve();
    this.#armDeadline();
  }

  /** The channel is gone. @param isLost and with it the contact */
  channelEnded(isLost: boolean): void {
    this.#isOver = true;
    clearTimeout(this.#deadline);
    for (const entry of [...this.#inFlight.takeAll(), ...this.#queued.splice(0)]) {
      if (isLost) entry.reply.reject(new ConnectionError(`${this.#real.spec.name}: contact was lost`));
      else this.#real.shell(entry.request).then(entry.reply.resolve, entry.reply.reject);
    }
    this.#ended.resolve();
  }

  async #request(request: ShellRequest): Promise<ExecResult> {
    this.#waitingBytes += request.script.length + (request.stdin?.length ?? 0);
    if (!this.#isOver && this.#waitingBytes > maxWaitingBytes) await this.#ended.promise;
    if (this.#isOver) return this.#real.shell(request);
    const entry = newEntry(request);
    this.#queued.push(entry);
    this.#planWrite();
    return entry.reply.promise;
  }

  #planWrite(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      // Nothing may get ahead of the command.
      const text = this.#isBegun ? this.#takeTexts() : '';
      if (text !== '') this.#shell.channel.stdin.write(text);
    });
  }

  /** Only from the end of the command on: before, nobody knows how long it takes. */
  #armDeadline(): void {
    clearTimeout(this.#deadline);
    if (!this.#isOver) return;
    const { oldest } = this.#inFlight;
    if (oldest === undefined) {
      this.#onIdle?.();
      return;
    }
    this.#deadline = setTimeout(() => {
      for (const entry of this.#inFlight.takeAll()) settleKilled(entry);
      this.#onIdle?.();
    }, oldest.request.timeoutMs);
  }

  #asConnection(real: Connection): Connection {
    return {
      spec: real.spec,
      get counters() {
        return real.counters;
      },
      shell: (request) => (request.kind === 'read' ? this.#request(request) : real.shell(request)),
      exec: (request) => real.exec(request),
      execStream: (request) => real.execStream(request),
      openTcp: (address, port) => real.openTcp(address, port),
      close: () => real.close(),
    };
  }
}
