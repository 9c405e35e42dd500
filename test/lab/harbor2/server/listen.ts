// A handler behind a real HTTP or HTTPS server, which can be stopped like a machine that goes down.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type Exchange, makeRequest, type WebReply, type WebRequest } from './http.ts';

export interface Tls {
  readonly cert: string;
  readonly key: string;
}

export interface Listener {
  readonly port: number;
  /** Closes the port and cuts every connection. */
  stop(): Promise<void>;
}

interface ListenOptions {
  readonly address: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly tls?: Tls | undefined;
  readonly onExchange: (exchange: Exchange) => void;
}

export async function listen(
  answer: (request: WebRequest) => Promise<WebReply>,
  { address, port, tls, onExchange }: ListenOptions,
): Promise<Listener> {
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    respond(answer, onExchange, incoming, outgoing).catch((error: unknown) => {
      // Most often the client is gone.
      if (!outgoing.destroyed) console.error(error);
      outgoing.destroy();
    });
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.requestTimeout = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function respond(
  answer: (request: WebRequest) => Promise<WebReply>,
  onExchange: (exchange: Exchange) => void,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const request = makeRequest({
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
    ),
    body: Buffer.concat(chunks),
  });
  const reply = await answer(request);
  // Before the answer goes out: a test that has it finds the exchange noted.
  onExchange({ request, reply });
  outgoing.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) outgoing.setHeader(name, value);
  if (reply.headers['content-length'] === undefined && reply.status !== 204)
    outgoing.setHeader('content-length', reply.body.length);
  outgoing.end(request.method === 'HEAD' ? undefined : reply.body);
}
