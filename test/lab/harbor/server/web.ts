// Requests and replies as plain values, and the forms of reply that Harbor 1.5 (Go's net/http under Beego) gives.

import type { Readable } from 'node:stream';

export interface WebRequest {
  readonly method: string;
  /** As sent: path and query. */
  readonly target: string;
  /** Decoded, doubled slashes made one. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly remote: string;
  /** The whole body. */
  readonly text: () => Promise<string>;
  /** The body as it comes, for what is only passed on. */
  readonly stream?: Readable;
}

export interface WebReply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer | Readable;
}

export type WebHandler = (request: WebRequest) => Promise<WebReply>;

/** Thrown to end a request with this reply. */
export class Answer extends Error {
  readonly reply: WebReply;

  constructor(reply: WebReply) {
    super(`HTTP ${reply.status}`);
    this.reply = reply;
  }
}

const PLAIN = ['Content-Type', 'text/plain; charset=utf-8'] as const;
const HTML = ['Content-Type', 'text/html; charset=utf-8'] as const;
const NO_SNIFF = ['X-Content-Type-Options', 'nosniff'] as const;

/** A JSON reply, indented, with `<`, `>` and `&` escaped as Go does. */
export function json(value: unknown, headers: WebReply['headers'] = []): WebReply {
  return {
    status: 200,
    headers: [['Content-Type', 'application/json; charset=utf-8'], ...headers],
    body: goJson(value, 2),
  };
}

/** JSON as Go's encoder writes it. */
export function goJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[<>&]/g,
    (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
  );
}

/** An error as Go's http.Error writes it: the text and a newline. */
export function fail(status: number, text = ''): WebReply {
  return { status, headers: [PLAIN, NO_SNIFF], body: `${text}\n` };
}

/** An error as Beego's CustomAbort writes it: the text alone; without text no type either. */
export function abort(status: number, text = ''): WebReply {
  return { status, headers: text === '' ? [] : [PLAIN], body: text };
}

/** Success without a body. */
export function done(): WebReply {
  return { status: 200, headers: [], body: '' };
}

/** `201 Created` with the place of what was made, under the request's own path. */
export function created(request: WebRequest, id: number | string): WebReply {
  return { status: 201, headers: [['Location', `${request.path.replace(/\/$/, '')}/${id}`]], body: '' };
}

/** One of Beego's HTML pages. Only the status, the type and the title are Harbor's. */
export function page(status: number, title: string, detail = ''): WebReply {
  const body = `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body>${detail || title}</body>\n</html>\n`;
  return { status, headers: [HTML], body };
}

export function notFoundPage(): WebReply {
  return page(404, '404 - Page Not Found');
}

/** What a panic in a handler gives. */
export function panicPage(): WebReply {
  return page(
    500,
    'beego application error',
    '<h2>Harbor:runtime error: invalid memory address or nil pointer dereference</h2>',
  );
}

/** Makes a request value; for the server and for tests. */
export function makeRequest(parts: {
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly remote?: string;
  readonly text?: () => Promise<string>;
  readonly stream?: Readable;
}): WebRequest {
  const question = parts.target.indexOf('?');
  const rawPath = question < 0 ? parts.target : parts.target.slice(0, question);
  return {
    method: parts.method,
    target: parts.target,
    path: decode(rawPath).replace(/\/{2,}/g, '/'),
    query: new URLSearchParams(question < 0 ? '' : parts.target.slice(question + 1)),
    headers: lowerCaseNames(parts.headers ?? {}),
    remote: parts.remote ?? '127.0.0.1',
    text: parts.text ?? (async () => parts.body ?? ''),
    ...(parts.stream === undefined ? {} : { stream: parts.stream }),
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
