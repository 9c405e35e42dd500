import { Socket } from 'node:net';

type Callback = (error?: Error | null) => void;

/**
 * A TCP connection on which all that is written before the program waits again leaves as one packet: each packet is a
 * system call here, and wakes the server there.
 */
export class PackedSocket extends Socket {
  #isPacking = false;

  override write(chunk: Uint8Array | string, encoding?: BufferEncoding | Callback, done?: Callback): boolean {
    if (!this.#isPacking) {
      this.#isPacking = true;
      this.cork();
      process.nextTick(() => {
        this.#isPacking = false;
        this.uncork();
      });
    }
    if (typeof encoding === 'function') return super.write(chunk, encoding);
    return super.write(chunk, encoding, done);
  }
}
