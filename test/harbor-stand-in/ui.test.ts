// What the recordings do not show one by one: sessions, the login lock, SyncRegistry, jobs and their retries.

import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lastDue } from '../lab/harbor/server/jobservice/jobservice.ts';
import { matchPattern } from '../lab/harbor/server/replication.ts';
import { syncRegistry } from '../lab/harbor/server/sync.ts';
import { keyId } from '../lab/harbor/server/token.ts';
import { push } from './support/images.ts';
import { basic, call, fixture, type Node, World } from './support/world.ts';

const ADMIN = { authorization: basic('admin', 'Harbor12345'), 'content-type': 'application/json' };
const WRONG = { authorization: basic('admin', 'wrong') };

let world: World;
let a: Node;
let b: Node;

beforeEach(async () => {
  world = new World();
  const dump = fixture('registry.fresh.dump.sql');
  a = await world.start('127.0.2.1', dump);
  b = await world.start('127.0.2.2', dump);
});
afterEach(() => world.stop());

async function get(
  node: Node,
  target: string,
  headers: Record<string, string> = ADMIN,
): Promise<{ status: number; json: unknown }> {
  const { reply, body } = await call(node, 80, 'GET', target, headers);
  const text = body.toString();
  return { status: reply.status, json: /^[[{]/.test(text) ? JSON.parse(text) : text };
}

async function post(node: Node, target: string, body: object): Promise<number> {
  return (await call(node, 80, 'POST', target, ADMIN, JSON.stringify(body))).reply.status;
}

describe('sessions', () => {
  test('every request without a cookie makes one, with it none', async () => {
    await get(a, '/api/ping', {});
    await get(a, '/api/ping', {});
    expect(a.sessions.size).toBe(2);
    const { reply } = await call(a, 80, 'GET', '/api/ping');
    const cookie = reply.headers.find(([name]) => name === 'Set-Cookie')?.[1].split(';')[0] ?? '';
    await get(a, '/api/ping', { cookie });
    expect(a.sessions.size).toBe(3);
  });

  test('a login is good on every ui that shares the sessions', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const { reply } = await call(a, 80, 'POST', '/login', form, 'principal=admin&password=Harbor12345');
    const cookie = reply.headers.find(([name]) => name === 'Set-Cookie')?.[1].split(';')[0] ?? '';
    const id = cookie.split('=')[1] ?? '';
    await b.sessions.write(id, (await a.sessions.read(id)) ?? {});
    expect((await get(b, '/api/users/current', { cookie })).status).toBe(200);
  });
});

test('a right password is refused while a wrong one is held', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((entered) => {
    a.faults.holdLogin = () => {
      entered();
      return new Promise((resolve) => {
        release = resolve;
      });
    };
  });
  const wrong = get(a, '/api/users/current', WRONG);
  await held;
  expect((await get(a, '/api/users/current')).status).toBe(401);
  release();
  expect((await wrong).status).toBe(401);
  expect((await get(a, '/api/users/current')).status).toBe(200);
});

describe('SyncRegistry', () => {
  test('makes the table what the catalog is', async () => {
    push(a, 'library/one', '1');
    push(a, 'library/two', '1', 'skopeo/1.9.3');
    await world.settle();
    expect((await a.tables.select('repository')).map((row) => row.name)).toEqual(['library/one']);
    await syncRegistry(a.harbor);
    expect((await a.tables.select('repository')).map((row) => row.name)).toEqual([
      'library/one',
      'library/two',
    ]);
  });

  test('an empty registry empties the table', async () => {
    push(a, 'library/one', '1');
    await world.settle();
    a.registry.tags.clear();
    await syncRegistry(a.harbor);
    expect(await a.tables.select('repository')).toEqual([]);
  });

  test('a row that comes back has its pulls, not its description', async () => {
    push(a, 'library/one', '1');
    await world.settle();
    await a.tables.update('repository', {}, { description: 'mine' });
    for (let pull = 0; pull < 3; pull += 1)
      a.registry.event('pull', 'library/one', '1', 'docker/20', 'admin');
    await world.settle();
    await a.tables.remove('repository', {});
    await syncRegistry(a.harbor);
    expect(await a.tables.select('repository')).toMatchObject([
      { name: 'library/one', pull_count: 3, description: '' },
    ]);
  });

  test('a registry that does not answer changes nothing', async () => {
    push(a, 'library/one', '1');
    await world.settle();
    a.registry.down = true;
    await expect(syncRegistry(a.harbor)).rejects.toThrow();
    expect(await a.tables.select('repository')).toHaveLength(1);
  });
});

