import type { Duplex } from 'node:stream';
import { encodeFrame, type Frame, FrameDecoder, type FrameType, frameTypes } from './frames.ts';

/** Sends frames of one tick in one write, and takes incoming ones apart. */
export class FrameSocket {
  readonly #socket: Duplex;
  #isCorked = false;

  /** @param onClose called once, when the other side is gone or close() has ended it */
  constructor(socket: Duplex, onFrame: (frame: Frame) => void, onClose: () => void) {
    this.#socket = socket;
    const decoder = new FrameDecoder(onFrame);
    socket.on('data', (chunk: Buffer) => {
      try {
        decoder.push(chunk);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
    socket.on('error', () => undefined);
    socket.once('close', onClose);
    if (socket.destroyed) process.nextTick(onClose);
  }

  send(type: FrameType, channel: number, payload: Uint8Array): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    for (const part of encodeFrame(type, channel, payload)) this.#socket.write(part);
  }

  /** @param channel 0 = the connection as a whole */
  sendControl(message: object, channel = 0): void {
    this.send(frameTypes.control, channel, Buffer.from(JSON.stringify(message)));
  }

  /** What was sent still arrives. Settles when it is written, or the other side is gone. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) resolve();
      this.#socket.once('close', () => resolve());
      this.#socket.end(() => resolve());
    });
  }

  /** As end(), and waits until the other side has read it all and ended too, but not for long. */
  async endTogether(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#socket.destroy(), patienceMs);
    const closed = new Promise<void>((resolve) => {
      if (this.#socket.destroyed) resolve();
      this.#socket.once('close', () => resolve());
    });
    await this.end();
    await closed;
    clearTimeout(timer);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
