// The check itself: it lets through what Harbor's description allows and nothing else.

import { describe, expect, it } from 'vitest';
import { checkAgainstSwagger, hasDescription } from '../lab/harbor2/conformance.ts';
import { api } from '../lab/harbor2/server/api/routes.ts';
import { type Exchange, makeRequest } from '../lab/harbor2/server/http.ts';

interface Parts {
  readonly method?: string;
  readonly target?: string;
  readonly sent?: unknown;
  readonly sentType?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const user = {
  user_id: 3,
  username: 'jane',
  email: 'jane@example.com',
  realname: 'Jane',
  sysadmin_flag: false,
  admin_role_in_auth: false,
  creation_time: '2026-11-22T16:00:00.000Z',
};
const artifact = {
  id: 1,
  digest: 'sha256:00',
  size: 2,
  tags: null,
  labels: null,
  push_time: '0001-01-01T00:00:00.000Z',
};
const artifacts = '/api/v2.0/projects/example/repositories/app/artifacts';
const list = { 'x-total-count': '1' };

function exchange(parts: Parts): Exchange {
  const { method = 'GET', target = '/api/v2.0/users', sent, status = 200, headers = {}, body } = parts;
  const bytes = (value: unknown): Buffer =>
    Buffer.from(value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));
  const sentHeaders: Record<string, string> =
    sent === undefined ? {} : { 'content-type': parts.sentType ?? 'application/json' };
  return {
    request: makeRequest({ method, target, headers: sentHeaders, body: bytes(sent) }),
    reply: { status, headers: { 'content-type': 'application/json', ...headers }, body: bytes(body) },
  };
}

const allowed: readonly (Parts & { readonly what: string })[] = [
  { what: 'a list', headers: list, body: [user] },
  { what: 'an empty list', headers: { 'x-total-count': '0' }, body: [] },
  { what: 'a list inside an answer that is null', target: artifacts, headers: list, body: [artifact] },
  {
    what: 'a described error',
    status: 401,
    body: { errors: [{ code: 'UNAUTHORIZED', message: 'unauthorized' }] },
  },
  {
    what: 'an error that Harbor gives though it is not described',
    target: '/api/v2.0/projects/x',
    status: 404,
    body: { errors: [{ code: 'NOT_FOUND', message: 'project x not found' }] },
  },
  {
    what: 'a wrong request that was refused',
    method: 'POST',
    target: '/api/v2.0/labels',
    sent: { nom: 1 },
    status: 422,
    body: { errors: [] },
  },
  {
    what: 'a path that is not described and not found',
    target: '/api/v2.0/none',
    status: 404,
    body: { errors: [] },
  },
  { what: 'what is no part of the API', target: '/v2/_catalog', body: { repositories: [] } },
];