describe('replication', () => {
  beforeEach(async () => {
    await post(a, '/api/targets', {
      name: 'b',
      endpoint: 'http://127.0.2.2',
      username: 'admin',
      password: 'Harbor12345',
    });
    const policy = {
      name: 'to-b',
      projects: [{ project_id: 1 }],
      targets: [{ id: 1 }],
      trigger: { kind: 'Immediate' },
    };
    await post(a, '/api/policies/replication', { ...policy, replicate_deletion: true });
  });

  const statuses = async () => (await a.tables.select('replication_job')).map((job) => job.status);
  const onB = async () => (await b.tables.select('repository')).map((row) => row.name);
  const later = async (seconds: number) => {
    world.now = new Date(world.now.getTime() + seconds * 1000);
    await world.settle();
  };

  test('a push arrives, a deletion too', async () => {
    push(a, 'library/one', '1');
    await world.settle();
    expect(await onB()).toEqual(['library/one']);
    await call(a, 80, 'DELETE', '/api/repositories/library/one', ADMIN);
    await world.settle();
    expect(await onB()).toEqual([]);
  });

  test('an error is not final: the job is tried again after 16 s', async () => {
    b.faults.down = true;
    push(a, 'library/one', '1');
    await world.settle();
    expect(await statuses()).toEqual(['error']);
    b.faults.down = false;
    await later(15);
    expect(await statuses()).toEqual(['error']);
    await later(1);
    expect(await statuses()).toEqual(['finished']);
    expect(await onB()).toEqual(['library/one']);
  });

  test('after three attempts it is lost', async () => {
    b.faults.down = true;
    push(a, 'library/one', '1');
    for (const pause of [0, 16, 31]) await later(pause);
    b.faults.down = false;
    await later(3600);
    expect(await statuses()).toEqual(['error']);
  });

  test('a refusal is not tried again', async () => {
    await call(a, 80, 'PUT', '/api/targets/1', ADMIN, '{"password":"wrong"}');
    push(a, 'library/one', '1');
    await world.settle();
    await call(a, 80, 'PUT', '/api/targets/1', ADMIN, '{"password":"Harbor12345"}');
    await later(3600);
    expect(await statuses()).toEqual(['error']);
  });

  test('a jobservice with another JOBSERVICE_SECRET may not read the source: the job fails', async () => {
    a.faults.jobserviceSecrets.own = 'of another node';
    await call(a, 80, 'PUT', '/api/projects/1', ADMIN, '{"metadata":{"public":"false"}}');
    push(a, 'library/one', '1');
    await world.settle();
    expect(await statuses()).toEqual(['error']);
  });

  test('a jobservice with another UI_SECRET takes no job: it stays pending', async () => {
    a.faults.jobserviceSecrets.ui = 'of another node';
    push(a, 'library/one', '1');
    await world.settle();
    expect(await statuses()).toEqual(['pending']);
  });

  test('a job that the jobservice did not take stays pending for ever', async () => {
    a.faults.jobserviceDown = true;
    push(a, 'library/one', '1');
    await world.settle();
    a.faults.jobserviceDown = false;
    await later(3600);
    expect(await statuses()).toEqual(['pending']);
  });
});

test.each([
  ['30 0 2 * * *', '2026-11-22T02:00:30.000Z'],
  ['0 30 13 * * *', '2026-11-21T13:30:00.000Z'],
  ['0 0 2 * * 3', '2026-11-18T02:00:00.000Z'],
  ['0 0 2 * * 0', '2026-11-22T02:00:00.000Z'],
])('the schedule %s was last due at %s', (cron, expected) => {
  expect(lastDue(cron, new Date('2026-11-22T12:00:00Z')).toISOString()).toBe(expected);
});

test.each([
  ['tomcat*', 'tomcat-web', true],
  ['*', 'deep/tomcat', false],
  ['**', 'deep/tomcat', false],
  ['deep/*', 'deep/tomcat', true],
  ['*/tomcat*', 'deep/tomcat', true],
  ['app?', 'app1', true],
  ['app[12]', 'app3', false],
  ['1.0', '1x0', false],
])('the pattern %s against %s: %s', (pattern, name, expected) => {
  expect(matchPattern(pattern, name)).toBe(expected);
});

test('a token’s key id is libtrust’s', () => {
  const pem = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDVjvAHO/t46s+rO6HlhcyfrKj7
urLvuPO0TlqE/sThlcCeGWxuIErDL8C1VPdTnk7WHtHY63isqJ8T0CntKMYrNG2C
IEkFxXdxy3tlBUT/WhxI9sYgVgCmoq2FUcIx9VPyFLIibpxWO8f0Gh0xw3aIi2PY
8jJx/Mv/FOT31+paUwIDAQAB
-----END PUBLIC KEY-----`;
  // Computed with Python: base32 of the first 30 bytes of the SHA-256 of the key.
  expect(keyId(createPublicKey(pem))).toBe('DI26:4WAL:Y3MA:SWQN:R2WJ:LRPN:4CHI:WFN4:QWDL:YP72:HNEY:LVML');
});
