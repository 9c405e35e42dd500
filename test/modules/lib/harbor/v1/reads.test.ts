import { expect, it } from 'vitest';
import type { HarborReads } from '../../../../../modules/lib/harbor/api.ts';
import { HarborHttp } from '../../../../../modules/lib/harbor/http.ts';
import { HarborV1, serverOfV1 } from '../../../../../modules/lib/harbor/v1/reads.ts';
import { type Answer, login, recordedAnswer, scripted } from '../support.ts';

function v1(answers: Readonly<Record<string, Answer>>): HarborReads {
  return new HarborV1(new HarborHttp(scripted(answers).host, login), serverOfV1({}));
}

const example = { id: 3, name: 'example', repositoryCount: 0, metadata: {} };

it.each<[string, Record<string, Answer>, (harbor: HarborReads) => Promise<unknown>, unknown]>([
  ['no endpoints', { 'GET /api/targets': recordedAnswer('targets', 1) }, (harbor) => harbor.endpoints(), []],
  [
    'endpoints',
    { 'GET /api/targets': recordedAnswer('targets', 66) },
    (harbor) => harbor.endpoints(),
    [{ id: 1, name: 'harbor-b', url: 'http://127.0.2.2', username: 'admin', insecure: true }],
  ],
  [
    'a project by its whole name',
    { 'GET /api/projects?name=ex&page=1&page_size=500': recordedAnswer('projects', 23) },
    (harbor) => harbor.project('ex'),
    undefined,
  ],
  [
    'a project',
    { 'GET /api/projects?name=example&page=1&page_size=500': recordedAnswer('projects', 24) },
    (harbor) => harbor.project('example'),
    {
      ...example,
      metadata: {
        auto_scan: 'false',
        enable_content_trust: 'false',
        prevent_vul: 'false',
        public: 'true',
        severity: 'low',
      },
    },
  ],
  [
    'members',
    { 'GET /api/projects/3/members': recordedAnswer('projects', 63) },
    (harbor) => harbor.members(3),
    [
      { id: 3, name: 'admin', kind: 'user', role: 'project_admin' },
      { id: 11, name: 'dev1', kind: 'user', role: 'developer' },
    ],
  ],
  ['no quota', {}, (harbor) => harbor.quota(3), undefined],
  ['no robots', {}, (harbor) => harbor.robots(), []],
  [
    'repositories',
    { 'GET /api/repositories?project_id=3&page=1&page_size=500': recordedAnswer('repositories', 4) },
    (harbor) => harbor.repositories(example),
    [{ name: 'library/alpha' }, { name: 'library/beta/deep' }],
  ],
  [
    'tags of a repository with slashes',
    { 'GET /api/repositories/library/beta/deep/tags': recordedAnswer('repositories', 15) },
    (harbor) => harbor.tags('library/beta/deep'),
    [{ name: '1', digest: 'sha256:bd11f0b825e2e3d8b8431a7a32b17e20c2bdfeb402c3c45efc92e2581db7f165' }],
  ],
  [
    'no tags of a repository that is not there',
    { 'GET /api/repositories/library/none/tags': recordedAnswer('repositories', 18) },
    (harbor) => harbor.tags('library/none'),
    [],
  ],
  [
    'no tags in a project that is not there',
    { 'GET /api/repositories/nosuch/none/tags': recordedAnswer('repositories', 19) },
    (harbor) => harbor.tags('nosuch/none'),
    [],
  ],
  [
    'users without their password hashes',
    { 'GET /api/users?page=1&page_size=500': recordedAnswer('users', 10) },
    (harbor) => harbor.users(),
    [
      {
        id: 3,
        name: 'dev1',
        email: 'dev1@example.com',
        realName: 'dev one',
        comment: 'c',
        administrator: false,
      },
    ],
  ],
  [
    'a ping that reaches',
    { 'POST /api/targets/ping': recordedAnswer('targets', 41) },
    (harbor) => harbor.pingStored(1),
    { reached: true },
  ],
  [
    'a ping that fails, without a cause',
    { 'POST /api/targets/ping': recordedAnswer('targets', 43) },
    (harbor) => harbor.pingStored(1),
    { reached: false, cause: 'unknown', message: 'failed to ping target' },
  ],
  [
    'whose password it is',
    { 'GET /api/users/current': recordedAnswer('users', 15) },
    (harbor) => harbor.passwordFits('dev1', 'Harbor12345'),
    true,
  ],
  [
    'whose password it is not',
    { 'GET /api/users/current': { status: 401, body: '\n' } },
    (harbor) => harbor.passwordFits('dev1', 'x'),
    false,
  ],
])('reads %s', async (_what, answers, read, expected) => {
  await expect(read(v1(answers))).resolves.toEqual(expected);
});

