import {
  type HttpRequest,
  type HttpResponse,
  ParamsError,
  Unknown,
  type Value,
  type ValueMap,
} from '../../src/module/index.ts';

/** Params that uri and get_url share. */
export const httpParams = {
  url: { type: 'string', pattern: '^https?://', description: 'http or https address.' },
  headers: { type: 'object', default: {}, description: 'Header names and values to send.' },
  url_username: { type: 'string', description: 'User for basic authentication.' },
  url_password: { type: 'string', writeOnly: true, description: 'Password for basic authentication.' },
  force_basic_auth: {
    type: 'boolean',
    default: false,
    description: 'Accepted for compatibility: credentials are always sent at once.',
  },
  validate_certs: {
    type: 'boolean',
    default: true,
    description: "Whether the server's certificate is checked.",
  },
  ca: { type: 'string', description: 'PEM text of a CA to trust besides the usual ones.' },
  via: {
    type: 'string',
    enum: ['host', 'direct'],
    default: 'host',
    description: '`host`: from the host, through its connection; `direct`: from the control node itself.',
  },
} as const;

export interface HttpParams {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly url_username?: string | undefined;
  readonly url_password?: string | undefined;
  readonly validate_certs: boolean;
  readonly ca?: string | undefined;
  readonly via: 'host' | 'direct';
  /** Seconds. */
  readonly timeout: number;
}

/** The request that the shared params describe. */
export function toRequest(
  params: HttpParams,
  method: string,
  user = params.url_username,
  password = params.url_password,
): HttpRequest {
  if ((user === undefined) !== (password === undefined)) {
    throw new ParamsError('user and password are needed together');
  }
  const headers = Object.entries(params.headers).map(([name, value]) => [name, String(value)] as const);
  const broken = [...headers.flat(), user ?? '', password ?? ''].some((text) => /[\r\n]/.test(text));
  if (broken) throw new ParamsError('headers and credentials must not hold line ends');
  return {
    method,
    url: params.url,
    headers: Object.fromEntries(headers),
    via: params.via,
    validateCerts: params.validate_certs,
    timeoutMs: params.timeout * 1000,
    followRedirects: 'safe',
    ...(params.ca === undefined ? {} : { ca: params.ca }),
    ...(user === undefined || password === undefined ? {} : { basicAuth: { user, password } }),
  };
}

/** Registered values of a response under Ansible's names: headers in lower case with underscores. */
export function responseValues(response: HttpResponse, requestedUrl: string): ValueMap {
  const headers = Object.entries(response.headers).map(([name, value]) => [name.replaceAll('-', '_'), value]);
  const cookies = response.setCookie.map((line) => line.split(';', 1)[0] ?? '');
  return {
    ...Object.fromEntries(headers),
    status: response.status,
    url: response.url,
    redirected: response.url !== requestedUrl,
    elapsed: Math.floor(response.durationMs / 1000),
    msg: `${response.status} ${response.statusText} (${response.body.length} bytes)`,
    cookies: Object.fromEntries(
      cookies.map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]),
    ),
    cookies_string: cookies.join('; '),
  };
}

/**
 * The text of a body and the Content-Type that belongs to it.
 *
 * @throws ParamsError where the format cannot hold it
 */
export function encodeBody(
  body: unknown,
  format: 'raw' | 'json' | 'form-urlencoded',
): { readonly text?: string; readonly headers: Readonly<Record<string, string>> } {
  if (body === undefined || body === null) return { headers: {} };
  if (format === 'json') {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return { text, headers: { 'content-type': 'application/json' } };
  }
  if (format === 'form-urlencoded') {
    const text = typeof body === 'string' ? body : new URLSearchParams(pairs(body)).toString();
    return { text, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  }
  if (typeof body === 'object')
    throw new ParamsError('body is a mapping or list: body_format says how to write it');
  return { text: String(body), headers: {} };
}

/** A mapping, its lists repeated, or a list of pairs. */
function pairs(body: unknown): [string, string][] {
  const list = Array.isArray(body) ? body : Object.entries(body as object);
  return list.flatMap((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new ParamsError('body must be a mapping or a list of pairs');
    return [pair[1]].flat().map((value): [string, string] => [String(pair[0]), String(value)]);
  });
}

/** What only a real answer tells, in check mode. */
export function unknownAnswer(): ValueMap {
  const unknown = new Unknown('the request was only simulated');
  const names = [
    'status',
    'json',
    'content',
    'location',
    'cookies',
    'cookies_string',
    'redirected',
    'elapsed',
    'msg',
  ];
  return Object.fromEntries(names.map((name) => [name, unknown]));
}

/** The value of a JSON answer; undefined where it is none. */
export function parseJson(response: HttpResponse, text: string | undefined): Value | undefined {
  const type = response.headers['content-type'] ?? '';
  if (text === undefined || !/[/+]json\b|javascript/.test(type)) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
