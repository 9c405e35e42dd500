// How the services call each other, the registry and other Harbors. Tests answer in-process instead.

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Do not check the server's certificate. */
  readonly insecure?: boolean;
  /** Milliseconds until it is given up. */
  readonly timeout?: number;
}

export interface FetchReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends a request. Throws a NetworkError where no answer came. */
export type Fetcher = (request: FetchRequest) => Promise<FetchReply>;

/** No answer came: the one kind of failure that Harbor's jobs try again. */
export class NetworkError extends Error {}

/** A Fetcher over real HTTP and HTTPS. */
export const fetchOverNetwork: Fetcher = (wanted) =>
  new Promise((resolve, reject) => {
    const url = new URL(wanted.url);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(
      url,
      {
        method: wanted.method,
        headers: {
          ...wanted.headers,
          ...(wanted.body === undefined ? {} : { 'content-length': lengthOf(wanted.body) }),
        },
        timeout: wanted.timeout ?? 30_000,
        ...(url.protocol === 'https:' ? { rejectUnauthorized: wanted.insecure !== true } : {}),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', (error) => reject(networkError(wanted, error)));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(incoming.headers).map(([name, value]) => [name, String(value ?? '')]),
            ),
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error('Client.Timeout exceeded while awaiting headers')),
    );
    outgoing.on('error', (error) => reject(networkError(wanted, error)));
    outgoing.end(wanted.body);
  });

function lengthOf(body: string | Buffer): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

function networkError(
  wanted: FetchRequest,
  error: Error & { code?: string; address?: string; port?: number },
): NetworkError {
  const { code, address, port } = error;
  const reason =
    code === 'ECONNREFUSED'
      ? `dial tcp ${address}:${port}: connect: connection refused`
      : code === 'ENOTFOUND'
        ? `dial tcp: lookup ${new URL(wanted.url).hostname}: no such host`
        : error.message;
  const verb = wanted.method[0] + wanted.method.slice(1).toLowerCase();
  return new NetworkError(`${verb} "${wanted.url}": ${reason}`);
}
