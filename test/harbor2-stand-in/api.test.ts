// One line for each answer of the API that matters to a client: the request, the status, the words.

import { describe, expect, it } from 'vitest';
import type { Harbor2 } from '../lab/harbor2/harbor2.ts';
import { call, lab, make } from './support/harbors.ts';

const { start } = lab();

interface Row {
  readonly does: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  /** The error's code and message, or a part of the answer. */
  readonly says?: string | Readonly<Record<string, unknown>> | readonly unknown[];
  readonly anonymous?: boolean;
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const secret = 'Secret123';
const jane = { username: 'jane', email: 'jane@example.com', realname: 'Jane', comment: '', password: secret };
const right = (resource: string, action: string) => ({ resource, action });
const robot = {
  name: 'ci',
  description: 'pushes',
  level: 'system',
  duration: -1,
  disable: false,
  permissions: [
    { kind: 'project', namespace: '*', access: [right('repository', 'push'), right('repository', 'pull')] },
  ],
};

/** A project `example`, the user `jane`, a member of it, and the robot `ci`. */
async function furnished(): Promise<Harbor2> {
  const harbor = await start();
  await make(harbor, '/projects', { project_name: 'example', metadata: { public: 'false' } });
  await make(harbor, '/users', jane);
  await make(harbor, '/projects/example/members', { role_id: 2, member_user: { username: 'jane' } });
  await make(harbor, '/robots', robot);
  await make(harbor, '/labels', { name: 'good', scope: 'g', color: '#00ff00' });
  return harbor;
}

function table(rows: readonly Row[]): void {
  it.each(rows)(
    '$method $path: $does',
    async ({ method, path, body, status, says, anonymous, user, headers }) => {
      const harbor = await furnished();
      const login = {
        ...(user === undefined ? {} : { user, password: secret }),
        ...(headers ? { headers } : {}),
      };
      const answer = await call(harbor, method, path, body, {
        ...login,
        ...(anonymous ? { anonymous } : {}),
      });
      expect(`${answer.status} ${answer.message}`).toBe(`${status} ${typeof says === 'string' ? says : ''}`);
      if (typeof says === 'object') expect(answer.body).toMatchObject(says);
    },
  );
}

describe('the system', () => {
  table([
    { does: 'answers anyone', method: 'GET', path: '/ping', anonymous: true, status: 200 },
    {
      does: 'lists its components',
      method: 'GET',
      path: '/health',
      anonymous: true,
      status: 200,
      says: { status: 'healthy' },
    },
    {
      does: 'says the version to who is logged in',
      method: 'GET',
      path: '/systeminfo',
      status: 200,
      says: { harbor_version: 'v2.15.2-080b0220', auth_mode: 'db_auth', read_only: false },
    },
    {
      does: 'is not found',
      method: 'GET',
      path: '/nothing',
      status: 404,
      says: 'NOT_FOUND: path /api/v2.0/nothing was not found',
    },
    {
      does: 'has no such method',
      method: 'PATCH',
      path: '/projects',
      status: 405,
      says: 'METHOD_NOT_ALLOWED: method PATCH is not allowed',
    },
  ]);
});

describe('projects', () => {
  table([
    {
      does: 'has a name',
      method: 'GET',
      path: '/projects/example',
      status: 200,
      says: { name: 'example', project_id: 2, repo_count: 0, metadata: { public: 'false' } },
    },
    { does: 'has a number', method: 'GET', path: '/projects/2', status: 200, says: { name: 'example' } },
    {
      does: 'takes digits for a name if told',
      method: 'GET',
      path: '/projects/2',
      headers: { 'x-is-resource-name': 'true' },
      status: 404,
      says: 'NOT_FOUND: project 2 not found',
    },
    {
      does: 'knows no other',
      method: 'GET',
      path: '/projects/other',
      status: 404,
      says: 'NOT_FOUND: project other not found',
    },
    {
      does: 'hides what is private',
      method: 'GET',
      path: '/projects/example',
      anonymous: true,
      status: 401,
      says: 'UNAUTHORIZED: unauthorized',
    },
    {
      does: 'shows only public ones to anyone',
      method: 'GET',
      path: '/projects',
      anonymous: true,
      status: 200,
      says: [{ name: 'library' }],
    },
    {
      does: 'finds by a set of names',
      method: 'GET',
      path: `/projects?q=${encodeURIComponent("name={'example' 'none'}")}`,
      status: 200,
      says: [{ name: 'example' }],
    },
    {
      does: 'refuses a query without =',
      method: 'GET',
      path: '/projects?q=name',
      status: 400,
      says: 'BAD_REQUEST: the query string must contain "=" and the key/value cannot be empty',
    },
    {
      does: 'refuses long pages',
      method: 'GET',
      path: '/projects?page_size=101',
      status: 422,
      says: 'UNPROCESSABLE_ENTITY: validation failure list:\npage_size in query should be less than or equal to 100',
    },
    { does: 'is there', method: 'HEAD', path: '/projects?project_name=example', status: 200 },
    { does: 'is not there', method: 'HEAD', path: '/projects?project_name=other', status: 404 },
    {
      does: 'makes one',
      method: 'POST',
      path: '/projects',
      body: { project_name: 'new', metadata: { public: 'true' }, storage_limit: -1 },
      status: 201,
    },
    {
      does: 'makes none twice',
      method: 'POST',
      path: '/projects',
      body: { project_name: 'example' },
      status: 409,
      says: 'CONFLICT: The project named example already exists',
    },
    {
      does: 'refuses capitals',
      method: 'POST',
      path: '/projects',
      body: { project_name: 'Example' },
      status: 400,
      says: 'BAD_REQUEST: project name is not in lower case or contains illegal characters',
    },
    {
      does: 'refuses metadata that is no text',
      method: 'POST',
      path: '/projects',
      body: { project_name: 'new', metadata: { public: true } },
      status: 422,
      says: 'UNPROCESSABLE_ENTITY: validation failure list:\nparsing project body from "" failed, because json: cannot unmarshal bool into Go struct field .public of type string',
    },
    {
      does: 'refuses another word for public',
      method: 'POST',
      path: '/projects',
      body: { project_name: 'new', metadata: { public: 'yes' } },
      status: 400,
      says: "BAD_REQUEST: metadata.public should only be 'true' or 'false', but got: 'yes'",
    },
    {
      does: 'needs a body',
      method: 'POST',
      path: '/projects',
      status: 422,
      says: 'UNPROCESSABLE_ENTITY: validation failure list:\nproject in body is required',
    },
    {
      does: 'changes metadata',
      method: 'PUT',
      path: '/projects/example',
      body: { metadata: { public: 'true', auto_scan: 'true' } },
      status: 200,
    },
    {
      does: 'is not for a developer to change',
      method: 'PUT',
      path: '/projects/example',
      body: { metadata: {} },
      user: 'jane',
      status: 403,
      says: 'FORBIDDEN: forbidden',
    },
    {
      does: 'may be deleted',
      method: 'GET',
      path: '/projects/example/_deletable',
      status: 200,
      says: { deletable: true },
    },
    { does: 'is deleted', method: 'DELETE', path: '/projects/example', status: 200 },
    {
      does: 'sums up',
      method: 'GET',
      path: '/projects/example/summary',
      status: 200,
      says: {
        repo_count: 0,
        developer_count: 1,
        project_admin_count: 1,
        quota: { hard: { storage: -1 }, used: { storage: 0 } },
      },
    },
    {
      does: 'lists metadata',
      method: 'GET',
      path: '/projects/example/metadatas/',
      status: 200,
      says: { public: 'false' },
    },
    {
      does: 'adds metadata',
      method: 'POST',
      path: '/projects/example/metadatas/',
      body: { auto_scan: 'true' },
      status: 200,
    },
    {
      does: 'does not add what is there',
      method: 'POST',
      path: '/projects/example/metadatas/',
      body: { public: 'true' },
      status: 409,
      says: 'CONFLICT: metadata public already exists for project 2',
    },
    {
      does: 'refuses an unknown key',
      method: 'POST',
      path: '/projects/example/metadatas/',
      body: { colour: 'red' },
      status: 400,
      says: 'BAD_REQUEST: invalid key: colour',
    },
    {
      does: 'changes one entry',
      method: 'PUT',
      path: '/projects/example/metadatas/severity',
      body: { severity: 'High' },
      status: 200,
    },
    { does: 'deletes one entry', method: 'DELETE', path: '/projects/example/metadatas/public', status: 200 },
    {
      does: 'gives one entry',
      method: 'GET',
      path: '/projects/example/metadatas/public',
      status: 200,
      says: { public: 'false' },
    },
  ]);
});

describe('members', () => {
  table([
    {
      does: 'lists them',
      method: 'GET',
      path: '/projects/example/members',
      status: 200,
      says: [
        { entity_name: 'admin', role_id: 1, role_name: 'projectAdmin' },
        { entity_name: 'jane', role_id: 2, entity_type: 'u' },
      ],
    },
    {
      does: 'finds by name',
      method: 'GET',
      path: '/projects/2/members?entityname=jan',
      status: 200,
      says: [{ entity_name: 'jane' }],
    },
    {
      does: 'gives one',
      method: 'GET',
      path: '/projects/2/members/3',
      status: 200,
      says: { entity_name: 'jane' },
    },
    {
      does: 'takes none twice',
      method: 'POST',
      path: '/projects/2/members',
      body: { role_id: 3, member_user: { username: 'jane' } },
      status: 409,
      says: 'CONFLICT: The project member specified already exist',
    },
    {
      does: 'knows no such user',
      method: 'POST',
      path: '/projects/2/members',
      body: { role_id: 3, member_user: { username: 'joe' } },
      status: 404,
      says: 'NOT_FOUND: joe not found',
    },
    {
      does: 'knows no such group',
      method: 'POST',
      path: '/projects/2/members',
      body: { role_id: 3, member_group: { group_name: 'all', group_type: 1 } },
      status: 404,
      says: 'NOT_FOUND: all not found',
    },
    {
      does: 'changes a role',
      method: 'PUT',
      path: '/projects/2/members/3',
      body: { role_id: 4 },
      status: 200,
    },
    {
      does: 'knows five roles',
      method: 'PUT',
      path: '/projects/2/members/3',
      body: { role_id: 6 },
      status: 400,
      says: 'BAD_REQUEST: Failed to update project member, role is not in 1,2,3',
    },
    { does: 'removes one', method: 'DELETE', path: '/projects/2/members/3', status: 200 },
    {
      does: 'is not for a developer',
      method: 'DELETE',
      path: '/projects/2/members/3',
      user: 'jane',
      status: 403,
      says: 'FORBIDDEN: forbidden',
    },
  ]);
});

describe('quotas', () => {
  table([
    {
      does: 'lists that of a project',
      method: 'GET',
      path: '/quotas?reference=project&reference_id=2',
      status: 200,
      says: [{ id: 2, hard: { storage: -1 }, used: { storage: 0 }, ref: { name: 'example' } }],
    },
    { does: 'gives one', method: 'GET', path: '/quotas/2', status: 200, says: { id: 2 } },
    { does: 'changes one', method: 'PUT', path: '/quotas/2', body: { hard: { storage: 1024 } }, status: 200 },
    {
      does: 'needs a limit',
      method: 'PUT',
      path: '/quotas/2',
      body: {},
      status: 400,
      says: 'BAD_REQUEST: hard required in body',
    },
    {
      does: 'knows no other',
      method: 'GET',
      path: '/quotas/9',
      status: 404,
      says: 'NOT_FOUND: quota 9 not found',
    },
    {
      does: 'is for administrators',
      method: 'GET',
      path: '/quotas',
      user: 'jane',
      status: 403,
      says: 'FORBIDDEN: jane',
    },
  ]);
});

describe('users', () => {
  table([
    {
      does: 'lists all but admin',
      method: 'GET',
      path: '/users',
      status: 200,
      says: [{ username: 'jane', user_id: 3, sysadmin_flag: false }],
    },
    {
      does: 'says who asks',
      method: 'GET',
      path: '/users/current',
      user: 'jane',
      status: 200,
      says: { username: 'jane' },
    },
    {
      does: 'says nothing to nobody',
      method: 'GET',
      path: '/users/current',
      anonymous: true,
      status: 401,
      says: 'UNAUTHORIZED: unauthorized',
    },
    {
      does: 'finds by name',
      method: 'GET',
      path: '/users/search?username=ja',
      user: 'jane',
      status: 200,
      says: [{ username: 'jane', user_id: 3 }],
    },
    { does: 'gives one', method: 'GET', path: '/users/3', status: 200, says: { email: 'jane@example.com' } },
    {
      does: 'knows no other',
      method: 'GET',
      path: '/users/9',
      status: 404,
      says: 'NOT_FOUND: user 9 not found',
    },
    {
      does: 'makes none twice',
      method: 'POST',
      path: '/users',
      body: { ...jane, email: 'other@example.com' },
      status: 409,
      says: 'CONFLICT: user jane or email other@example.com already exists',
    },
    {
      does: 'wants a strong password',
      method: 'POST',
      path: '/users',
      body: { ...jane, username: 'joe', email: 'joe@example.com', password: 'secret12' },
      status: 400,
      says: 'BAD_REQUEST: the password or secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number',
    },
    {
      does: 'wants an address',
      method: 'POST',
      path: '/users',
      body: { ...jane, username: 'joe', email: 'joe' },
      status: 400,
      says: 'BAD_REQUEST: email with illegal format',
    },
    {
      does: 'wants a short comment',
      method: 'PUT',
      path: '/users/3',
      body: { email: 'j@example.com', realname: 'J', comment: 'x'.repeat(31) },
      status: 400,
      says: 'BAD_REQUEST: comment with illegal length',
    },
    {
      does: 'changes a profile',
      method: 'PUT',
      path: '/users/3',
      body: { email: 'j@example.com', realname: 'J', comment: 'new' },
      status: 200,
    },
    {
      does: 'makes an administrator',
      method: 'PUT',
      path: '/users/3/sysadmin',
      body: { sysadmin_flag: true },
      status: 200,
    },
    {
      does: 'sets a password',
      method: 'PUT',
      path: '/users/3/password',
      body: { new_password: 'Another123' },
      status: 200,
    },
    {
      does: 'sets no password again',
      method: 'PUT',
      path: '/users/3/password',
      body: { new_password: secret },
      status: 400,
      says: 'BAD_REQUEST: New password is identical to old password',
    },
    {
      does: 'wants the old one of oneself',
      method: 'PUT',
      path: '/users/3/password',
      body: { old_password: 'Wrong123', new_password: 'Another123' },
      user: 'jane',
      status: 403,
      says: 'FORBIDDEN: Current password is incorrect',
    },
    { does: 'deletes one', method: 'DELETE', path: '/users/3', status: 200 },
    {
      does: 'keeps admin',
      method: 'DELETE',
      path: '/users/1',
      status: 403,
      says: 'FORBIDDEN: User with ID 1 cannot be deleted',
    },
  ]);
});

describe('robots', () => {
  table([
    {
      does: 'lists those of the system',
      method: 'GET',
      path: '/robots',
      status: 200,
      says: [
        { name: 'robot$ci', level: 'system', duration: -1, expires_at: -1, disable: false, editable: true },
      ],
    },
    {
      does: 'needs a project for its robots',
      method: 'GET',
      path: '/robots?q=Level%3Dproject',
      status: 400,
      says: 'BAD_REQUEST: must with project ID when to query project robots',
    },
    {
      does: 'lists those of a project',
      method: 'GET',
      path: '/robots?q=Level%3Dproject%2CProjectID%3D2',
      status: 200,
      says: [],
    },
    {
      does: 'makes one of a project',
      method: 'POST',
      path: '/robots',
      body: {
        ...robot,
        level: 'project',
        permissions: [{ kind: 'project', namespace: 'example', access: [right('repository', 'pull')] }],
      },
      status: 201,
      says: { name: 'robot$example+ci' },
    },
    {
      does: 'makes none twice',
      method: 'POST',
      path: '/robots',
      body: robot,
      status: 409,
      says: 'CONFLICT: robot account 0:ci already exists',
    },
    {
      does: 'refuses plus signs',
      method: 'POST',
      path: '/robots',
      body: { ...robot, name: 'a+b' },
      status: 400,
      says: 'BAD_REQUEST: robot name is not in lower case or contains illegal characters',
    },
    {
      does: 'refuses rights that are none',
      method: 'POST',
      path: '/robots',
      body: {
        ...robot,
        name: 'x',
        permissions: [{ kind: 'project', namespace: '*', access: [right('repository', 'fly')] }],
      },
      status: 400,
      says: 'BAD_REQUEST: bad request permission: repository:fly',
    },
    {
      does: 'refuses no end and no -1',
      method: 'POST',
      path: '/robots',
      body: { ...robot, name: 'x', duration: 0 },
      status: 400,
      says: 'BAD_REQUEST: bad request error duration input: 0, duration must be either -1(Never) or a positive integer',
    },
    {
      does: 'sets a chosen secret and does not show it',
      method: 'PATCH',
      path: '/robots/1',
      body: { secret },
      status: 200,
      says: {},
    },
    {
      does: 'refuses a weak one',
      method: 'PATCH',
      path: '/robots/1',
      body: { secret: 'weak' },
      status: 400,
      says: 'BAD_REQUEST: the secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number',
    },
    {
      does: 'changes one',
      method: 'PUT',
      path: '/robots/1',
      body: { ...robot, name: 'robot$ci', disable: true },
      status: 200,
    },
    {
      does: 'wants the whole name',
      method: 'PUT',
      path: '/robots/1',
      body: robot,
      status: 400,
      says: 'BAD_REQUEST: cannot update the level or name of robot',
    },
    { does: 'gives one', method: 'GET', path: '/robots/1', status: 200, says: { name: 'robot$ci' } },
    { does: 'deletes one', method: 'DELETE', path: '/robots/1', status: 200 },
    {
      does: 'knows no other',
      method: 'DELETE',
      path: '/robots/9',
      status: 404,
      says: 'NOT_FOUND: robot 9 not found',
    },
    {
      does: 'is for administrators',
      method: 'GET',
      path: '/robots',
      user: 'jane',
      status: 403,
      says: 'FORBIDDEN: jane',
    },
  ]);
});

describe('the configuration', () => {
  table([
    {
      does: 'is all entries',
      method: 'GET',
      path: '/configurations',
      status: 200,
      says: {
        read_only: { value: false, editable: true },
        robot_name_prefix: { value: 'robot$' },
        auth_mode: { editable: false },
      },
    },
    {
      does: 'takes some',
      method: 'PUT',
      path: '/configurations',
      body: { read_only: true, token_expiration: 40 },
      status: 200,
    },
    {
      does: 'checks types',
      method: 'PUT',
      path: '/configurations',
      body: { read_only: 'true' },
      status: 422,
      says: 'UNPROCESSABLE_ENTITY: validation failure list:\nparsing configurations body from "" failed, because json: cannot unmarshal string into Go struct field .read_only of type bool',
    },
    {
      does: 'checks values',
      method: 'PUT',
      path: '/configurations',
      body: { token_expiration: 0 },
      status: 400,
      says: 'BAD_REQUEST: the token_expiration value must be positive',
    },
    {
      does: 'keeps the kind of login once there are users',
      method: 'PUT',
      path: '/configurations',
      body: { auth_mode: 'ldap_auth' },
      status: 400,
      says: 'BAD_REQUEST: the auth mode cannot be modified as new users have been inserted into database',
    },
    {
      does: 'is for administrators',
      method: 'GET',
      path: '/configurations',
      user: 'jane',
      status: 403,
      says: 'FORBIDDEN: jane',
    },
  ]);
});

describe('labels', () => {
  table([
    {
      does: 'needs a scope',
      method: 'GET',
      path: '/labels',
      status: 400,
      says: 'BAD_REQUEST: invalid scope: ',
    },
    {
      does: 'lists the global ones',
      method: 'GET',
      path: '/labels?scope=g',
      status: 200,
      says: [{ name: 'good', scope: 'g' }],
    },
    {
      does: 'lists those of a project',
      method: 'GET',
      path: '/labels?scope=p&project_id=2',
      status: 200,
      says: [],
    },
    {
      does: 'makes none twice',
      method: 'POST',
      path: '/labels',
      body: { name: 'good', scope: 'g' },
      status: 409,
      says: 'CONFLICT: label good already exists',
    },
    { does: 'changes one', method: 'PUT', path: '/labels/1', body: { name: 'better' }, status: 200 },
    { does: 'gives one', method: 'GET', path: '/labels/1', status: 200, says: { name: 'good' } },
    { does: 'deletes one', method: 'DELETE', path: '/labels/1', status: 200 },
    {
      does: 'knows no other',
      method: 'GET',
      path: '/labels/9',
      status: 404,
      says: 'NOT_FOUND: label 9 not found',
    },
  ]);
});
