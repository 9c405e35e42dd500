import { describe, expect, it } from 'vitest';
import type { HarborRequests } from '../../../../../modules/lib/harbor/api.ts';
import type { EndpointSettings, Rule } from '../../../../../modules/lib/harbor/model.ts';
import { harborRequests } from '../../../../../modules/lib/harbor/requests.ts';
import { toRule } from '../../../../../modules/lib/harbor/v2/rules.ts';
import { type HttpRequest, ParamsError } from '../../../../../src/module/index.ts';
import { bodyOf, login } from '../support.ts';
import { hasSwagger, Swagger } from '../swagger.ts';
import { policy, wantedRule } from './answers.ts';

const change = harborRequests('2', login);
const project = { id: 3, name: 'example', repositoryCount: 0, metadata: {} };
const endpoint: EndpointSettings = { name: 'b', url: 'b.example.com/', username: 'admin', insecure: false };
const current: Rule = toRule(policy);
const user = { name: 'dev1', email: 'dev1@example.com', realName: 'Dev', comment: '' };
const settings = {
  name: 'ci',
  description: 'd',
  level: 'project',
  duration: 30,
  disabled: true,
  permissions: [{ namespace: 'example', access: [{ resource: 'repository', action: 'push' }] }],
} as const;
const robot = { ...settings, id: 7, fullName: 'robot$example+ci', expiresAt: -1 };
const sentRobot = {
  description: 'd',
  level: 'project',
  duration: 30,
  disable: true,
  permissions: [
    { kind: 'project', namespace: 'example', access: [{ resource: 'repository', action: 'push' }] },
  ],
};
const sentRule = {
  name: 'to-b',
  description: '',
  dest_registry: { id: 4 },
  dest_namespace_replace_count: -1,
  trigger: { type: 'event_based' },
  filters: [{ type: 'name', value: 'example/**' }],
  deletion: true,
  replicate_deletion: true,
  override: true,
  enabled: true,
  speed: 0,
};

const made: [keyof HarborRequests, HttpRequest, string, unknown][] = [
  [
    'createProject',
    change.createProject('example', { public: 'true' }, 1024),
    'POST /projects',
    { project_name: 'example', metadata: { public: 'true' }, storage_limit: 1024 },
  ],
  [
    'updateProject',
    change.updateProject(project, { public: 'false' }),
    'PUT /projects/3',
    { metadata: { public: 'false' } },
  ],
  ['deleteProject', change.deleteProject(project), 'DELETE /projects/3', undefined],
  [
    'updateQuota',
    change.updateQuota({ id: 5, storageLimit: -1, storageUsed: 0 }, 2048),
    'PUT /quotas/5',
    { hard: { storage: 2048 } },
  ],
  [
    'addMember',
    change.addMember(3, { name: 'dev1', kind: 'user', role: 'maintainer' }),
    'POST /projects/3/members',
    { role_id: 4, member_user: { username: 'dev1' } },
  ],
  [
    'addMember',
    change.addMember(3, { name: 'ops', kind: 'group', role: 'limited_guest' }),
    'POST /projects/3/members',
    { role_id: 5, member_group: { group_name: 'ops', group_type: 3 } },
  ],
  [
    'addMember',
    change.addMember(3, { name: 'cn=ops,dc=example', kind: 'group', role: 'guest' }),
    'POST /projects/3/members',
    { role_id: 3, member_group: { ldap_group_dn: 'cn=ops,dc=example', group_type: 1 } },
  ],
  ['updateMember', change.updateMember(3, 8, 'developer'), 'PUT /projects/3/members/8', { role_id: 2 }],
  ['removeMember', change.removeMember(3, 8), 'DELETE /projects/3/members/8', undefined],
  [
    'deleteRepository',
    change.deleteRepository('example/deep/web'),
    'DELETE /projects/example/repositories/deep%252Fweb',
    undefined,
  ],
  [
    'deleteTag',
    change.deleteTag('example/web', 'app1'),
    'DELETE /projects/example/repositories/web/artifacts/app1',
    undefined,
  ],
  [
    'createEndpoint',
    change.createEndpoint({ ...endpoint, ca: ' PEM\n' }, 'secret-word'),
    'POST /registries',
    {
      name: 'b',
      url: 'http://b.example.com',
      type: 'harbor',
      insecure: false,
      credential: { type: 'basic', access_key: 'admin', access_secret: 'secret-word' },
      ca_certificate: 'PEM',
    },
  ],
  [
    'updateEndpoint',
    change.updateEndpoint(4, endpoint),
    'PUT /registries/4',
    {
      name: 'b',
      url: 'http://b.example.com',
      insecure: false,
      credential_type: 'basic',
      access_key: 'admin',
      ca_certificate: '',
    },
  ],
  [
    'updateEndpoint',
    change.updateEndpoint(4, endpoint, 'secret-word'),
    'PUT /registries/4',
    {
      name: 'b',
      url: 'http://b.example.com',
      insecure: false,
      credential_type: 'basic',
      access_key: 'admin',
      access_secret: 'secret-word',
      ca_certificate: '',
    },
  ],
  ['deleteEndpoint', change.deleteEndpoint(4), 'DELETE /registries/4', undefined],
  ['createRule', change.createRule(wantedRule, 4, [], true), 'POST /replication/policies', sentRule],
  [
    'updateRule',
    change.updateRule(current, { ...wantedRule, enabled: false }, 4, []),
    'PUT /replication/policies/9',
    {
      ...withoutSource(policy),
      dest_registry: { id: 4 },
      trigger: { type: 'event_based' },
      deletion: true,
      enabled: false,
    },
  ],
  ['deleteRule', change.deleteRule(9), 'DELETE /replication/policies/9', undefined],
  ['startRun', change.startRun(9), 'POST /replication/executions', { policy_id: 9 }],
  [
    'createUser',
    change.createUser(user, 'secret-word'),
    'POST /users',
    { username: 'dev1', email: 'dev1@example.com', realname: 'Dev', comment: '', password: 'secret-word' },
  ],
  [
    'updateUser',
    change.updateUser(3, user),
    'PUT /users/3',
    { email: 'dev1@example.com', realname: 'Dev', comment: '' },
  ],
  ['setAdministrator', change.setAdministrator(3, true), 'PUT /users/3/sysadmin', { sysadmin_flag: true }],
  ['setPassword', change.setPassword(3, 'new-word'), 'PUT /users/3/password', { new_password: 'new-word' }],
  [
    'setPassword',
    change.setPassword(3, 'new-word', 'old-word'),
    'PUT /users/3/password',
    { old_password: 'old-word', new_password: 'new-word' },
  ],
  ['deleteUser', change.deleteUser(3), 'DELETE /users/3', undefined],
  ['createRobot', change.createRobot(settings), 'POST /robots', { name: 'ci', ...sentRobot }],
  [
    'createRobot',
    change.createRobot(settings, 'Secret-word1'),
    'POST /robots',
    { name: 'ci', ...sentRobot, secret: 'Secret-word1' },
  ],
  [
    'updateRobot',
    change.updateRobot(robot, settings),
    'PUT /robots/7',
    { id: 7, name: 'robot$example+ci', ...sentRobot },
  ],
  ['setRobotSecret', change.setRobotSecret(7, 'Secret-word1'), 'PATCH /robots/7', { secret: 'Secret-word1' }],
  ['deleteRobot', change.deleteRobot(7), 'DELETE /robots/7', undefined],
  [
    'updateConfiguration',
    change.updateConfiguration({ token_expiration: 45, read_only: true }),
    'PUT /configurations',
    { token_expiration: 45, read_only: true },
  ],
];

