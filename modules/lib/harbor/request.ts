import type { HttpRequest } from '../../../src/module/index.ts';
import type { HarborLogin } from './login.ts';

/**
 * One exchange with a Harbor, as data.
 *
 * @param path with the API's base: `/api/targets`
 * @param body sent as JSON
 */
export function harborRequest(
  login: HarborLogin,
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): HttpRequest {
  return {
    method,
    url: `${login.url.replace(/\/+$/, '')}${path}`,
    // 1.5 answers 415 to a POST without exactly this type, even where there is no body.
    headers: {
      accept: 'application/json',
      ...(method === 'GET' || method === 'DELETE' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    via: login.via,
    basicAuth: { user: login.username, password: login.password },
    validateCerts: login.validate_certs,
    ...(login.ca === undefined ? {} : { ca: login.ca }),
    timeoutMs: login.timeout * 1000,
    // Another address would get no password, and answer as to a stranger.
    followRedirects: 'none',
  };
}

/** A query as it stands behind `?`; undefined values are left out. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) search.set(key, String(value));
  }
  return search.toString();
}
