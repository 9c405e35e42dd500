// Requests and answers as plain values, and the forms of answer that Harbor 2.x gives.

export interface WebRequest {
  readonly method: string;
  /** As sent: path and query. */
  readonly target: string;
  /** As sent, still encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WebReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One request and its answer, as the `onExchange` hook gets them. */
export interface Exchange {
  readonly request: WebRequest;
  readonly reply: WebReply;
}

/** Harbor's error codes with their statuses, of src/lib/http/error.go. */
const statuses = {
  BAD_REQUEST: 400,
  DIGEST_INVALID: 400,
  MANIFEST_INVALID: 400,
  UNSUPPORTED: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  DENIED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PRECONDITION: 412,
  VIOLATE_FOREIGN_KEY_CONSTRAINT: 412,
  UNPROCESSABLE_ENTITY: 422,
  UNKNOWN: 500,
} as const;

export type ErrorCode = keyof typeof statuses;

/** Thrown to end a request with an error. */
export class HarborError extends Error {
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }
}

export function notFound(message: string): HarborError {
  return new HarborError('NOT_FOUND', message);
}

export function badRequest(message: string): HarborError {
  return new HarborError('BAD_REQUEST', message);
}

/** An error without a code of its own: the client gets 500 and learns nothing of it. */
export function hidden(message: string): HarborError {
  return new HarborError('UNKNOWN', message);
}

/** What go-swagger answers before any handler runs. */
export function invalidRequest(message: string): HarborError {
  return new HarborError('UNPROCESSABLE_ENTITY', `validation failure list:\n${message}`);
}

/** The answer to an error. What is not a HarborError is hidden behind 500, as Harbor hides it. */
export function errorReply(error: unknown): WebReply {
  const known = error instanceof HarborError ? error : new HarborError('UNKNOWN', 'internal server error');
  const message = known.code === 'UNKNOWN' ? 'internal server error' : known.message;
  const body = `${JSON.stringify({ errors: [{ code: known.code, message }] })}\n`;
  return {
    status: statuses[known.code],
    headers: { 'content-type': 'application/json; charset=utf-8', ...known.headers },
    body: Buffer.from(body),
  };
}

export function json(value: unknown, headers: WebReply['headers'] = {}, status = 200): WebReply {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

export function text(value: string, headers: WebReply['headers'] = {}): WebReply {
  return { status: 200, headers: { 'content-type': 'text/plain', ...headers }, body: Buffer.from(value) };
}

export function empty(status = 200, headers: WebReply['headers'] = {}): WebReply {
  return { status, headers, body: Buffer.alloc(0) };
}

/** `201 Created` with the place of what was made, under the request's own path. */
export function created(request: WebRequest, id: number | string): WebReply {
  return empty(201, { location: `${request.path.replace(/\/$/, '')}/${id}` });
}

/** Makes a request value. */
export function makeRequest(parts: {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}): WebRequest {
  const question = parts.target.indexOf('?');
  const path = question < 0 ? parts.target : parts.target.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : parts.target.slice(question + 1));
  return { ...parts, path, query };
}
