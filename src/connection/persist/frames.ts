/**
 * Frames between a run and the broker that keeps connections: 4 bytes length of the payload, 1 byte type,
 * 4 bytes channel, payload. All numbers are big-endian.
 */
export interface Frame {
  readonly type: FrameType;
  /** 0 = the connection as a whole. */
  readonly channel: number;
  readonly payload: Buffer;
}

/** `main` is stdin one way and stdout the other, or the bytes of a TCP connection; `errors` is stderr. */
export const frameTypes = {
  /** JSON, see messages.ts. */
  control: 0,
  mainData: 1,
  errorsData: 2,
  mainEnd: 3,
  errorsEnd: 4,
  /** The reader has taken so many bytes (32 bits): as many more may be sent. */
  mainCredit: 5,
  errorsCredit: 6,
} as const;

export type FrameType = (typeof frameTypes)[keyof typeof frameTypes];

const headerBytes = 9;
/** Data comes in pieces of this size at most. */
export const maxDataBytes = 64 * 1024;
const maxPayloadBytes = 16 * 1024 * 1024;

export function encodeFrame(type: FrameType, channel: number, payload: Uint8Array): Buffer[] {
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt32BE(payload.length, 0);
  header.writeUInt8(type, 4);
  header.writeUInt32BE(channel, 5);
  return payload.length === 0
    ? [header]
    : [header, Buffer.from(payload.buffer, payload.byteOffset, payload.length)];
}

/** Puts frames together again, however the stream was cut into chunks. */
export class FrameDecoder {
  readonly #onFrame: (frame: Frame) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #needed = headerBytes;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Throws where this is no stream of frames. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return;
    const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes);
    const rest = this.#takeFrames(all);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
  }

  #takeFrames(all: Buffer): Buffer {
    let at = 0;
    for (;;) {
      this.#needed = headerBytes;
      if (all.length - at < headerBytes) return all.subarray(at);
      const length = all.readUInt32BE(at);
      const type = frameType(all.readUInt8(at + 4));
      if (type === undefined || length > maxPayloadBytes) throw new Error('not a stream of frames');
      this.#needed = headerBytes + length;
      if (all.length - at < this.#needed) return all.subarray(at);
      const channel = all.readUInt32BE(at + 5);
      const payload = all.subarray(at + headerBytes, at + this.#needed);
      at += this.#needed;
      this.#onFrame({ type, channel, payload });
    }
  }
}

function frameType(number: number): FrameType | undefined {
  return Object.values(frameTypes).find((type) => type === number);
}
