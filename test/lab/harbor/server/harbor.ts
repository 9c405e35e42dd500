// What the handlers of the ui share: its stores and neighbours, and what is known of one request.

import type { Caller } from './caller.ts';
import type { Fetcher } from './fetcher.ts';
import type { JobClient } from './job-client.ts';
import type { Log } from './log.ts';
import type { RegistryApi } from './registry.ts';
import type { Sessions, SessionValues } from './sessions.ts';
import type { Settings, SettingValue } from './settings.ts';
import { sqlTime, type Tables } from './tables.ts';
import { Answer, abort, type WebReply, type WebRequest } from './web.ts';

/** The settings as the adminserver has them, kept for a few seconds. */
export interface SettingsClient {
  read(): Promise<Settings>;
  change(settings: Record<string, SettingValue>): Promise<void>;
  reset(): Promise<void>;
  capacity(): Promise<{ readonly total: number; readonly free: number }>;
}

export interface Harbor {
  readonly tables: Tables;
  readonly sessions: Sessions;
  readonly settings: SettingsClient;
  readonly registry: RegistryApi;
  readonly jobs: JobClient;
  readonly fetch: Fetcher;
  /** The key of /etc/ui/key. */
  readonly secretKey: string;
  /** The text of /etc/ui/private_key.pem. */
  readonly privateKey: () => Promise<string>;
  readonly uiSecret: string;
  readonly jobserviceSecret: string;
  /** The file /etc/ui/ca/ca.crt, where there is one. */
  readonly caCertificate: () => Promise<string | undefined>;
  readonly now: () => Date;
  /** Waits as long as a failed login is held back and its user locked. */
  readonly holdLogin: () => Promise<void>;
  readonly log: Log;
  /** Starts work that the answer does not wait for. */
  readonly background: (work: Promise<void>) => void;
}

/** One request on its way through the ui. */
export interface Call {
  readonly harbor: Harbor;
  readonly request: WebRequest;
  /** The parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>;
  readonly caller: Caller;
  readonly sessionId: string;
  readonly session: SessionValues;
}

export type Handler = (call: Call) => Promise<WebReply>;

/** A text setting. */
export async function textSetting(harbor: Harbor, name: string): Promise<string> {
  return String((await harbor.settings.read())[name] ?? '');
}

export async function isReadOnly(harbor: Harbor): Promise<boolean> {
  return (await harbor.settings.read())['read_only'] === true;
}

/** The body as a JSON object whose fields have the wanted kinds; anything else is `400 Invalid json request`. */
export async function jsonBody<T extends object>(
  call: Call,
  kinds: Readonly<Record<string, JsonKind>>,
): Promise<Partial<T>> {
  let value: unknown;
  try {
    value = JSON.parse(await call.request.text());
  } catch {
    throw new Answer(abort(400, 'Invalid json request'));
  }
  // A lone null is valid for Go's decoder and then breaks the handler: each handler says what it does with it.
  if (value === null) return null as unknown as Partial<T>;
  if (typeof value !== 'object' || Array.isArray(value)) throw new Answer(abort(400, 'Invalid json request'));
  for (const [name, part] of Object.entries(value)) {
    const kind = kinds[name];
    if (kind !== undefined && part !== null && !isKind(part, kind))
      throw new Answer(abort(400, 'Invalid json request'));
  }
  return value as Partial<T>;
}

export type JsonKind = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'strings';

function isKind(value: unknown, kind: JsonKind): boolean {
  if (kind === 'array') return Array.isArray(value);
  if (kind === 'strings') {
    return typeof value === 'object' && Object.values(value ?? {}).every((part) => typeof part === 'string');
  }
  if (kind === 'object') return typeof value === 'object' && !Array.isArray(value);
  return typeof value === kind;
}

export interface Page {
  readonly number: number;
  readonly size: number;
}

/** The page asked for. */
export function pageOf(call: Call): Page {
  const positive = (name: string, otherwise: number): number => {
    const text = call.request.query.get(name) ?? '';
    if (text === '') return otherwise;
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : 0;
    if (value <= 0) throw new Answer(abort(400, `invalid ${name}`));
    return value;
  };
  return { number: positive('page', 1), size: Math.min(positive('page_size', 500), 500) };
}

/** The rows of one page. */
export function slice<T>(rows: readonly T[], page: Page): T[] {
  return rows.slice((page.number - 1) * page.size, page.number * page.size);
}

/** The paging headers of a list: neighbours as relative links, and the total. */
export function pagingHeaders(call: Call, total: number, page: Page): [string, string][] {
  const link = (number: number, rel: string): string => {
    const query = new URLSearchParams(call.request.query);
    query.set('page', String(number));
    query.set('page_size', String(page.size));
    query.sort();
    return `<${call.request.path}?${query}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (page.number > 1 && (page.number - 1) * page.size <= total) links.push(link(page.number - 1, 'prev'));
  if (page.number * page.size < total) links.push(link(page.number + 1, 'next'));
  return [
    ...(links.length === 0 ? [] : [['Link', links.join(', ')] as [string, string]]),
    ['X-Total-Count', String(total)],
  ];
}

/** Whether a name contains a text, as MySQL's LIKE compares. */
export function contains(name: string, part: string | null): boolean {
  return part === null || name.toLowerCase().includes(part.toLowerCase());
}

/** Compares as MySQL's utf8_general_ci sorts ASCII names. */
export function byName(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : Number(left > right);
}

/** Writes a line of the access log, as Harbor does, behind the answer. */
export function logAccess(
  harbor: Harbor,
  entry: { username: string; project_id: number; repo_name: string; repo_tag: string; operation: string },
): void {
  const row = { ...entry, GUID: '', op_time: sqlTime(harbor.now()) };
  harbor.background(harbor.tables.insert('access_log', row).then(() => undefined));
}