it('pings with the address as it will be stored', async () => {
  const asked = scripted({ 'POST /api/targets/ping': {} });
  const harbor = new HarborV1(new HarborHttp(asked.host, login), serverOfV1({}));
  await harbor.pingWith({ name: 'b', url: 'b.example.com/', username: 'u', insecure: true }, 'secret-word');
  expect(JSON.parse(String(asked.requests[0]?.body))).toEqual({
    endpoint: 'http://b.example.com',
    username: 'u',
    password: 'secret-word',
    insecure: true,
  });
});

it('says that the endpoint to ping is not there', async () => {
  const harbor = v1({ 'POST /api/targets/ping': recordedAnswer('targets', 49) });
  await expect(harbor.pingStored(999)).rejects.toThrow(
    'POST /api/targets/ping answered 404: target 999 not found',
  );
});

it('reads jobs as runs, newest first and from a moment on', async () => {
  const [page, end] = [recordedAnswer('replication-jobs', 13), recordedAnswer('policies', 72)];
  const whole = '/api/jobs/replication?policy_id=1';
  const all = await v1({
    [`GET ${whole}&page=1&page_size=500`]: page,
    [`GET ${whole}&page=2&page_size=500`]: end,
  }).runs(1);
  expect(all[0]).toEqual({
    id: 25,
    ruleId: 1,
    status: 'finished',
    serverStatus: 'finished',
    operation: 'delete',
    repository: 'example/timing',
    startedAt: Date.parse('2026-11-22T11:38:10Z'),
    updatedAt: Date.parse('2026-11-22T11:38:10Z'),
  });
  const starts = all.map(({ startedAt }) => startedAt);
  expect(starts).toEqual([...starts].sort((a, b) => b - a));
  const start = Date.parse('2026-11-22T11:38:10Z');
  const since = `${whole}&start_time=${start / 1000}`;
  // A job of the same second counts: the server keeps no fractions.
  const late = await v1({
    [`GET ${since}&page=1&page_size=500`]: page,
    [`GET ${since}&page=2&page_size=500`]: end,
  }).runs(1, start + 700);
  expect(late.length).toBeGreaterThan(0);
  expect(late.every(({ startedAt }) => startedAt >= start)).toBe(true);
});

it('reads the configuration, plain values only', async () => {
  const items = await v1({ 'GET /api/configurations': recordedAnswer('system', 6) }).configuration();
  expect(items).toMatchObject({
    auth_mode: { value: 'db_auth', editable: false },
    token_expiration: { value: 30, editable: true },
    self_registration: { value: true, editable: true },
  });
  expect(Object.values(items).every(({ value }) => typeof value !== 'object')).toBe(true);
});

it('calls the part unhealthy whose answer fails', async () => {
  const health = await v1({
    'GET /api/ping': recordedAnswer('system', 1),
    'GET /api/statistics': recordedAnswer('system', 5),
    'GET /api/repositories/top?count=1': { status: 500, body: '' },
  }).health();
  expect(health).toEqual([
    { name: 'ui', healthy: true },
    { name: 'database', healthy: true },
    {
      name: 'registry',
      healthy: false,
      error: 'http://a.example.com: GET /api/repositories/top?count=1 answered 500',
    },
  ]);
});
