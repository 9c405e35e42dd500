// Another Harbor, asked over its API and its registry with the credentials stored here: src/pkg/reg/adapter/harbor.

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Registry } from '../state.ts';

export interface PeerReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer that is an error. */
export class PeerError extends Error {
  readonly status: number;

  constructor(method: string, url: string, reply: PeerReply) {
    super(`${method} ${url}: http status code: ${reply.status}, body: ${reply.body.toString().trim()}`);
    this.status = reply.status;
  }
}

type Access = Pick<Registry, 'url' | 'insecure' | 'caCertificate' | 'accessKey' | 'accessSecret'>;

/**
 * Whether the peer answers and takes the login.
 *
 * @throws Error where it cannot be reached or is not trusted: Harbor tells these apart from a refused login
 */
export async function isHealthy(access: Access): Promise<boolean> {
  const peer = new Peer(access);
  await peer.check();
  return peer.ping();
}

export class Peer {
  readonly #access: Access;
  readonly #tokens = new Map<string, string>();
  #version = '';

  constructor(access: Access) {
    this.#access = access;
  }

  get url(): string {
    return this.#access.url;
  }

  /** Makes sure that there is a Harbor 2; what has no version is a Harbor 1, which is not replicated with. */
  async check(): Promise<void> {
    const reply = await this.#send('GET', '/api/version', this.#basic());
    if (reply.status === 404) return;
    this.#version = JSON.parse(checked('GET', this.url, reply).body.toString()).version;
  }

  /** Whether the login is good; without one, whether there is a registry. */
  async ping(): Promise<boolean> {
    const reply = await this.registry('GET', '/v2/').catch((error: unknown) => {
      if (error instanceof PeerError) return undefined;
      throw error;
    });
    if (reply === undefined) return false;
    const refused = reply.status === 401 || reply.status === 403;
    return reply.status < 300 || (refused && this.#access.accessKey === '');
  }

  /** A call of the API. */
  async api(method: string, path: string, body?: unknown): Promise<PeerReply> {
    const headers = {
      ...this.#basic(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const target = `/api${this.#version === '' ? '' : `/${this.#version}`}${path}`;
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return checked(method, this.url + target, await this.#send(method, target, headers, bytes));
  }

  /** All items of a list, page by page. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let page = 1; ; page++) {
      const joined = `${path}${path.includes('?') ? '&' : '?'}page=${page}&page_size=100`;
      const found: T[] = JSON.parse((await this.api('GET', joined)).body.toString());
      items.push(...found);
      if (found.length < 100) return items;
    }
  }

  /** A request to the registry, with a token where it asks for one. The answer may be an error. */
  async registry(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Buffer,
  ): Promise<PeerReply> {
    // One token for all that is done to a repository: Harbor grants all that the login may do there.
    const place = path.replace(/\/(?:manifests|blobs|tags)\/.*$/, '');
    const known = this.#tokens.get(place);
    const login: Record<string, string> = known === undefined ? {} : { authorization: `Bearer ${known}` };
    const first = await this.#send(method, path, { ...headers, ...login }, body);
    if (first.status !== 401) return first;
    const bare = known === undefined ? first : await this.#send(method, path, headers);
    const challenge = bare.headers['www-authenticate'];
    if (challenge === undefined) return bare;
    const token = await this.#token(challenge);
    this.#tokens.set(place, token);
    return this.#send(method, path, { ...headers, authorization: `Bearer ${token}` }, body);
  }

  async #token(challenge: string): Promise<string> {
    const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const url = new URL(part('realm'));
    url.searchParams.set('service', part('service'));
    if (part('scope') !== '') url.searchParams.set('scope', part('scope'));
    const reply = checked('GET', url.href, await this.#sendTo('GET', url, this.#basic()));
    return String(JSON.parse(reply.body.toString()).token);
  }

  #basic(): Record<string, string> {
    const { accessKey, accessSecret } = this.#access;
    if (accessKey === '') return {};
    return { authorization: `Basic ${Buffer.from(`${accessKey}:${accessSecret}`).toString('base64')}` };
  }

  #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: Buffer,
  ): Promise<PeerReply> {
    return this.#sendTo(method, new URL(this.url + path), headers, body);
  }

  #sendTo(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    body?: Buffer,
  ): Promise<PeerReply> {
    const { insecure, caCertificate } = this.#access;
    const tls = { rejectUnauthorized: !insecure, ...(caCertificate === '' ? {} : { ca: caCertificate }) };
    return send(method, url, { 'user-agent': 'harbor-registry-client', ...headers }, tls, body);
  }
}

/** The answer, unless it is an error. */
export function checked(method: string, url: string, reply: PeerReply): PeerReply {
  if (reply.status >= 300) throw new PeerError(method, url, reply);
  return reply;
}

function send(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  tls: Readonly<Record<string, unknown>>,
  body?: Buffer,
): Promise<PeerReply> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const options = {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': body.length }) },
      timeout: 30_000,
      // No connection is kept: one to a peer that went down would answer with a reset instead of a refusal.
      agent: false,
      ...(secure ? tls : {}),
    } as const;
    const outgoing = (secure ? httpsRequest : httpRequest)(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', (error) => reject(networkError(method, url, error)));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
          ),
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('i/o timeout')));
    outgoing.on('error', (error) => reject(networkError(method, url, error)));
    outgoing.end(body);
  });
}

// In the words of Go's client, which go into an execution's status text.
function networkError(method: string, url: URL, error: Error & { readonly code?: string }): Error {
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const reasons: Record<string, string> = {
    ECONNREFUSED: `dial tcp ${url.host}: connect: connection refused`,
    EHOSTUNREACH: `dial tcp ${url.host}: connect: no route to host`,
    ENOTFOUND: `dial tcp: lookup ${url.hostname}: no such host`,
    ECONNRESET: 'EOF',
    DEPTH_ZERO_SELF_SIGNED_CERT:
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    SELF_SIGNED_CERT_IN_CHAIN:
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
  };
  return new Error(`${verb} "${url.href}": ${reasons[error.code ?? ''] ?? error.message}`);
}
