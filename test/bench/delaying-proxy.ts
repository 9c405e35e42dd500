/** Passes TCP connections on, every byte late: a distant host without a network of its own. */
import { connect, createServer, type Socket } from 'node:net';

export interface DelayingProxy {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * @param roundTripMs half of it for each direction; a new connection waits one more, as TCP's handshake does
 */
export async function startDelayingProxy(options: {
  readonly listen: { readonly host: string; readonly port: number };
  readonly target: { readonly host: string; readonly port: number };
  readonly roundTripMs: number;
}): Promise<DelayingProxy> {
  const { listen, target, roundTripMs } = options;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    }
    const handshakeUntil = performance.now() + roundTripMs;
    const late = () => Math.max(0, handshakeUntil - performance.now()) + roundTripMs / 2;
    passOn(client, upstream, late);
    passOn(upstream, client, late);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(listen.port, listen.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : listen.port;
  return {
    host: listen.host,
    port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** In order: a chunk never overtakes the one before it. */
function passOn(from: Socket, to: Socket, lateMs: () => number): void {
  let last: Promise<unknown> = Promise.resolve();
  const later = (action: () => void): void => {
    const due = new Promise((resolve) => setTimeout(resolve, lateMs()));
    last = Promise.all([last, due]).then(action);
  };
  from.on('data', (chunk) => later(() => to.writable && to.write(chunk)));
  from.once('end', () => later(() => to.end()));
  from.once('close', () => later(() => to.destroy()));
}
