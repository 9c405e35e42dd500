// The client against the stand-in of Harbor 2.x: each exchange is held against the API's description on the way.

import { beforeEach, describe, expect, test } from 'vitest';
import type { HarborReads, HarborRequests } from '../../../../../modules/lib/harbor/api.ts';
import type { EndpointSettings, Rule, RuleSettings } from '../../../../../modules/lib/harbor/model.ts';
import { openHarbor } from '../../../../../modules/lib/harbor/open.ts';
import { harborRequests } from '../../../../../modules/lib/harbor/requests.ts';
import { httpRequest } from '../../../../../src/connection/http.ts';
import type { HostAccess, HttpRequest, HttpResponse } from '../../../../../src/module/index.ts';
import { lab, PASSWORD } from '../../../../harbor2-stand-in/support/harbors.ts';
import type { Harbor2 } from '../../../../lab/harbor2/harbor2.ts';
import { fakeHost } from '../../../../support/fake-host.ts';
import { login as anyLogin } from '../support.ts';
import { wantedRule } from './answers.ts';

const { start } = lab();
const host: HostAccess = { ...fakeHost(), request: (request) => httpRequest(undefined, request) };

let a: Harbor2;
let b: Harbor2;
let harbor: HarborReads;
let change: HarborRequests;
let toB: EndpointSettings;

beforeEach(async () => {
  [a, b] = await Promise.all([start(), start()]);
  const login = { ...anyLogin, url: a.url, password: PASSWORD, via: 'direct' } as const;
  harbor = await openHarbor(host, login);
  change = harborRequests('2', login);
  toB = { name: 'b', url: `${b.url}/`, username: 'admin', insecure: true };
});

async function send(request: HttpRequest): Promise<HttpResponse> {
  const response = await host.request(request);
  if (response.status < 300) return response;
  throw new Error(`${request.method} ${request.url}: ${response.status} ${response.body}`);
}

async function only<Item>(list: Promise<readonly Item[]>): Promise<Item> {
  const [item, ...rest] = await list;
  if (item === undefined || rest.length > 0) throw new Error('not exactly one');
  return item;
}

test('it is found out, and a wrong password is refused', async () => {
  expect(harbor.server).toMatchObject({ generation: '2', version: /^v2\./, readOnly: false });
  const wrong = { ...anyLogin, url: a.url, password: 'Wrong12345', via: 'direct' } as const;
  await expect(openHarbor(host, wrong)).rejects.toThrow(`${a.url} refused the user admin`);
});

test('a project is made, changed, limited and removed', async () => {
  await send(change.createProject('123', { public: 'true' }, 1024));
  const project = await harbor.project('123');
  if (project === undefined) throw new Error('no project');
  expect(project.metadata).toMatchObject({ public: 'true' });
  await send(change.updateProject(project, { auto_scan: 'true' }));
  expect(await harbor.project('123')).toMatchObject({ metadata: { public: 'true', auto_scan: 'true' } });

  const quota = await harbor.quota(project.id);
  if (quota === undefined) throw new Error('no quota');
  expect(quota.storageLimit).toBe(1024);
  await send(change.updateQuota(quota, -1));
  expect(await harbor.quota(project.id)).toMatchObject({ storageLimit: -1 });

  await send(change.deleteProject(project));
  expect(await harbor.project('123')).toBeUndefined();
});

test('a user is made, becomes a member and an administrator, and goes', async () => {
  const dev = { name: 'dev1', email: 'dev1@example.com', realName: 'Dev', comment: 'c' };
  await send(change.createUser(dev, 'Harbor12345'));
  const find = async () => (await harbor.users()).find(({ name }) => name === 'dev1');
  const id = (await find())?.id ?? 0;
  expect(await find()).toEqual({ ...dev, id, administrator: false });
  await send(change.updateUser(id, { ...dev, comment: 'other' }));
  await send(change.setAdministrator(id, true));
  expect(await find()).toMatchObject({ comment: 'other', administrator: true });
  await send(change.setPassword(id, 'Harbor54321'));
  expect(await harbor.passwordFits('dev1', 'Harbor54321')).toBe(true);
  expect(await harbor.passwordFits('dev1', 'Harbor12345')).toBe(false);

  const project = await harbor.project('library');
  const projectId = project?.id ?? 0;
  await send(change.addMember(projectId, { name: 'dev1', kind: 'user', role: 'limited_guest' }));
  const member = (await harbor.members(projectId)).find(({ name }) => name === 'dev1');
  expect(member?.role).toBe('limited_guest');
  await send(change.updateMember(projectId, member?.id ?? 0, 'maintainer'));
  expect(await harbor.members(projectId)).toContainEqual({ ...member, role: 'maintainer' });
  await send(change.removeMember(projectId, member?.id ?? 0));
  await send(change.deleteUser(id));
  expect(await find()).toBeUndefined();
});

