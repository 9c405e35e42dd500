import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttp } from 'node:http';
import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, rootCertificates } from 'node:tls';
import { CommandError, ConnectionError, TimedOutError } from '../model/errors.ts';
import type { Connection } from './connection.ts';
import { deferred } from './deferred.ts';
import type { HttpRequest, HttpResponse } from './http-request.ts';

const defaultTimeoutMs = 30_000;
const maxRedirects = 10;
const maxBodyBytes = 64 * 1024 * 1024;

/**
 * One HTTP exchange, redirects followed as asked (default `safe`: GET and HEAD only).
 *
 * With `via: 'host'` the TCP connection is made by the host, names are resolved there, and TLS is spoken end
 * to end from here: the control node needs no route to the service and the host no curl.
 *
 * @throws CommandError where there is no answer (refused, TLS, time-out, forwarding forbidden);
 *   ConnectionError where contact with the host is lost
 */
export async function httpRequest(
  connection: Connection | undefined,
  request: HttpRequest,
): Promise<HttpResponse> {
  const started = performance.now();
  const deadline = started + (request.timeoutMs ?? defaultTimeoutMs);
  let current = request;
  for (let redirects = 0; ; redirects++) {
    const response = await exchange(connection, current, deadline);
    const durationMs = Math.round(performance.now() - started);
    const next = redirectOf(current, response);
    if (next === undefined) return { ...response, durationMs };
    if (redirects === maxRedirects) {
      throw new CommandError(`${request.method} ${request.url}: more than ${maxRedirects} redirects`);
    }
    current = next;
  }
}

async function exchange(
  connection: Connection | undefined,
  request: HttpRequest,
  deadline: number,
): Promise<HttpResponse> {
  const url = parseUrl(request.url);
  const reply = deferred<HttpResponse>();
  const sockets = new Sockets();
  const seconds = (request.timeoutMs ?? defaultTimeoutMs) / 1000;
  const timer = setTimeout(
    () => reply.reject(new TimedOutError(`${describe(request)}: no answer within ${seconds} s`, seconds)),
    Math.max(0, deadline - performance.now()),
  );
  reply.promise.catch(() => undefined);
  try {
    const socket = await Promise.race([
      openSocket(connection, request, url, sockets),
      neverBefore(reply.promise),
    ]);
    send(socket, request, url).then(reply.resolve, reply.reject);
    return await reply.promise;
  } catch (error) {
    throw explain(error, request);
  } finally {
    clearTimeout(timer);
    sockets.close();
  }
}

/** What one exchange opened; a socket that comes after the end is closed at once. */
class Sockets {
  readonly #open: Duplex[] = [];
  #isOver = false;

