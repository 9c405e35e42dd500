// Puts a handler of plain request and reply values behind a real HTTP server.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { makeRequest, panicPage, type WebHandler, type WebReply } from './web.ts';

/** Listens on a port of all addresses (or of one) and answers with the handler. */
export async function serve(handler: WebHandler, port: number, address?: string): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch((error: unknown) => {
      console.error(error);
      outgoing.destroy();
    });
  });
  // nginx keeps connections open; a server that closes idle ones first makes it answer 502 now and then.
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  server.listen(port, address);
  await once(server, 'listening');
  return server;
}

async function answer(
  handler: WebHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = makeRequest({
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: flatten(incoming.headers),
    remote: incoming.socket.remoteAddress ?? '',
    text: () => readAll(incoming),
    stream: incoming,
  });
  const reply = await handler(request).catch((error: unknown) => {
    console.error(error);
    return panicPage();
  });
  await write(reply, request.method, outgoing);
}

async function write(reply: WebReply, method: string, outgoing: ServerResponse): Promise<void> {
  const headers = new Map<string, string[]>();
  for (const [name, value] of reply.headers) headers.set(name, [...(headers.get(name) ?? []), value]);
  for (const [name, values] of headers)
    outgoing.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
  outgoing.statusCode = reply.status;
  if (reply.body instanceof Readable) {
    await pipeline(reply.body, outgoing);
    return;
  }
  if (!headers.has('Content-Length')) outgoing.setHeader('Content-Length', Buffer.byteLength(reply.body));
  outgoing.end(method === 'HEAD' ? undefined : reply.body);
}

/** Compresses a reply for a client that takes gzip, as Harbor's `enablegzip` does for GET answers. */
export function compress(reply: WebReply, acceptEncoding: string | undefined): WebReply {
  if (!/\bgzip\b/.test(acceptEncoding ?? '') || typeof reply.body !== 'string' || reply.body.length < 20)
    return reply;
  return { ...reply, headers: [...reply.headers, ['Content-Encoding', 'gzip']], body: gzipSync(reply.body) };
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
