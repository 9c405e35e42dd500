// The modules against Harbors 2.15 in this process: every exchange is held against the API's description.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { harborConfig } from '../../../../modules/harbor_config.ts';
import { harborProject } from '../../../../modules/harbor_project.ts';
import { harborRobot } from '../../../../modules/harbor_robot.ts';
import { harborUser } from '../../../../modules/harbor_user.ts';
import { httpRequest } from '../../../../src/connection/index.ts';
import type { Module } from '../../../../src/module/index.ts';
import { call, lab, PASSWORD } from '../../../harbor2-stand-in/support/harbors.ts';
import type { Harbor2 } from '../../../lab/harbor2/harbor2.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { type Ended, runTask, type Site, siteOf } from './site.ts';

const { start } = lab();
const ci = { name: 'ci', email: 'ci@example.com', user_password: 'Secret12345' };
const kept = (name: string): string => `keep the salted hash of ${name} in /.harbor-hashes/node1.yml`;

let a: Harbor2;
let site: Site;
let sent: string[];

beforeEach(async () => {
  a = await start();
  sent = [];
  site = siteOf({
    ...fakeHost({ name: 'node1' }),
    request: (request) => {
      sent.push(`${request.method} ${new URL(request.url).pathname}`);
      return httpRequest(undefined, { ...request, via: 'direct' });
    },
  });
});
afterEach(() => site.remove());

function run(module: Module, params: object): Promise<Ended> {
  return runTask(module, { url: a.url, password: PASSWORD, ...params }, site);
}

async function runTwice(module: Module, params: object): Promise<readonly string[]> {
  const first = await run(module, params);
  expect(first.failure).toBeUndefined();
  const second = await run(module, params);
  expect(second).toMatchObject({ done: [] });
  expect(second.failure).toBeUndefined();
  return first.done;
}

/** Requests so far that were no reads. */
function changes(): string[] {
  return sent.filter((line) => !line.startsWith('GET '));
}

describe('harbor_project', () => {
  test('makes a project with settings, quota and members, changes it, and removes it', async () => {
    await run(harborUser, ci);
    const params = {
      name: 'example',
      public: true,
      severity: 'critical',
      prevent_vulnerable: true,
      storage_limit: '10GiB',
      members: [{ name: 'ci', role: 'maintainer' }],
    };
    expect(await runTwice(harborProject, params)).toEqual([
      'create project example',
      'make user ci a maintainer of project example',
    ]);
    const changed = {
      ...params,
      public: false,
      content_trust: true,
      storage_limit: 'unlimited',
      members: [],
      purge_members: true,
    };
    expect(await runTwice(harborProject, changed)).toEqual([
      'change public, content_trust of project example',
      'set the quota of project example to unlimited',
      'take user ci out of project example',
    ]);
    expect(await runTwice(harborProject, { name: 'example', state: 'absent' })).toEqual([
      'remove project example',
    ]);
  });

  test('removes none with repositories', async () => {
    await run(harborProject, { name: 'example' });
    a.push('example/app', 'v1', 'one');
    a.push('example/web', 'v1', 'two');
    const ended = await run(harborProject, { name: 'example', state: 'absent' });
    expect(ended.failure).toContain('it holds 2 repositories');
  });

  test('finds a project whose name is a number', async () => {
    expect(await runTwice(harborProject, { name: '12345', public: true })).toEqual(['create project 12345']);
  });
});

describe('harbor_user', () => {
  test('makes a user, proves and changes its password', async () => {
    expect(await runTwice(harborUser, { ...ci, administrator: true })).toEqual([
      'create user ci',
      'make user ci an administrator',
      kept('ci'),
    ]);
    const changed = { ...ci, real_name: 'Builds', administrator: false, user_password: 'Another12345' };
    expect(await runTwice(harborUser, changed)).toEqual([
      'change real_name of user ci',
      'end user ci being administrator',
      'set the password of user ci',
      kept('ci'),
    ]);
    const login = { user: 'ci', password: 'Another12345' };
    expect((await call(a, 'GET', '/users/current', undefined, login)).status).toBe(200);
    expect(site.hashes()).not.toMatch(/Secret12345|Another12345/);
  });

  test('completes what ended after the password was set', async () => {
    await run(harborUser, ci);
    await call(a, 'PUT', '/users/3/password', { new_password: 'Another12345' });
    expect(await runTwice(harborUser, { ...ci, user_password: 'Another12345' })).toEqual([kept('ci')]);
  });

  test('removes a user and its record', async () => {
    await run(harborUser, ci);
    expect(await runTwice(harborUser, { name: 'ci', state: 'absent' })).toEqual([
      'remove user ci',
      'forget the salted hash of ci in /.harbor-hashes/node1.yml',
    ]);
    expect((await run(harborUser, { name: 'admin', state: 'absent' })).failure).toContain("Harbor's own");
  });
});