function withoutSource({ src_registry: _source, ...rest }: typeof policy): object {
  return rest;
}

it.each(made)('%s', (_name, request, line, body) => {
  expect(`${request.method} ${request.url}`).toBe(line.replace(' ', ' http://a.example.com/api/v2.0'));
  expect(bodyOf(request)).toEqual(body);
});

it('has a row here for every change there is', () => {
  const changes = Object.keys(change).filter(
    (name) => !['generation', 'normalEndpoint', 'normalRule'].includes(name),
  );
  expect([...new Set(made.map(([name]) => name))].sort()).toEqual(changes.sort());
});

it.each([
  ['a project in capitals', () => change.createProject('UPPER', {})],
  ['a project of one letter', () => change.createProject('a', {})],
  ['an endpoint with a long name', () => change.createEndpoint({ ...endpoint, name: 'n'.repeat(65) }, 'x')],
  ['an endpoint of another scheme', () => change.createEndpoint({ ...endpoint, url: 'ftp://b' }, 'x')],
])('%s is refused', (_what, make) => {
  expect(make).toThrow(ParamsError);
});

describe.skipIf(!hasSwagger)("Harbor's description of its API (skipped where it is not at hand)", () => {
  const swagger = hasSwagger ? new Swagger() : undefined;

  it.each(made)('has %s', (_name, request) => {
    expect(swagger?.requestFaults(request)).toEqual([]);
  });

  it('would find a wrong request', () => {
    const wrong = (method: string, path: string, body?: object): unknown[] =>
      swagger?.requestFaults({
        method,
        url: `http://a/api/v2.0${path}`,
        via: 'host',
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }) ?? [];
    expect(wrong('POST', '/nosuch')).toHaveLength(1);
    expect(wrong('DELETE', '/registries/abc')).toHaveLength(1);
    expect(wrong('GET', '/users?page_size=500')).toHaveLength(1);
    expect(wrong('GET', '/users?pages=5')).toHaveLength(1);
    expect(wrong('POST', '/replication/executions', { policy_id: '9' })).toHaveLength(1);
    expect(wrong('POST', '/replication/executions', { policy: 9 })).toHaveLength(1);
    expect(wrong('POST', '/replication/executions')).toHaveLength(1);
  });
});
