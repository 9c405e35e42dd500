import type { Socket } from 'node:net';

type Callback = (error?: Error | null) => void;

/**
 * Has all that is written to a TCP connection in one turn of the event loop leave as one packet: each packet is a
 * system call here, and wakes the server there.
 *
 * @param socket one that connects already: `connect` gives it Node's own `write` back (lib/net.js)
 */
export function packWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | Callback,
    done?: Callback,
  ) => boolean;
  let isPacking = false;
  socket.write = (chunk: Uint8Array | string, encoding?: BufferEncoding | Callback, done?: Callback) => {
    if (!isPacking) {
      isPacking = true;
      socket.cork();
      process.nextTick(() => {
        isPacking = false;
        socket.uncork();
      });
    }
    return write(chunk, encoding, done);
  };
}
