// Stand-ins for a test file: started on demand, stopped after each test, every exchange held against the description.

import { afterEach, expect } from 'vitest';
import { Conformance } from '../../lab/harbor2/conformance.ts';
import { type Harbor2, type Harbor2Options, startHarbor2 } from '../../lab/harbor2/harbor2.ts';

export const PASSWORD = 'Harbor12345';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, the text where it is none. */
  readonly body: unknown;
  /** Of an error. */
  readonly message: string;
}

export interface CallOptions {
  readonly user?: string;
  readonly password?: string;
  readonly anonymous?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Lab {
  start(options?: Harbor2Options): Promise<Harbor2>;
  readonly conformance: Conformance;
}

/** To be called once in a test file. */
export function lab(): Lab {
  const conformance = new Conformance();
  const running: Harbor2[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((harbor) => harbor.stop()));
    expect(conformance.faults.splice(0)).toEqual([]);
  });
  return {
    conformance,
    async start(options = {}) {
      const settings = { lockMs: 20, retryPausesMs: [10, 10], ...options.settings };
      const harbor = await startHarbor2({ onExchange: conformance.onExchange, ...options, settings });
      running.push(harbor);
      return harbor;
    },
  };
}

/** A call of the API, as admin unless told otherwise. */
export async function call(
  harbor: Harbor2,
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const { user = 'admin', password = PASSWORD, anonymous = false, headers = {} } = options;
  const login = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const response = await fetch(`${harbor.url}/api/v2.0${path}`, {
    method,
    headers: {
      ...(anonymous ? {} : { authorization: login }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body: parsed, message: messageOf(parsed) };
}

/** Makes something, and gives its number. Fails the test where it cannot be made. */
export async function make(harbor: Harbor2, path: string, body: unknown): Promise<number> {
  const { status, headers, message } = await call(harbor, 'POST', path, body);
  expect(`${status} ${message}`).toBe('201 ');
  return Number(headers.get('location')?.split('/').at(-1));
}

/** A registry's body. */
export function registryAt(
  peer: Pick<Harbor2, 'url'>,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
) {
  const credential = { type: 'basic', access_key: 'admin', access_secret: PASSWORD };
  return { name, url: peer.url, type: 'harbor', insecure: false, credential, ...more };
}

/** A policy's body: pushes `example/**` to a registry on every event. */
export function policyTo(registryId: number, more: Readonly<Record<string, unknown>> = {}) {
  return {
    name: 'out',
    dest_registry: { id: registryId },
    trigger: { type: 'event_based' },
    filters: [{ type: 'name', value: 'example/**' }],
    deletion: true,
    replicate_deletion: true,
    override: true,
    enabled: true,
    ...more,
  };
}

function messageOf(body: unknown): string {
  const errors: unknown =
    typeof body === 'object' && body !== null && 'errors' in body ? body.errors : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== 'object' || first === null || !('code' in first) || !('message' in first)) return '';
  return `${first.code}: ${first.message}`;
}