const refused: readonly (Parts & { readonly what: string; readonly fault: string })[] = [
  {
    what: 'a key that is misspelt',
    headers: list,
    body: [{ ...user, user_name: 'jane' }],
    fault: 'unknown parameter "0.user_name"',
  },
  {
    what: 'a value of another type',
    headers: list,
    body: [{ ...user, user_id: '3' }],
    fault: '"0.user_id" must be a whole number, not a string ("3")',
  },
  {
    what: 'a time that is none',
    headers: list,
    body: [{ ...user, creation_time: 'yesterday' }],
    fault: '"0.creation_time" must match pattern',
  },
  {
    what: 'null for a text',
    headers: list,
    body: [{ ...user, email: null }],
    fault: '"0.email" must be a string, not null',
  },
  { what: 'an object for a list', headers: list, body: user, fault: 'the value must be' },
  {
    what: 'a wrong value deep inside',
    target: artifacts,
    headers: list,
    body: [{ ...artifact, tags: [{ name: 1 }] }],
    fault: '"0.tags.0.name" must be a string, not a number (1)',
  },
  { what: 'no total', body: [user], fault: 'no header X-Total-Count' },
  {
    what: 'a total that is none',
    headers: { 'x-total-count': 'many' },
    body: [],
    fault: 'X-Total-Count is no integer: many',
  },
  {
    what: 'no place of what was made',
    method: 'POST',
    target: '/api/v2.0/registries',
    sent: { name: 'b' },
    status: 201,
    fault: 'no header Location',
  },
  { what: 'a status that is not described', status: 204, fault: 'status 204 is not described' },
  {
    what: 'a status that another operation has',
    target: '/api/v2.0/users',
    status: 412,
    body: { errors: [] },
    fault: 'status 412 is not described',
  },
  {
    what: 'an error in another form',
    status: 401,
    body: { error: 'no' },
    fault: 'unknown parameter "error"',
  },
  { what: 'an error that is no JSON', status: 401, body: 'unauthorized', fault: 'answer is no JSON' },
  {
    what: 'an answer that is not said to be JSON',
    headers: { ...list, 'content-type': 'text/plain' },
    body: [],
    fault: 'type text/plain',
  },
  {
    what: 'a body where none is described',
    method: 'DELETE',
    target: '/api/v2.0/users/3',
    body: {},
    fault: 'a body where none is described',
  },
  {
    what: 'an operation that is not there',
    method: 'PATCH',
    target: '/api/v2.0/projects',
    fault: 'the description has no such operation',
  },
  {
    what: 'an unknown query parameter',
    target: '/api/v2.0/users?page_number=1',
    headers: list,
    body: [],
    fault: 'no query parameter page_number',
  },
  {
    what: 'a page that is too long',
    target: '/api/v2.0/users?page_size=101',
    headers: list,
    body: [],
    fault: 'page_size is over 100: 101',
  },
  {
    what: 'a number in the path that is none',
    target: '/api/v2.0/users/jane',
    body: user,
    fault: 'user_id is no integer: jane',
  },
  {
    what: 'a required query parameter left out',
    method: 'HEAD',
    target: '/api/v2.0/projects',
    fault: 'no query parameter project_name, which is required',
  },
  {
    what: 'a wrong key in an accepted request',
    method: 'PUT',
    target: '/api/v2.0/registries/1',
    sent: { credential: {} },
    fault: 'request: : unknown parameter "credential"',
  },
  {
    what: 'a wrong type in an accepted request',
    method: 'PUT',
    target: '/api/v2.0/users/3/sysadmin',
    sent: { sysadmin_flag: 'yes' },
    fault: '"sysadmin_flag" must be a boolean',
  },
  {
    what: 'no body where one is required',
    method: 'PUT',
    target: '/api/v2.0/users/3/sysadmin',
    fault: 'no body, which is required',
  },
  {
    what: 'a body where none belongs',
    method: 'DELETE',
    target: '/api/v2.0/users/3',
    sent: {},
    fault: 'a body where none belongs',
  },
  {
    what: 'a body that is not said to be JSON',
    method: 'PUT',
    target: '/api/v2.0/users/3/sysadmin',
    sent: {},
    sentType: 'text/plain',
    fault: 'a body that is not said to be JSON',
  },
];

describe.skipIf(!hasDescription)("Harbor's description (skipped where it is not at hand)", () => {
  it.each(allowed)('allows $what', (parts) => {
    expect(checkAgainstSwagger(exchange(parts))).toEqual([]);
  });

  it.each(refused)('does not allow $what', ({ fault, ...parts }) => {
    const faults = checkAgainstSwagger(exchange(parts));
    expect(faults.join('\n')).toContain(fault);
  });

  it.each(Object.keys(api))('has %s', (route) => {
    const [method = '', path = ''] = route.split(' ');
    const target = `/api/v2.0${path.replace(/\{\w+\}/g, '1')}`;
    const faults = checkAgainstSwagger(exchange({ method, target, status: 400, body: { errors: [] } }));
    expect(faults.filter((fault) => fault.includes('no such operation'))).toEqual([]);
  });
});