  add(socket: Duplex): void {
    if (this.#isOver) socket.destroy();
    else this.#open.push(socket);
  }

  close(): void {
    this.#isOver = true;
    for (const socket of this.#open) socket.destroy();
  }
}

/** Rejects with the promise (the deadline), never resolves. */
function neverBefore(promise: Promise<unknown>): Promise<never> {
  return promise.then(() => new Promise<never>(() => undefined));
}

function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new CommandError(`"${text}" is not a URL`);
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new CommandError(`"${text}" is neither http nor https`);
}

async function openSocket(
  connection: Connection | undefined,
  request: HttpRequest,
  url: URL,
  sockets: Sockets,
): Promise<Duplex> {
  const address = request.connectTo?.address ?? url.hostname.replaceAll(/[[\]]/g, '');
  const port = request.connectTo?.port ?? portOf(url);
  const plain =
    request.via === 'host' && connection !== undefined
      ? await connection.openTcp(address, port)
      : await openDirect(address, port);
  sockets.add(plain);
  plain.on('error', () => undefined);
  if (url.protocol === 'http:') return plain;
  const secure = await startTls(plain, request, url);
  sockets.add(secure);
  return secure;
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function openDirect(address: string, port: number): Promise<Duplex> {
  const opened = deferred<Duplex>();
  const socket = connectTcp({ host: address, port, noDelay: true });
  socket.once('connect', () => opened.resolve(socket));
  socket.once('error', opened.reject);
  return opened.promise;
}

function startTls(plain: Duplex, request: HttpRequest, url: URL): Promise<Duplex> {
  const opened = deferred<Duplex>();
  const name = url.hostname.replaceAll(/[[\]]/g, '');
  const secure = connectTls({
    socket: plain,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    // Without a server name the certificate is still checked against the address.
    host: name,
    ...(request.ca === undefined ? {} : { ca: [...rootCertificates, request.ca] }),
    rejectUnauthorized: request.validateCerts !== false,
  });
  secure.once('secureConnect', () => opened.resolve(secure));
  secure.once('error', opened.reject);
  plain.once('close', () => opened.reject(new Error('the connection was closed during the TLS handshake')));
  return opened.promise;
}

function send(socket: Duplex, request: HttpRequest, url: URL): Promise<HttpResponse> {
  const reply = deferred<HttpResponse>();
  const options: RequestOptions = {
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: headersOf(request, url),
    // With this and no agent, Node uses just this socket, and pools nothing.
    createConnection: () => socket,
  };
  const exchange = requestHttp(options, (response) =>
    collect(response, request).then(reply.resolve, reply.reject),
  );
  exchange.once('error', reply.reject);
  exchange.end(request.body);
  return reply.promise;
}

function headersOf(request: HttpRequest, url: URL): Record<string, string> {
  const headers: Record<string, string> = { host: url.host, 'user-agent': 'mooring', connection: 'close' };
  if (request.body !== undefined) headers['content-length'] = String(Buffer.byteLength(request.body));
  if (request.basicAuth !== undefined) {
    const { user, password } = request.basicAuth;
    headers['authorization'] = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return headers;
}

async function collect(response: IncomingMessage, request: HttpRequest): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new CommandError('the answer is larger than 64 MiB');
    chunks.push(chunk);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (name !== 'set-cookie' && value !== undefined) headers[name] = [value].flat().join(', ');
  }
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers,
    setCookie: response.headers['set-cookie'] ?? [],
    body: Buffer.concat(chunks),
    url: request.url,
    durationMs: 0,
  };
}

/** The request a redirect asks for, or undefined where the answer is final (RFC 9110, 15.4). */
function redirectOf(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  const mode = request.followRedirects ?? 'safe';
  const location = response.headers['location'];
  if (location === undefined || ![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const isSafe = request.method === 'GET' || request.method === 'HEAD';
  if (mode === 'none' || (mode === 'safe' && !isSafe)) return undefined;
  const from = new URL(request.url);
  const to = new URL(location, from);
  const keepsMethod = isSafe || response.status === 307 || response.status === 308;
  const { body, basicAuth, headers, connectTo, method, ...rest } = request;
  const isSameOrigin = to.origin === from.origin;
  return {
    ...rest,
    url: to.href,
    method: keepsMethod ? method : 'GET',
    ...(keepsMethod && body !== undefined ? { body } : {}),
    // Secrets and detours are meant for the first address only.
    ...(isSameOrigin && basicAuth !== undefined ? { basicAuth } : {}),
    ...(isSameOrigin && connectTo !== undefined ? { connectTo } : {}),
    headers: isSameOrigin ? (headers ?? {}) : withoutSecrets(headers ?? {}),
  };
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  const secret = ['authorization', 'cookie', 'proxy-authorization'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.includes(name.toLowerCase())));
}

function describe(request: HttpRequest): string {
  return `${request.method} ${request.url}${request.via === 'host' ? ' (through the host)' : ''}`;
}

function explain(error: unknown, request: HttpRequest): Error {
  if (error instanceof ConnectionError) return error;
  if (error instanceof CommandError) {
    if (error.message.startsWith(request.method)) return error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return new CommandError(`${describe(request)}: ${error.message}`, { ...hint, cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  const isAboutCertificate = /certificate|self.signed|altname|unable to verify/i.test(message);
  const hint = isAboutCertificate
    ? { hint: 'give the CA of the server, or validate_certs: false where that is acceptable' }
    : {};
  return new CommandError(`${describe(request)}: ${message}`, { ...hint, cause: error });
}
