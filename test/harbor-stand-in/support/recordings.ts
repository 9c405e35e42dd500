// The recorded exchanges with a real Harbor 1.5.4, and the form in which an answer is compared with one.

import { gunzipSync } from 'node:zlib';
import { fixture } from './world.ts';

export interface Recording {
  readonly seq: number;
  readonly topic: string;
  readonly note: string;
  readonly instance: 'A' | 'B' | 'C';
  readonly time: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly host: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
  readonly response: {
    readonly status: number;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: string;
    readonly body_base64?: string;
  };
}

const TOPICS = [
  'conventions',
  'ha-facts',
  'login-session',
  'policies',
  'projects',
  'push-docker-like',
  'registry-v2-and-token',
  'replication',
  'replication-delete',
  'replication-failures',
  'replication-filters-and-schedule',
  'replication-jobs',
  'replication-races',
  'repositories',
  'system',
  'targets',
  'users',
] as const;

/** All recorded exchanges, in the order in which they were made. */
export function allRecordings(): Recording[] {
  const all = TOPICS.flatMap((topic) =>
    fixture(`${topic}.jsonl`)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Recording),
  ).filter((recording) => recording.response !== undefined);
  return all.sort((a, b) => (a.time < b.time ? -1 : 1));
}

export function keyOf(recording: Recording): string {
  return `${recording.topic}#${recording.seq}`;
}

/** What of an answer is compared. */
export interface Comparable {
  readonly status: number;
  readonly type: string | undefined;
  readonly location: string | undefined;
  readonly total: string | undefined;
  readonly link: string | undefined;
  readonly encoding: string | undefined;
  readonly setsCookie: boolean;
  readonly body: unknown;
}

/** An answer without what changes from run to run: moments, tokens, hashes, numbers of jobs and log lines. */
export function comparable(
  status: number,
  headers: readonly (readonly [string, string])[],
  body: Buffer,
  anyOrder: boolean,
): Comparable {
  const header = (name: string): string | undefined =>
    headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  const encoding = header('Content-Encoding');
  const text = (encoding === 'gzip' ? gunzipSync(body) : body)
    .toString()
    // Where the doubles of the registry listen.
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'http://127.0.2.1:5000');
  return {
    status,
    type: header('Content-Type'),
    location: header('Location'),
    total: header('X-Total-Count'),
    link: header('Link'),
    encoding,
    setsCookie: header('Set-Cookie') !== undefined,
    body: normalBody(text, header('Content-Type') ?? '', anyOrder),
  };
}

function normalBody(text: string, type: string, anyOrder: boolean): unknown {
  if (type.startsWith('text/html')) return `a page titled ${/<title>([^<]*)<\/title>/.exec(text)?.[1]}`;
  if (type === 'text/plain' && /^\d{4}-\d\d-\d\dT/.test(text)) return text.replace(/^\S+Z/gm, '<time>');
  try {
    const value: unknown = JSON.parse(text);
    // Harbor's own JSON is indented; what only looks like JSON (an error text) is compared as it is.
    const shown = typeof value === 'object' || type.includes('json') ? normal(value) : text;
    return anyOrder && Array.isArray(shown) ? shown.map((item) => JSON.stringify(item)).sort() : shown;
  } catch {
    return text;
  }
}

const MOMENTS = ['creation_time', 'update_time', 'op_time', 'CreationTime', 'UpdateTime', 'issued_at'];
const VOLATILE = ['log_id', 'total', 'free', 'worker_pool_id', 'started_at', 'heartbeat_at'];

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => normal(item));
  if (value === null || typeof value !== 'object') return value;
  const isJob = 'operation' in value && 'policy_id' in value;
  const isRepository = 'pull_count' in value && 'star_count' in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (MOMENTS.includes(key)) return [key, '<moment>'];
      if (VOLATILE.includes(key)) return [key, '<volatile>'];
      if (key === 'id' && (isJob || isRepository)) return [key, '<id>'];
      if (key === 'password' && part !== '') return [key, '<hash>'];
      if (key === 'token' && typeof part === 'string') return [key, normalToken(part)];
      return [key, normal(part)];
    }),
  );
}

function normalToken(token: string): unknown {
  const [header = '', payload = ''] = token.split('.');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const { typ, alg, kid } = decode(header);
  const { exp, iat, nbf, jti, ...claims } = decode(payload);
  return {
    typ,
    alg,
    kidGroups: String(kid).split(':').length,
    ...claims,
    lasts: exp - iat,
    sinceNow: iat - nbf,
    jti: jti.length,
  };
}
