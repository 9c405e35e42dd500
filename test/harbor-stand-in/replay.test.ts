// Replays the recordings against the stand-in: the same requests in the same order must give the same answers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MysqlTables } from '../lab/harbor/server/mysql-tables.ts';
import { HA_HISTORY, HA_NOT_REPLAYED, startCopy } from './support/ha-history.ts';
import { ANY_ORDER, HISTORY, JOBS_HELD, NOT_REPLAYED } from './support/history.ts';
import { allRecordings, keyOf, type Recording } from './support/recordings.ts';
import { Replay } from './support/replay.ts';
import { databaseFrom, hasMariadb, startMariadb } from './support/servers.ts';
import { fixture, type Node, World } from './support/world.ts';

const recordings = allRecordings();
const rows = (chosen: readonly Recording[]) =>
  chosen.map((recording) => [keyOf(recording), recording.note, recording] as const);
const pair = recordings.filter(
  (recording) => recording.topic !== 'ha-facts' && !NOT_REPLAYED.has(keyOf(recording)),
);
const copy = recordings.filter(
  (recording) => recording.topic === 'ha-facts' && !HA_NOT_REPLAYED.has(keyOf(recording)),
);

test('all recorded exchanges are replayed but those with a reason', () => {
  expect({ recorded: recordings.length, pair: pair.length, copy: copy.length }).toEqual({
    recorded: 788,
    pair: 697,
    copy: 49,
  });
  expect(NOT_REPLAYED.size + HA_NOT_REPLAYED.size).toBe(recordings.length - pair.length - copy.length);
});

// A minute more: stores.test.ts has what matters of it for every run.
const onMariadb = hasMariadb && process.env['HARBOR_REPLAY_ON'] === 'mariadb';
const STORES = ['memory', ...(onMariadb ? ['MariaDB'] : [])];

/** A world whose databases lie in memory or in a MariaDB of its own. */
async function worldOn(store: string): Promise<{ readonly world: World; stop(): Promise<void> }> {
  if (store === 'memory') {
    const world = new World();
    return { world, stop: async () => world.stop() };
  }
  const server = await startMariadb(13_307);
  const databases: MysqlTables[] = [];
  const world = new World(async (dump) => {
    const tables = await databaseFrom(server, `registry${databases.length}`, dump);
    databases.push(tables);
    return tables;
  });
  const stop = async (): Promise<void> => {
    world.stop();
    for (const database of databases) await database.close();
    await server.stop();
  };
  return { world, stop };
}

describe.each(STORES)('two Harbors that replicate to each other, on %s, answer as recorded', (store) => {
  let world: World;
  let stop: () => Promise<void>;
  const nodes = new Map<string, Node>();
  const replay = new Replay();

  beforeAll(async () => {
    ({ world, stop } = await worldOn(store));
    const dump = fixture('registry.fresh.dump.sql');
    nodes.set('A', await world.start('127.0.2.1', dump));
    nodes.set('B', await world.start('127.0.2.2', dump));
  }, 60_000);
  afterAll(() => stop());

  test.each(rows(pair))('%s: %s', async (key, _note, recording) => {
    const [a, b, node] = [nodes.get('A'), nodes.get('B'), nodes.get(recording.instance)];
    if (a === undefined || b === undefined || node === undefined) throw new Error('no node');
    world.now = new Date(recording.time);
    await HISTORY[key]?.({ world, a, b });
    world.now = new Date(recording.time);
    await replay.run(node, recording, ANY_ORDER.has(key));
    await world.settle(!JOBS_HELD.has(key));
  });
});

describe('a copy of a Harbor with something wrong answers as recorded', () => {
  const world = new World();
  const nodes = new Map<string, Node>();
  const replay = new Replay();

  beforeAll(async () => {
    const fresh = fixture('registry.fresh.dump.sql');
    nodes.set('A', await world.start('127.0.2.1', fresh));
    nodes.set('B', await world.start('127.0.2.2', fresh));
    nodes.set('C', await startCopy(world));
  });
  afterAll(() => world.stop());

  test.each(rows(copy))('%s: %s', async (key, _note, recording) => {
    const [b, c, node] = [nodes.get('B'), nodes.get('C'), nodes.get(recording.instance)];
    if (b === undefined || c === undefined || node === undefined) throw new Error('no node');
    world.now = new Date(recording.time);
    await HA_HISTORY[key]?.({ world, b, c });
    await replay.run(node, recording);
    await world.settle();
  });
});
