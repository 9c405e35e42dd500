// The client against the stand-in of Harbor 1.5, which answers as the real one was recorded to.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HarborReads } from '../../../../../modules/lib/harbor/api.ts';
import type {
  EndpointSettings,
  Project,
  Rule,
  RuleSettings,
} from '../../../../../modules/lib/harbor/model.ts';
import { type HarborSession, openHarbor } from '../../../../../modules/lib/harbor/open.ts';
import { harborRequests } from '../../../../../modules/lib/harbor/requests.ts';
import type { HttpRequest } from '../../../../../src/module/index.ts';
import { push } from '../../../../harbor-stand-in/support/images.ts';
import { fixture, type Node, World } from '../../../../harbor-stand-in/support/world.ts';
import { type Asked, login as anyLogin, standIn } from '../support.ts';

const login = { ...anyLogin, url: 'http://127.0.2.1' };
const change = harborRequests('1.5', login);
const toB: EndpointSettings = { name: 'b', url: '127.0.2.2/', username: 'admin', insecure: true };
const rule: RuleSettings = {
  name: 'to-b',
  description: '每天',
  enabled: true,
  direction: 'push',
  projects: ['example'],
  repository: '**',
  tag: 'app*',
  trigger: { kind: 'scheduled', cron: '0 05 2 * * sun' },
  replicateDeletion: true,
  override: true,
  speed: 0,
};

let world: World;
let a: Node;
let asked: Asked;
let harbor: HarborReads;

beforeEach(async () => {
  world = new World();
  const dump = fixture('registry.fresh.dump.sql');
  a = await world.start('127.0.2.1', dump);
  await world.start('127.0.2.2', dump);
  asked = standIn(a);
  harbor = await openHarbor(asked.host, login);
});
afterEach(() => world.stop());

async function send(request: HttpRequest): Promise<number> {
  const { status, body } = await asked.host.request(request);
  if (status >= 300) throw new Error(`${request.method} ${request.url}: ${status} ${body}`);
  return status;
}

async function example(): Promise<Project> {
  const found = await harbor.project('example');
  if (found === undefined) throw new Error('no project');
  return found;
}

async function only<Item>(list: Promise<readonly Item[]>): Promise<Item> {
  const [item, ...rest] = await list;
  if (item === undefined || rest.length > 0) throw new Error('not exactly one');
  return item;
}

test('a wrong password is refused by one try', async () => {
  let holds = 0;
  a.faults.holdLogin = async () => void holds++;
  await expect(openHarbor(asked.host, { ...login, password: 'wrong' })).rejects.toThrow(
    'http://127.0.2.1 refused the user admin: wrong name or password',
  );
  expect(holds).toBe(1);
});

test('a session of one login leaves nothing more in Redis however often it is asked', async () => {
  const session: HarborSession = {};
  await openHarbor(asked.host, login, session);
  const before = a.sessions.size;
  const again = await openHarbor(asked.host, login, session);
  expect(await again.endpoints()).toEqual([]);
  expect(a.sessions.size).toBe(before);
  await harbor.endpoints();
  expect(a.sessions.size).toBe(before + 1);
});

test('a project is made, changed and removed', async () => {
  await send(change.createProject('example', { public: 'true' }));
  expect(await example()).toMatchObject({ name: 'example', metadata: { public: 'true' } });
  await send(change.updateProject(await example(), { auto_scan: 'true' }));
  expect((await example()).metadata).toMatchObject({ public: 'true', auto_scan: 'true' });
  await send(change.deleteProject(await example()));
  expect(await harbor.project('example')).toBeUndefined();
  expect((await harbor.projects()).map(({ name }) => name)).toEqual(['library']);
});

