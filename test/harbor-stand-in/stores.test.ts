// The stores that tests use and those of the lab keep the same promises: tables, sessions, jobs.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registrySql } from '../lab/harbor/schema.ts';
import { checkSchema } from '../lab/harbor/server/adminserver.ts';
import { parseDump } from '../lab/harbor/server/dump.ts';
import {
  type JobStore,
  MemoryJobStore,
  RedisJobStore,
  type StoredJob,
} from '../lab/harbor/server/jobservice/job-store.ts';
import { MemoryTables } from '../lab/harbor/server/memory-tables.ts';
import { Redis } from '../lab/harbor/server/redis.ts';
import { MemorySessions, RedisSessions, type Sessions } from '../lab/harbor/server/sessions.ts';
import { find, type Tables } from '../lab/harbor/server/tables.ts';
import {
  databaseFrom,
  hasMariadb,
  hasRedis,
  type PrivateServer,
  startMariadb,
  startRedis,
} from './support/servers.ts';
import { fixture } from './support/world.ts';

const servers: PrivateServer[] = [];
const redises: Redis[] = [];
afterAll(async () => {
  for (const redis of redises) redis.close();
  for (const server of servers) await server.stop();
});

const TABLES: [string, boolean, () => Promise<Tables>][] = [
  ['memory', true, async () => new MemoryTables(parseDump(fixture('registry.dump.sql')), () => new Date())],
  [
    'MariaDB',
    hasMariadb,
    async () => databaseFrom(await kept(startMariadb(13_306)), 'registry', fixture('registry.dump.sql')),
  ],
];

async function kept(starting: Promise<PrivateServer>): Promise<PrivateServer> {
  const server = await starting;
  servers.push(server);
  return server;
}

