import { describe, expect, test } from 'vitest';
import { harborRobot } from '../../modules/harbor_robot.ts';
import type { Plan, Step } from '../../src/module/index.ts';
import { planOf, readOf } from '../support/run-module.ts';
import { type Answer, scripted } from './lib/harbor/support.ts';

const login = { url: 'http://a.example.com', password: 'Harbor12345' };
const hashes = { path: '/inventory/.harbor-hashes/h1.yml', records: {} };
const nothing = { generation: '2', fullName: 'robot$ci', robot: undefined, hashes, secret: undefined };
const pull = { resource: 'repository', action: 'pull' };
const push = { resource: 'repository', action: 'push' };
const robot = {
  id: 7,
  fullName: 'robot$ci',
  description: 'builds',
  level: 'system',
  duration: 30,
  disabled: false,
  expiresAt: 1,
  permissions: [
    { namespace: 'bb', access: [push, pull] },
    { namespace: 'aa', access: [pull] },
  ],
};
const secret = 'Robot12345';
const permissions = [{ namespace: 'aa', access: ['repository:pull'] }];

function plan(params: object, current: object): Plan {
  return planOf(harborRobot, { ...login, name: 'ci', ...params }, { ...nothing, ...current });
}

/** Method, path and parsed body of a request, the path of a file. */
function done(step: Step): unknown {
  if (step.kind === 'save') return step.localPath;
  if (step.kind !== 'request') return step.kind;
  const { method, url, body } = step.request;
  return [`${method} ${new URL(url).pathname}`, ...(body === undefined ? [] : [JSON.parse(String(body))])];
}

describe('what is done', () => {
  test.each<[string, object, object, readonly unknown[]]>([
    [
      'a new robot of the system',
      { secret, permissions: [{ namespace: '/', access: ['project:create'] }, ...permissions] },
      {},
      [
        [
          'POST /api/v2.0/robots',
          {
            name: 'ci',
            description: '',
            level: 'system',
            duration: -1,
            disable: false,
            permissions: [
              { kind: 'system', namespace: '/', access: [{ resource: 'project', action: 'create' }] },
              { kind: 'project', namespace: 'aa', access: [pull] },
            ],
          },
        ],
      ],
    ],
    [
      'a new robot of a project',
      {
        level: 'project',
        project: 'aa',
        secret,
        duration: 30,
        permissions: [{ access: ['repository:pull'] }],
      },
      { fullName: 'robot$aa+ci' },
      [
        [
          'POST /api/v2.0/robots',
          {
            name: 'ci',
            description: '',
            level: 'project',
            duration: 30,
            disable: false,
            permissions: [{ kind: 'project', namespace: 'aa', access: [pull] }],
          },
        ],
      ],
    ],
    [
      'a description, with all else as it is',
      { description: 'ours' },
      { robot },
      [
        [
          'PUT /api/v2.0/robots/7',
          {
            id: 7,
            name: 'robot$ci',
            description: 'ours',
            level: 'system',
            duration: 30,
            disable: false,
            permissions: robot.permissions.map((permission) => ({ kind: 'project', ...permission })),
          },
        ],
      ],
    ],
    [
      'nothing for the same rights in another order',
      {
        permissions: [
          { namespace: 'aa', access: ['repository:pull'] },
          { namespace: 'bb', access: ['repository:pull'] },
          { namespace: 'bb', access: ['repository:push', 'repository:pull'] },
        ],
      },
      { robot },
      [],
    ],
    ['nothing where nothing is given', {}, { robot }, []],
    ['nothing for a secret as recorded', { secret }, { robot, secret: { recorded: 'same', fresh: '' } }, []],
    [
      'a secret without a record, then its hash',
      { secret },
      { robot, secret: { recorded: 'none', fresh: 'hash' } },
      [['PATCH /api/v2.0/robots/7', { secret }], hashes.path],
    ],
    ['no robot', { state: 'absent' }, { robot }, [['DELETE /api/v2.0/robots/7']]],
  ])('%s', (_what, params, current, steps) => {
    expect(plan(params, current).steps.map(done)).toEqual(steps);
  });

  test('only the rights that are given are left', () => {
    const [step] = plan({ permissions }, { robot }).steps;
    expect(step?.summary).toBe('change permissions of robot robot$ci');
    expect(step?.diff).toEqual([
      {
        header: 'robot robot$ci of http://a.example.com',
        before:
          'permissions:\n  aa:\n    - repository:pull\n  bb:\n    - repository:pull\n    - repository:push\n',
        after: 'permissions:\n  aa:\n    - repository:pull\n',
      },
    ]);
  });
});

describe('refuses, and plans nothing', () => {
  test.each<[string, object, object, string]>([
    ['1.5', { secret, permissions }, { generation: '1.5' }, 'Harbor 1.5 has no robot accounts'],
    ['a new robot without a secret', { permissions }, {}, 'to create it secret must be given'],
    ['a new robot of a name alone', {}, {}, 'to create it permissions and secret must be given'],
    ['a weak secret', { secret: 'short', permissions }, {}, 'secret must have 8 to 128 characters'],
    ['no project', { level: 'project' }, {}, 'level: project needs project'],
    ['a project that it is not of', { project: 'aa' }, {}, 'goes with level: project'],
    ['no namespace', { secret, permissions: [{ access: ['repository:pull'] }] }, {}, 'needs a namespace'],
    ['no days', { duration: 0 }, { robot }, 'at least one day'],
    [
      'rights in another project',
      { level: 'project', project: 'bb', permissions },
      {},
      'a robot of project bb cannot have rights in aa',
    ],
  ])('%s', (_what, params, current, message) => {
    const refused = plan(params, current);
    expect(refused.failure).toContain(message);
    expect(refused.steps).toEqual([]);
  });
});

describe('the name that Harbor gives it', () => {
  const base: Readonly<Record<string, Answer>> = {
    'GET /api/version': { body: { version: 'v2.0' } },
    'GET /api/v2.0/users/current': { body: { user_id: 1, username: 'admin', sysadmin_flag: true } },
    'GET /api/v2.0/systeminfo': { body: { harbor_version: 'v2.15.2', auth_mode: 'db_auth' } },
    'GET /api/v2.0/robots?page=1&page_size=100': { body: [] },
    'GET /api/v2.0/projects/aa': { body: { project_id: 3, name: 'aa' } },
    'GET /api/v2.0/robots?q=Level%3Dproject%2CProjectID%3D3&page=1&page_size=100': {
      body: [{ id: 8, name: 'robot$aa+ci', level: 'project' }],
    },
  };

  test.each<[string, object, Answer, string]>([
    ['has the prefix of the server', {}, { body: { robot_name_prefix: { value: 'bot-' } } }, 'bot-ci'],
    [
      'has its project',
      { level: 'project', project: 'aa' },
      { body: { robot_name_prefix: { value: 'robot$' } } },
      'robot$aa+ci',
    ],
    ['has the usual prefix for who may not ask', {}, { status: 403, body: '' }, 'robot$ci'],
  ])('%s', async (_what, params, configuration, fullName) => {
    const { host } = scripted({ ...base, 'GET /api/v2.0/configurations': configuration });
    const task = { ...login, name: 'ci', ...params };
    expect(await readOf(harborRobot, task, { ...host, localVars: async () => ({}) })).toMatchObject({
      fullName,
    });
  });
});
