import { describe, expect, it } from 'vitest';
import type { HarborReads } from '../../../../../modules/lib/harbor/api.ts';
import { HarborHttp } from '../../../../../modules/lib/harbor/http.ts';
import { HarborV2, serverOfV2 } from '../../../../../modules/lib/harbor/v2/reads.ts';
import { type Answer, type Asked, login, scripted } from '../support.ts';
import { hasSwagger, Swagger } from '../swagger.ts';
import { answers, policy, wantedRule } from './answers.ts';

const example = {
  id: 3,
  name: 'example',
  repositoryCount: 2,
  metadata: { public: 'true', auto_scan: 'false' },
};
const time = (clock: string): number => Date.parse(`2026-11-22T${clock}Z`);

function server(more: Readonly<Record<string, Answer>> = {}): Asked {
  const known = Object.entries(answers).map(
    ([key, body]) => [key.replace(' ', ' /api/v2.0'), { body }] as const,
  );
  return scripted({ ...Object.fromEntries(known), ...more });
}

async function over(asked: Asked): Promise<HarborReads> {
  const http = new HarborHttp(asked.host, login);
  return new HarborV2(http, await serverOfV2(http));
}

const reads: [string, (harbor: HarborReads) => Promise<unknown>, unknown][] = [
  [
    'the server',
    async (harbor) => harbor.server,
    { generation: '2', version: 'v2.15.2-080b0220', readOnly: false, authMode: 'db_auth' },
  ],
  [
    'health',
    (harbor) => harbor.health(),
    [
      { name: 'core', healthy: true },
      { name: 'redis', healthy: false, error: 'dial tcp: connection refused' },
    ],
  ],
  ['projects', (harbor) => harbor.projects(), [example]],
  ['a project', (harbor) => harbor.project('example'), example],
  ['no project', (harbor) => harbor.project('nosuch'), undefined],
  [
    'members',
    (harbor) => harbor.members(3),
    [
      { id: 1, name: 'admin', kind: 'user', role: 'project_admin' },
      { id: 2, name: 'ops', kind: 'group', role: 'maintainer' },
    ],
  ],
  ['a quota', (harbor) => harbor.quota(3), { id: 5, storageLimit: -1, storageUsed: 4096 }],
  ['repositories', (harbor) => harbor.repositories(example), [{ name: 'example/deep/web' }]],
  [
    'tags',
    (harbor) => harbor.tags('example/deep/web'),
    [
      { name: 'app1', digest: 'sha256:aa' },
      { name: 'latest', digest: 'sha256:aa' },
    ],
  ],
  ['no tags of a repository that is not there', (harbor) => harbor.tags('example/nosuch'), []],
  [
    'endpoints',
    (harbor) => harbor.endpoints(),
    [{ id: 4, name: 'b', url: 'https://b.example.com', username: 'admin', insecure: false, ca: 'PEM' }],
  ],
  ['rules', (harbor) => harbor.rules(), [{ ...wantedRule, id: 9, endpointId: 4, raw: policy }]],
  [
    'runs from a moment on',
    (harbor) => harbor.runs(9, time('10:06:00')),
    [
      {
        id: 32,
        ruleId: 9,
        status: 'running',
        serverStatus: 'InProgress',
        startedAt: time('10:06:00.500'),
        message: 'busy',
      },
    ],
  ],
  [
    'users',
    (harbor) => harbor.users(),
    [{ id: 3, name: 'dev1', email: 'dev1@example.com', realName: 'Dev', comment: 'c', administrator: true }],
  ],
  ['whose password it is', (harbor) => harbor.passwordFits('dev1', 'x'), true],
  [
    'robots of the system and of projects',
    async (harbor) =>
      (await harbor.robots()).map(({ fullName, level, permissions }) => [fullName, level, permissions]),
    [
      [
        'robot$ci',
        'system',
        [
          { namespace: '*', access: [{ resource: 'repository', action: 'push' }] },
          { namespace: '/', access: [{ resource: 'project', action: 'create' }] },
        ],
      ],
      ['robot$example+ci', 'project', []],
    ],
  ],
  [
    'the configuration',
    (harbor) => harbor.configuration(),
    {
      auth_mode: { value: 'db_auth', editable: true },
      token_expiration: { value: 30, editable: true },
      read_only: { value: false, editable: true },
    },
  ],
];

it.each(reads)('reads %s', async (_what, read, expected) => {
  await expect(read(await over(server()))).resolves.toEqual(expected);
});

it('ends the list of runs with the first that is too old', async () => {
  const page = 'GET /api/v2.0/replication/executions?policy_id=9&sort=-id&page=1&page_size=100';
  const body = [{ id: 2, start_time: '2026-11-22T10:00:00Z' }];
  const asked = server({ [page]: { body, headers: { 'x-total-count': '5000' } } });
  await expect((await over(asked)).runs(9, time('10:01:00'))).resolves.toEqual([]);
  expect(asked.asked.filter((line) => line.includes('executions'))).toHaveLength(1);
});

describe('a ping', () => {
  const path = 'POST /api/v2.0/registries/ping';
  const endpoint = {
    name: 'b',
    url: 'https://b.example.com/',
    username: 'admin',
    insecure: false,
    ca: 'PEM',
  };

  it.each<[string, Answer, unknown]>([
    ['that reaches', { body: '' }, { reached: true }],
    [
      'that fails',
      { status: 400, body: { errors: [{ code: 'BAD_REQUEST', message: 'the registry is unhealthy' }] } },
      { reached: false, cause: 'unknown', message: 'BAD_REQUEST: the registry is unhealthy' },
    ],
    [
      'whose reason is hidden',
      { status: 500, body: { errors: [{ code: 'UNKNOWN', message: 'internal server error' }] } },
      { reached: false, cause: 'unknown', message: 'UNKNOWN: internal server error' },
    ],
  ])('%s', async (_what, answer, expected) => {
    const harbor = await over(server({ [path]: answer }));
    await expect(harbor.pingStored(4)).resolves.toEqual(expected);
    await expect(harbor.pingWith(endpoint, 'x')).resolves.toEqual(expected);
  });

  it('of what is not there is an error', async () => {
    await expect((await over(server())).pingStored(4)).rejects.toThrow('answered 404');
  });

  it.skipIf(!hasSwagger)('is asked for as described (skipped without the description)', async () => {
    const asked = server({ [path]: {} });
    const harbor = await over(asked);
    await Promise.all([harbor.pingStored(4), harbor.pingWith(endpoint, 'x')]);
    const swagger = new Swagger();
    expect(asked.requests.flatMap((request) => swagger.requestFaults(request))).toEqual([]);
  });
});

describe.skipIf(!hasSwagger)("Harbor's description of its API (skipped where it is not at hand)", () => {
  it('knows every request that reads, and every answer here', async () => {
    const swagger = new Swagger();
    const asked = server();
    const harbor = await over(asked);
    for (const [, read] of reads) await read(harbor);
    expect(asked.requests.length).toBeGreaterThan(15);
    const faults = asked.requests.flatMap((request) => {
      const { pathname, search } = new URL(request.url);
      const body = answers[`GET ${pathname.replace('/api/v2.0', '')}${search}`];
      return [
        ...swagger.requestFaults(request),
        ...(body === undefined ? [] : swagger.answerFaults(request, 200, body)),
      ];
    });
    expect(faults).toEqual([]);
  });
});