test('a robot is made, given a secret, changed and removed', async () => {
  await send(change.createProject('example', {}));
  const settings = {
    name: 'ci',
    description: 'd',
    level: 'project',
    duration: 30,
    disabled: false,
    permissions: [{ namespace: 'example', access: [{ resource: 'repository', action: 'push' }] }],
  } as const;
  await send(change.createRobot(settings));
  const robot = await only(harbor.robots());
  expect(robot).toMatchObject({
    fullName: 'robot$example+ci',
    level: 'project',
    permissions: settings.permissions,
  });
  await send(change.setRobotSecret(robot.id, 'Robot-secret-1'));
  expect(await harbor.passwordFits(robot.fullName, 'Robot-secret-1')).toBe(true);
  await send(change.updateRobot(robot, { ...settings, disabled: true }));
  expect(await only(harbor.robots())).toMatchObject({ id: robot.id, disabled: true });
  await send(change.deleteRobot(robot.id));
  expect(await harbor.robots()).toEqual([]);
});

test('the configuration is changed', async () => {
  await send(change.updateConfiguration({ token_expiration: 45 }));
  expect((await harbor.configuration())['token_expiration']).toEqual({ value: 45, editable: true });
});

test('it says what of it is not healthy', async () => {
  expect((await harbor.health()).every(({ healthy }) => healthy)).toBe(true);
  a.settings.unhealthy = { redis: 'connection refused' };
  expect((await harbor.health()).filter(({ healthy }) => !healthy)).toEqual([
    { name: 'redis', healthy: false, error: 'connection refused' },
  ]);
});

test('more than a page of projects comes whole', async () => {
  for (let number = 0; number < 101; number++) await send(change.createProject(`many-${number}`, {}));
  expect(await harbor.projects()).toHaveLength(102);
});

describe('replication', () => {
  beforeEach(async () => {
    await send(change.createProject('example', { public: 'true' }));
    await send(change.createEndpoint(toB, PASSWORD));
  });

  async function makeRule(settings: RuleSettings): Promise<Rule> {
    const { id } = await only(harbor.endpoints());
    await send(change.createRule(settings, id, [], false));
    return only(harbor.rules());
  }

  test('an endpoint reads back as the client said it would', async () => {
    const { id, ...stored } = await only(harbor.endpoints());
    expect(stored).toEqual(change.normalEndpoint(toB));
    await send(change.updateEndpoint(id, { ...toB, name: 'other' }));
    expect(await only(harbor.endpoints())).toEqual({ ...stored, id, name: 'other' });
    // The update had no password: the stored one stays.
    expect(await harbor.pingStored(id)).toEqual({ reached: true });
    expect(await harbor.pingWith(toB, 'Wrong12345')).toMatchObject({ reached: false });
    await send(change.deleteEndpoint(id));
    expect(await harbor.endpoints()).toEqual([]);
  });

  test('a peer that is down is said to be', async () => {
    const { id } = await only(harbor.endpoints());
    await b.stop();
    expect(await harbor.pingStored(id)).toMatchObject({ reached: false });
  });

  test('a rule reads back as the client said it would, before and after a change', async () => {
    const rule: RuleSettings = {
      ...wantedRule,
      projects: ['library', 'example'],
      repository: 'web*',
      tag: 'v*',
      speed: 64,
      trigger: { kind: 'scheduled', cron: '0 30  2 * * *' },
    };
    const made = await makeRule(rule);
    expect(made).toMatchObject(change.normalRule(rule));
    const other: RuleSettings = { ...wantedRule, enabled: false, replicateDeletion: false };
    await send(change.updateRule(made, other, made.endpointId, []));
    const { raw: _raw, endpointId: _endpoint, id, ...changed } = await only(harbor.rules());
    expect([id, changed]).toEqual([made.id, change.normalRule(other)]);
    await send(change.deleteRule(made.id));
    expect(await harbor.rules()).toEqual([]);
  });

  test('a run brings the image to the other side, and tags and repositories go', async () => {
    const digest = a.push('example/deep/web', 'app1', 'content');
    const { id } = await makeRule({ ...wantedRule, trigger: { kind: 'manual' } });
    await send(change.startRun(id));
    await a.settled();
    expect(await harbor.runs(id)).toMatchObject([
      { ruleId: id, status: 'finished', serverStatus: 'Succeed' },
    ]);
    expect((await only(harbor.runs(id))).endedAt).toBeGreaterThan(0);
    const project = await harbor.project('example');
    if (project === undefined) throw new Error('no project');
    expect(await harbor.repositories(project)).toEqual([{ name: 'example/deep/web' }]);
    expect(await harbor.tags('example/deep/web')).toEqual([{ name: 'app1', digest }]);

    await send(change.deleteTag('example/deep/web', 'app1'));
    expect(await harbor.tags('example/deep/web')).toEqual([]);
    await send(change.deleteRepository('example/deep/web'));
    expect(await harbor.repositories(project)).toEqual([]);
    expect(await harbor.tags('example/deep/web')).toEqual([]);
  });
});
