import type { Duplex, Readable, Writable } from 'node:stream';
import type { ChannelEnd } from '../transport.ts';
import type { FrameSocket } from './frame-socket.ts';
import { Credit, number32, piecesOf, Taken } from './framed-duplex.ts';
import { type Frame, type FrameType, frameTypes } from './frames.ts';
import type { BrokerMessage } from './messages.ts';

/** What a channel to a host and a TCP connection from it have in common. */
export interface Streams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr?: Readable;
  readonly closed: Promise<ChannelEnd>;
  close(): void;
}

/** A TCP connection as the streams of a channel. */
export function streamsOf(socket: Duplex): Streams {
  const closed = new Promise<ChannelEnd>((resolve) => {
    socket.once('close', () => resolve({ lost: false }));
  });
  return { stdin: socket, stdout: socket, closed, close: () => socket.destroy() };
}

/** How long after the end of a process output may come while somebody else holds its pipes, milliseconds. */
const lastOutputMs = 100;

/** The broker's end of one channel: carries bytes between the host and a run. */
export class BrokerChannel {
  readonly #streams: Streams;
  readonly #socket: FrameSocket;
  readonly #id: number;
  readonly #credits: Readonly<Record<'main' | 'errors', Credit>> = {
    main: new Credit(),
    errors: new Credit(),
  };
  readonly #taken: Taken;
  readonly #ended: Promise<unknown>;
  #isDropping = false;

  constructor(streams: Streams, socket: FrameSocket, id: number) {
    this.#streams = streams;
    this.#socket = socket;
    this.#id = id;
    this.#taken = new Taken((bytes) => socket.send(frameTypes.mainCredit, id, number32(bytes)));
    const { stdin, stdout, stderr } = streams;
    stdin.on('error', () => undefined);
    const { mainData, mainEnd, errorsData, errorsEnd } = frameTypes;
    const ends: Promise<unknown>[] = [
      streams.closed,
      this.#pump(stdout, mainData, mainEnd, this.#credits.main),
    ];
    if (stderr) ends.push(this.#pump(stderr, errorsData, errorsEnd, this.#credits.errors));
    this.#ended = Promise.all(ends);
    void streams.closed.then(async (end) => {
      if (!end.lost) await this.#lastOutput();
      socket.sendControl({ kind: 'closed', end } satisfies BrokerMessage, id);
    });
  }

  get closed(): Promise<ChannelEnd> {
    return this.#streams.closed;
  }

  /** Settles when it is closed and all its output was sent on. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  onFrame({ type, payload }: Frame): void {
    const { stdin } = this.#streams;
    if (type === frameTypes.mainCredit) this.#credits.main.grant(payload.readUInt32BE(0));
    else if (type === frameTypes.errorsCredit) this.#credits.errors.grant(payload.readUInt32BE(0));
    else if (type === frameTypes.mainEnd) stdin.end();
    else if (type === frameTypes.mainData && stdin.writable) {
      stdin.write(payload, () => this.#taken.add(payload.length));
    }
  }

  /** Ends it; output that still comes is dropped. */
  close(): void {
    this.#isDropping = true;
    this.#streams.close();
    this.#streams.stdout.resume();
    this.#streams.stderr?.resume();
  }

  /** Whoever hears that a command has ended reads no further: what waits for a slow reader goes first. */
  async #lastOutput(): Promise<void> {
    let hasEnded = false;
    const ended = this.#ended.then(() => {
      hasEnded = true;
    });
    do await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, lastOutputMs))]);
    while (!hasEnded && !this.#isDropping && this.#isWaiting);
  }

  get #isWaiting(): boolean {
    return !this.#credits.main.isLeft || !this.#credits.errors.isLeft;
  }

  #pump(source: Readable, data: FrameType, end: FrameType, credit: Credit): Promise<void> {
    source.on('error', () => undefined);
    source.on('data', (chunk: Buffer) => {
      if (this.#isDropping) return;
      for (const piece of piecesOf(chunk)) this.#socket.send(data, this.#id, piece);
      credit.take(chunk.length);
      if (credit.isLeft) return;
      source.pause();
      credit.whenMore(() => source.resume());
    });
    return new Promise((resolve) => {
      source.on('end', () => {
        this.#socket.send(end, this.#id, Buffer.alloc(0));
        resolve();
      });
    });
  }
}