test('a user is made, becomes a member and an administrator, and goes', async () => {
  const dev = { name: 'dev1', email: 'dev1@example.com', realName: 'Dev', comment: 'c' };
  await send(change.createUser(dev, 'Harbor12345'));
  const user = await only(harbor.users());
  expect(user).toEqual({ ...dev, id: user.id, administrator: false });
  await send(change.updateUser(user.id, { ...dev, comment: 'other' }));
  await send(change.setAdministrator(user.id, true));
  expect(await only(harbor.users())).toMatchObject({ comment: 'other', administrator: true });

  await send(change.addMember(1, { name: 'dev1', kind: 'user', role: 'guest' }));
  const member = (await harbor.members(1)).find(({ name }) => name === 'dev1');
  expect(member).toMatchObject({ role: 'guest', kind: 'user' });
  await send(change.updateMember(1, member?.id ?? 0, 'developer'));
  expect(await harbor.members(1)).toContainEqual({ ...member, role: 'developer' });
  await send(change.removeMember(1, member?.id ?? 0));
  expect(await harbor.members(1)).toHaveLength(1);

  expect(await harbor.passwordFits('dev1', 'Harbor12345')).toBe(true);
  expect(await harbor.passwordFits('dev1', 'Other12345')).toBe(false);
  await send(change.deleteUser(user.id));
  expect(await harbor.users()).toEqual([]);
});

test('the configuration is changed', async () => {
  await send(change.updateConfiguration({ token_expiration: 45 }));
  expect((await harbor.configuration())['token_expiration']).toEqual({ value: 45, editable: true });
});

test('it is healthy, and without Redis every part says why not', async () => {
  expect((await harbor.health()).every(({ healthy }) => healthy)).toBe(true);
  a.faults.redisDown = true;
  expect(await harbor.health()).toMatchObject([
    { name: 'ui', healthy: false, error: expect.stringContaining('503') },
    { name: 'database', healthy: false },
    { name: 'registry', healthy: false },
  ]);
});

describe('replication', () => {
  beforeEach(async () => {
    await send(change.createProject('example', { public: 'true' }));
    await send(change.createEndpoint(toB, 'Harbor12345'));
  });

  async function makeRule(settings: RuleSettings): Promise<Rule> {
    const { id } = await only(harbor.endpoints());
    await send(change.createRule(settings, id, await harbor.projects(), false));
    return only(harbor.rules());
  }

  test('an endpoint reads back as the client said it would', async () => {
    const { id, ...stored } = await only(harbor.endpoints());
    expect(stored).toEqual(change.normalEndpoint(toB));
    await send(change.updateEndpoint(id, { ...toB, name: 'other', insecure: false }));
    expect(await only(harbor.endpoints())).toEqual({ ...stored, id, name: 'other', insecure: false });
    // The update had no password: the stored one stays.
    expect(await harbor.pingStored(id)).toEqual({ reached: true });
    expect(await harbor.pingWith(toB, 'wrong')).toMatchObject({ reached: false, cause: 'unknown' });
    await send(change.deleteEndpoint(id));
    expect(await harbor.endpoints()).toEqual([]);
  });

  test('a rule reads back as the client said it would, before and after a change', async () => {
    const made = await makeRule(rule);
    expect(made).toMatchObject(change.normalRule(rule));
    expect(made).not.toHaveProperty('repository');
    const other: RuleSettings = {
      ...rule,
      trigger: { kind: 'immediate' },
      repository: 'web',
      description: '',
    };
    await send(change.updateRule(made, other, made.endpointId, await harbor.projects()));
    const changed = await only(harbor.rules());
    expect(changed).toMatchObject({ ...change.normalRule(other), id: made.id });
    await send(change.deleteRule(made.id));
    expect(await harbor.rules()).toEqual([]);
  });

  test('a run brings the image to the other side, and tags go', async () => {
    const { id } = await makeRule({ ...rule, tag: '', trigger: { kind: 'manual' } });
    await push(a, 'example/deep/web', 'app1');
    await world.settle();
    await send(change.startRun(id));
    await world.settle();
    expect(await harbor.runs(id)).toMatchObject([
      { ruleId: id, status: 'finished', operation: 'transfer', repository: 'example/deep/web' },
    ]);
    expect(await harbor.runs(id, world.now.getTime() + 60_000)).toEqual([]);
    expect(await harbor.repositories(await example())).toEqual([{ name: 'example/deep/web' }]);
    expect(await harbor.tags('example/deep/web')).toMatchObject([{ name: 'app1', digest: /^sha256:/ }]);

    await send(change.deleteTag('example/deep/web', 'app1'));
    expect(await harbor.tags('example/deep/web')).toEqual([]);
  });
});