for (const [name, available, make] of TABLES) {
  describe.runIf(available)(`tables in ${name}`, () => {
    let tables: Tables;
    beforeAll(async () => {
      tables = await make();
    }, 120_000);

    test('rows come as the dump has them', async () => {
      expect(await find(tables, 'project', { name: 'example' })).toEqual({
        project_id: 3,
        owner_id: 1,
        name: 'example',
        creation_time: '2026-11-22 11:31:44',
        update_time: '2026-11-22 11:31:44',
        deleted: 0,
      });
    });

    test('text keeps its letters', async () => {
      const [policy] = await tables.select('replication_policy', { name: 'nightly' });
      expect(policy).toMatchObject({
        description: '每天凌晨',
        cron_str: expect.stringContaining('"Scheduled"'),
      });
    });

    test('rows are found by NULL too', async () => {
      expect(await tables.select('user', { salt: null })).toMatchObject([{ username: 'anonymous' }]);
    });

    test('a new row gets the next number and the defaults', async () => {
      const id = await tables.insert('harbor_label', { name: 'new', level: 'u', scope: 'g', project_id: 0 });
      const row = await find(tables, 'harbor_label', { id });
      expect(row).toMatchObject({ name: 'new', description: null });
      expect(row?.creation_time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    });

    test('a change tells how many rows it met, a deletion too', async () => {
      const id = await tables.insert('harbor_label', { name: 'gone', level: 'u', scope: 'g', project_id: 0 });
      expect(await tables.update('harbor_label', { id }, { color: '#fff' })).toBe(1);
      expect((await find(tables, 'harbor_label', { id }))?.color).toBe('#fff');
      expect(await tables.remove('harbor_label', { id })).toBe(1);
      expect(await tables.remove('harbor_label', { id })).toBe(0);
    });

    test.each([
      ['a name that is taken', { name: 'example' }],
      ['a name that is too long', { name: 'x'.repeat(256) }],
      ['a letter of four bytes', { name: 'smile 😀' }],
    ])('%s is refused', async (_what, row) => {
      await expect(tables.insert('project', { owner_id: 1, deleted: 0, ...row })).rejects.toThrow();
    });
  });
}

test.runIf(hasMariadb)('registry.sql makes an empty Harbor in MariaDB', async () => {
  const [server] = servers;
  if (server === undefined) throw new Error('no server');
  const tables = await databaseFrom(server, 'registry', registrySql());
  await checkSchema(tables);
  expect(await find(tables, 'user', { username: 'admin' })).toMatchObject({
    user_id: 1,
    password: '',
    salt: null,
  });
  expect(await tables.select('repository')).toEqual([]);
  await tables.close();
});

const REDIS_PORT = 16_379;
async function redis(): Promise<Redis> {
  if (!servers.some((server) => server.port === REDIS_PORT)) await kept(startRedis(REDIS_PORT));
  const client = new Redis(`127.0.3.1:${REDIS_PORT}`);
  redises.push(client);
  return client;
}

const SESSIONS: [string, boolean, () => Promise<Sessions>][] = [
  ['memory', true, async () => new MemorySessions()],
  ['Redis', hasRedis, async () => new RedisSessions(await redis())],
];

for (const [name, available, make] of SESSIONS) {
  describe.runIf(available)(`sessions in ${name}`, () => {
    test('what is written is read until it is removed', async () => {
      const sessions = await make();
      expect(await sessions.read('a')).toBeUndefined();
      await sessions.write('a', { username: 'admin', isSysAdmin: true });
      expect(await sessions.read('a')).toEqual({ username: 'admin', isSysAdmin: true });
      await sessions.remove('a');
      expect(await sessions.read('a')).toBeUndefined();
    });
  });
}

describe.runIf(hasRedis)('the Redis client', () => {
  test('a session lives an hour', async () => {
    const client = await redis();
    await new RedisSessions(client).write('b', {});
    expect(await client.command('TTL', 'b')).toBeGreaterThan(3590);
  });

  test('answers come in order, long ones and those with line ends too', async () => {
    const client = await redis();
    const long = 'line\r\n'.repeat(50_000);
    const replies = await Promise.all([
      client.command('SET', 'c', long),
      client.command('GET', 'c'),
      client.command('INCR', 'd'),
    ]);
    expect(replies).toEqual(['OK', long, 1]);
  });

  test('an error is thrown and the connection stays', async () => {
    const client = await redis();
    await expect(client.command('NOSUCH')).rejects.toThrow('unknown command');
    expect(await client.command('PING')).toBe('PONG');
  });

  test('where nobody listens every command fails', async () => {
    await expect(new Redis('127.0.3.1:1').command('PING')).rejects.toThrow('lost or refused');
  });
});

const job = (id: string): StoredJob => ({
  id,
  fails: 0,
  job: {
    name: 'IMAGE_DELETE',
    parameters: { tags: ['1'] },
    metadata: { kind: 'Generic' },
    status_hook: 'http://ui',
  },
});

const JOBS: [string, boolean, () => Promise<JobStore>][] = [
  ['memory', true, async () => new MemoryJobStore()],
  ['Redis', hasRedis, async () => new RedisJobStore(await redis(), 'test')],
];

for (const [name, available, make] of JOBS) {
  describe.runIf(available)(`jobs in ${name}`, () => {
    test('are taken in the order in which they came', async () => {
      const store = await make();
      await store.push(job('1'));
      await store.push(job('2'));
      expect([await store.take(), await store.take(), await store.take()]).toEqual([
        job('1'),
        job('2'),
        undefined,
      ]);
    });

    test('that are kept come when they are due', async () => {
      const store = await make();
      await store.later(job('3'), 1000);
      await store.wake(999);
      expect(await store.take()).toBeUndefined();
      await store.wake(1000);
      expect(await store.take()).toEqual(job('3'));
    });

    test('that are periodic stay until they are removed', async () => {
      const store = await make();
      await store.addPeriodic(job('4'));
      expect(await store.periodic()).toEqual([job('4')]);
      expect([await store.removePeriodic('4'), await store.removePeriodic('4')]).toEqual([true, false]);
    });

    test('are fired by one service only', async () => {
      const store = await make();
      expect([await store.claim('x'), await store.claim('x')]).toEqual([true, false]);
    });
  });
}