describe('harbor_robot', () => {
  const robot = {
    name: 'ci',
    secret: 'Robot12345',
    permissions: [{ namespace: 'library', access: ['repository:push', 'repository:pull'] }],
  };

  beforeEach(() => run(harborProject, { name: 'library' }));

  test('makes a robot that logs in with the secret given, and changes it', async () => {
    expect(await runTwice(harborRobot, robot)).toEqual([
      'create robot robot$ci',
      'set the secret of robot robot$ci',
      kept('robot$ci'),
    ]);
    const login = { user: 'robot$ci', password: robot.secret };
    expect((await call(a, 'GET', '/projects/library/repositories', undefined, login)).status).toBe(200);
    const changed = {
      ...robot,
      description: 'builds',
      duration: 30,
      permissions: [{ namespace: '*', access: ['repository:pull'] }],
    };
    expect(await runTwice(harborRobot, changed)).toEqual([
      'change description, duration, permissions of robot robot$ci',
    ]);
    expect(await runTwice(harborRobot, { ...changed, secret: 'Robot54321', disabled: true })).toEqual([
      'change disabled of robot robot$ci',
      'set the secret of robot robot$ci',
      kept('robot$ci'),
    ]);
    expect(await runTwice(harborRobot, { name: 'ci', state: 'absent' })).toEqual([
      'remove robot robot$ci',
      'forget the salted hash of robot$ci in /.harbor-hashes/node1.yml',
    ]);
  });

  test('makes a robot of one project beside one of the system', async () => {
    await run(harborRobot, robot);
    const own = {
      ...robot,
      level: 'project',
      project: 'library',
      permissions: [{ access: ['repository:pull'] }],
    };
    expect(await runTwice(harborRobot, own)).toEqual([
      'create robot robot$library+ci',
      'set the secret of robot robot$library+ci',
      kept('robot$library+ci'),
    ]);
  });

  test('follows the prefix of the server', async () => {
    await run(harborConfig, { settings: { robot_name_prefix: 'bot_' } });
    expect((await runTwice(harborRobot, robot))[0]).toBe('create robot bot_ci');
  });

  test('without rights is told so, and nothing changes', async () => {
    await run(harborRobot, robot);
    const before = changes().length;
    const login = { username: 'robot$ci', password: robot.secret };
    const ended = await run(harborUser, { ...ci, ...login });
    expect(ended.failure).toContain('GET /api/v2.0/users?page=1&page_size=100 answered 403 Forbidden');
    expect((await run(harborConfig, { ...login, settings: { read_only: true } })).failure).toContain('403');
    expect(changes()).toHaveLength(before);
    expect((await run(harborProject, { ...login, name: 'own' })).failure).toContain('403');
  });
});

describe('harbor_config', () => {
  test('sends what differs, secrets once', async () => {
    const settings = {
      token_expiration: 60,
      read_only: 'false',
      project_creation_restriction: 'adminonly',
      oidc_client_secret: 'Oidc12345',
    };
    expect(await runTwice(harborConfig, { settings })).toEqual([
      'set token_expiration, project_creation_restriction, oidc_client_secret',
      kept('oidc_client_secret'),
    ]);
  });

  test('says what is fixed, and changes nothing', async () => {
    await run(harborUser, ci);
    const before = changes().length;
    const settings = { token_expiration: 60, auth_mode: 'ldap_auth' };
    expect((await run(harborConfig, { settings })).failure).toContain('auth_mode cannot be changed');
    expect(changes()).toHaveLength(before);
  });
});

test.each<[string, Module, object]>([
  ['harbor_project', harborProject, { name: 'example' }],
  ['harbor_user', harborUser, ci],
  ['harbor_config', harborConfig, { settings: { token_expiration: 1 } }],
  ['harbor_robot', harborRobot, { name: 'ci' }],
])('%s asks a wrong password once and changes nothing', async (_name, module, params) => {
  const ended = await run(module, { ...params, password: 'Wrong12345' });
  expect(ended.failure).toContain('refused the user admin: wrong name or password');
  expect(sent.filter((line) => line.endsWith('/users/current'))).toHaveLength(1);
  expect(changes()).toEqual([]);
});
