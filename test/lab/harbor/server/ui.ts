// The ui: filters in front (session, media type, read-only, login), then the routes.

import { ROUTES } from './api/routes.ts';
import { identify } from './caller.ts';
import { type Handler, type Harbor, isReadOnly } from './harbor.ts';
import { messageOf } from './log.ts';
import { match } from './router.ts';
import { compress } from './serve.ts';
import { newSessionId, SESSION_COOKIE, type SessionValues, sessionCookie, sessionIdOf } from './sessions.ts';
import {
  Answer,
  abort,
  fail,
  notFoundPage,
  page,
  panicPage,
  type WebHandler,
  type WebReply,
  type WebRequest,
} from './web.ts';

/** The ui's HTTP interface. */
export function ui(harbor: Harbor): WebHandler {
  return async (request) => {
    let session: { id: string; values: SessionValues; fresh: boolean };
    try {
      session = await openSession(harbor, request);
    } catch (error) {
      harbor.log('ERROR', `session: ${messageOf(error)}`);
      return page(503, 'Service Unavailable');
    }
    const reply = await handle(harbor, request, session);
    const known = reply.headers.some(
      ([name, value]) => name === 'Set-Cookie' && value.startsWith(SESSION_COOKIE),
    );
    const withCookie =
      session.fresh && !known ? { ...reply, headers: [...reply.headers, sessionCookie(session.id)] } : reply;
    const compressible = request.method === 'GET' && !request.path.startsWith('/registryproxy/');
    return compressible ? compress(withCookie, request.headers['accept-encoding']) : withCookie;
  };
}

// Every request without a valid cookie makes a session.
async function openSession(
  harbor: Harbor,
  request: WebRequest,
): Promise<{ id: string; values: SessionValues; fresh: boolean }> {
  const id = sessionIdOf(request.headers['cookie']);
  const values = id === undefined ? undefined : await harbor.sessions.read(id);
  if (id !== undefined && values !== undefined) return { id, values, fresh: false };
  const fresh = newSessionId();
  await harbor.sessions.write(fresh, {});
  return { id: fresh, values: {}, fresh: true };
}

async function handle(
  harbor: Harbor,
  request: WebRequest,
  session: { id: string; values: SessionValues },
): Promise<WebReply> {
  try {
    const early = await filtered(harbor, request);
    if (early !== undefined) return early;
    const caller = await identify(harbor, request, session.values);
    const matched = match(ROUTES, request.method, request.path);
    if (matched.found === 'nothing') return notFoundPage();
    if (matched.found === 'wrong-method') return fail(405, 'Method Not Allowed');
    const call = {
      harbor,
      request,
      params: matched.params,
      caller,
      sessionId: session.id,
      session: session.values,
    };
    return await guarded(matched.handler, call);
  } catch (error) {
    if (error instanceof Answer) return error.reply;
    harbor.log('ERROR', `${request.method} ${request.path}: ${messageOf(error)}`);
    return fail(500);
  }
}

async function guarded(handler: Handler, call: Parameters<Handler>[0]): Promise<WebReply> {
  try {
    return await handler(call);
  } catch (error) {
    // What breaks on an absent value here is where Harbor's own code runs into a nil pointer.
    if (error instanceof TypeError) {
      call.harbor.log('ERROR', `${call.request.path}: ${error.stack}`);
      return panicPage();
    }
    throw error;
  }
}

async function filtered(harbor: Harbor, request: WebRequest): Promise<WebReply | undefined> {
  const { method, path } = request;
  if (method === 'POST' && path.startsWith('/api/')) {
    const type = (request.headers['content-type'] ?? '').split(';')[0];
    if (type !== 'application/json') return abort(415);
  }
  const deletesImage =
    method === 'DELETE' && /^\/api\/repositories\/[^/]+\/.+$/.test(path) && !/\/labels\/\d+$/.test(path);
  if (deletesImage && (await isReadOnly(harbor))) {
    return abort(503, 'The system is in read only mode. Any modification is prohibited.');
  }
  return undefined;
}
