// Hosts whose Harbor is a table, a recording, or a stand-in in this process.

import { readFileSync } from 'node:fs';
import type { HarborLogin } from '../../../../modules/lib/harbor/login.ts';
import type { HostAccess, HttpRequest, HttpResponse } from '../../../../src/module/index.ts';
import { call, type Node } from '../../../harbor-stand-in/support/world.ts';
import { fakeHost } from '../../../support/fake-host.ts';

export const login: HarborLogin = {
  url: 'http://a.example.com',
  username: 'admin',
  password: 'Harbor12345',
  validate_certs: true,
  via: 'host',
  api: 'auto',
  timeout: 30,
};

/** An answer: JSON where it is no text; the status is 200 unless given; an error is thrown. */
export type Answer =
  | Error
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly setCookie?: readonly string[];
      readonly body?: unknown;
    };

export interface Asked {
  readonly host: HostAccess;
  /** Every request so far: `GET /api/targets`. */
  readonly asked: readonly string[];
  readonly requests: readonly HttpRequest[];
}

/**
 * @param answers by method and path with query; of several each is given once, the last again and again.
 *   What is not in it is 404.
 */
export function scripted(answers: Readonly<Record<string, Answer | readonly Answer[]>>): Asked {
  const left = new Map(Object.entries(answers).map(([key, given]) => [key, [given].flat()]));
  return asking((request) => {
    const queue = left.get(keyOf(request)) ?? [{ status: 404, body: '<title>404 - Page Not Found</title>' }];
    const answer = (queue.length > 1 ? queue.shift() : queue[0]) ?? {};
    if (answer instanceof Error) throw answer;
    return toResponse(request, answer);
  });
}

interface Recorded {
  readonly seq: number;
  readonly note: string;
  readonly request: { readonly method: string; readonly path: string; readonly body: string | null };
  readonly response: {
    readonly status: number;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: string;
  };
}

/** What was exchanged with a real Harbor 1.5.4 about one topic. */
export function recordings(topic: string): readonly Recorded[] {
  const file = new URL(`../../../fixtures/harbor/${topic}.jsonl`, import.meta.url);
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
}

/** The answer of the recorded exchange with this number. */
export function recordedAnswer(topic: string, seq: number): Answer {
  const found = recordings(topic).find((recording) => recording.seq === seq);
  if (found === undefined) throw new Error(`no exchange ${seq} in ${topic}`);
  const { status, headers, body = '' } = found.response;
  return {
    status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body,
  };
}

/** A host whose Harbor is the stand-in of 1.5. */
export function standIn(node: Node): Asked {
  return asking(async (request) => {
    const { basicAuth, headers = {} } = request;
    const url = new URL(request.url);
    const { reply, body } = await call(
      node,
      80,
      request.method,
      url.pathname + url.search,
      { ...headers, ...(basicAuth === undefined ? {} : { authorization: authorization(basicAuth) }) },
      typeof request.body === 'string' ? request.body : '',
    );
    const setCookie = reply.headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value);
    const plain = reply.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
    return toResponse(request, {
      status: reply.status,
      headers: Object.fromEntries(plain),
      setCookie,
      body: body.toString('utf8'),
    });
  });
}

/** The body of a request made by the client. */
export function bodyOf(request: HttpRequest | undefined): unknown {
  return typeof request?.body === 'string' ? JSON.parse(request.body) : undefined;
}

function asking(answer: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>): Asked {
  const requests: HttpRequest[] = [];
  const asked: string[] = [];
  return {
    requests,
    asked,
    host: {
      ...fakeHost({ name: 'node1' }),
      request: async (request) => {
        requests.push(request);
        asked.push(keyOf(request));
        return answer(request);
      },
    },
  };
}

function keyOf({ method, url }: HttpRequest): string {
  const { pathname, search } = new URL(url);
  return `${method} ${pathname}${search}`;
}

function authorization({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function toResponse(request: HttpRequest, answer: Exclude<Answer, Error>): HttpResponse {
  const { status = 200, headers = {}, setCookie = [], body = '' } = answer;
  return {
    status,
    statusText: { 200: 'OK', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden' }[status] ?? '',
    headers,
    setCookie,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    url: request.url,
    durationMs: 1,
  };
}
