// Finds the handler of a call, and answers it.

import { api } from './api/routes.ts';
import type { Handler, Harbor } from './harbor.ts';
import { empty, errorReply, HarborError, json, type WebReply, type WebRequest } from './http.ts';
import { registryHandler } from './registry/registry.ts';
import { tokenHandler } from './registry/token.ts';

const BASE = '/api/v2.0';

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handler: Handler;
}

const routes: readonly Route[] = Object.entries(api).map(([key, handler]) => {
  const [method = '', path = ''] = key.split(' ');
  return { method, pattern: patternOf(path), handler };
});

/** Answers any request to a Harbor. */
export async function answer(harbor: Harbor, request: WebRequest): Promise<WebReply> {
  try {
    return await route(harbor, request);
  } catch (error) {
    if (!(error instanceof HarborError)) console.error(error);
    return errorReply(error);
  }
}

async function route(harbor: Harbor, request: WebRequest): Promise<WebReply> {
  const { path } = request;
  if (path === '/api/version' && request.method === 'GET') return json({ version: 'v2.0' });
  if (path === '/v2' || path.startsWith('/v2/')) return registryHandler(harbor, request);
  if (path === '/service/token') return tokenHandler(harbor, request);
  if (path.startsWith(`${BASE}/`)) return apiCall(harbor, request, path.slice(BASE.length));
  return path === '/' ? empty(200) : pageNotFound();
}

async function apiCall(harbor: Harbor, request: WebRequest, path: string): Promise<WebReply> {
  let known = false;
  for (const { method, pattern, handler } of routes) {
    const found = pattern.exec(path);
    if (found === null) continue;
    known = true;
    if (method !== request.method) continue;
    const params = Object.fromEntries(
      Object.entries(found.groups ?? {}).map(([name, value]) => [name, decoded(name, value)]),
    );
    const who = await harbor.login.who(request.headers['authorization']);
    return handler({ harbor, request, params, who });
  }
  if (!known) throw new HarborError('NOT_FOUND', `path ${BASE}${path} was not found`);
  throw new HarborError('METHOD_NOT_ALLOWED', `method ${request.method} is not allowed`);
}

// A repository's name is encoded twice, since Go's router sees the path after one decoding.
function decoded(name: string, value: string): string {
  const once = decodeURIComponent(value);
  return name === 'repository_name' ? decodeURIComponent(once) : once;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\/$/, '').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`);
}

function pageNotFound(): WebReply {
  return { status: 404, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>404</html>\n') };
}
