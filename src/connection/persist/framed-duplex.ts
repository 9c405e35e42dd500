import { Duplex } from 'node:stream';
import { maxDataBytes } from './frames.ts';

/** Bytes that may be on their way in one direction of one stream before the reader has taken them. */
export const windowBytes = 1024 * 1024;
/** So many bytes taken are worth a frame that says so. */
const creditStep = windowBytes / 4;

/** What a stream of a channel sends to the other side. */
export interface StreamLink {
  data(chunk: Buffer): void;
  end(): void;
  credit(bytes: number): void;
  /** Nobody uses the stream any more. */
  destroyed(): void;
}

/** How much a sender may still send. */
export class Credit {
  #left = windowBytes;
  #onMore: (() => void) | undefined;

  get isLeft(): boolean {
    return this.#left > 0;
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }

  grant(bytes: number): void {
    this.#left += bytes;
    if (!this.isLeft) return;
    const onMore = this.#onMore;
    this.#onMore = undefined;
    onMore?.();
  }

  /** Calls the action when there is some again. */
  whenMore(action: () => void): void {
    this.#onMore = action;
  }
}

/** Tells the sender what was taken, not for every few bytes. */
export class Taken {
  readonly #credit: (bytes: number) => void;
  #bytes = 0;

  constructor(credit: (bytes: number) => void) {
    this.#credit = credit;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < creditStep) return;
    this.#credit(this.#bytes);
    this.#bytes = 0;
  }
}

/** The pieces in which data is sent. */
export function piecesOf(chunk: Buffer): Buffer[] {
  if (chunk.length <= maxDataBytes) return [chunk];
  const count = Math.ceil(chunk.length / maxDataBytes);
  return Array.from({ length: count }, (_, index) =>
    chunk.subarray(index * maxDataBytes, (index + 1) * maxDataBytes),
  );
}

/** A stream of a channel as the run sees it; whoever is slow slows the other side down. */
export class FramedDuplex extends Duplex {
  readonly #link: StreamLink;
  readonly #credit = new Credit();
  readonly #taken: Taken;
  /** Bytes that were pushed while the reader had enough. */
  #held = 0;
  #hasEnded = false;

  #isDeaf = false;

  constructor(link: StreamLink) {
    super();
    this.#link = link;
    this.#taken = new Taken((bytes) => link.credit(bytes));
  }

  /** Bytes from the other side. */
  incoming(chunk: Buffer): void {
    if (this.destroyed || this.#hasEnded) return;
    if (this.push(chunk)) this.#taken.add(chunk.length);
    else this.#held += chunk.length;
  }

  incomingEnd(): void {
    if (this.destroyed || this.#hasEnded) return;
    this.#hasEnded = true;
    this.push(null);
  }

  granted(bytes: number): void {
    this.#credit.grant(bytes);
  }

  /** Settles when the reader, if there is one, has got all that was sent, if its end has come. */
  get allRead(): Promise<void> {
    const hasReader = this.readableFlowing !== null || this.listenerCount('readable') > 0;
    if (!hasReader || !this.#hasEnded || this.readableEnded || this.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.once('end', resolve).once('close', resolve);
    });
  }

  /** Nobody is there any more to read what is written. */
  stopWriting(): void {
    this.#isDeaf = true;
    this.#credit.grant(Number.MAX_SAFE_INTEGER);
  }

  override _read(): void {
    const held = this.#held;
    this.#held = 0;
    if (held > 0) this.#taken.add(held);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#sendAll(piecesOf(chunk), done);
  }

  override _final(done: () => void): void {
    if (!this.#isDeaf) this.#link.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#link.destroyed();
    done(error);
  }

  #sendAll(pieces: Buffer[], done: () => void): void {
    while (this.#credit.isLeft) {
      const piece = pieces.shift();
      if (piece === undefined) break;
      this.#credit.take(piece.length);
      if (!this.#isDeaf) this.#link.data(piece);
    }
    // Also behind the last piece: whoever writes shall feel that nobody reads.
    if (pieces.length === 0 && this.#credit.isLeft) done();
    else this.#credit.whenMore(() => this.#sendAll(pieces, done));
  }
}

/** A number of bytes on its way in a frame. */
export function number32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}
