// Replays the recordings against the stand-in: the same requests in the same order must give the same answers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken } from '../lab/harbor/server/token.ts';
import { ANY_ORDER, HISTORY, JOBS_HELD, NOT_REPLAYED } from './support/history.ts';
import { allRecordings, comparable, keyOf, type Recording } from './support/recordings.ts';
import { call, fixture, type Node, World } from './support/world.ts';

const REPLAYED = allRecordings().filter(
  (recording) => recording.instance !== 'C' && !NOT_REPLAYED.has(keyOf(recording)),
);

describe('a recorded exchange with a real Harbor 1.5.4', () => {
  const world = new World();
  const nodes = new Map<string, Node>();
  const cookies = new Map<string, string>();

  beforeAll(async () => {
    const dump = fixture('registry.fresh.dump.sql');
    nodes.set('A', await world.start('127.0.2.1', dump));
    nodes.set('B', await world.start('127.0.2.2', dump));
  });
  afterAll(() => world.stop());

  test.each(REPLAYED.map((recording) => [keyOf(recording), recording.note, recording] as const))(
    '%s: %s',
    async (key, _note, recording) => {
      const [a, b] = [nodes.get('A'), nodes.get('B')];
      const node = nodes.get(recording.instance);
      if (a === undefined || b === undefined || node === undefined) throw new Error('no node');
      world.now = new Date(recording.time);
      await HISTORY[key]?.({ world, a, b });
      world.now = new Date(recording.time);
      const { request, response } = recording;
      const port = Number(request.host.split(':')[1] ?? 80);
      const headers = translated(request.headers, cookies, node);
      const { reply, body } = await call(
        node,
        port,
        request.method,
        request.path,
        await headers,
        request.body ?? '',
      );
      await world.settle(!JOBS_HELD.has(key));
      const [theirs, ours] = [cookieIn(response.headers), cookieIn(reply.headers)];
      if (theirs !== undefined && ours !== undefined) cookies.set(theirs, ours);
      const recorded = Buffer.from(
        response.body_base64 ?? response.body ?? '',
        response.body_base64 === undefined ? 'utf8' : 'base64',
      );
      // As text, so that the order of keys counts too.
      const text = (value: unknown) => JSON.stringify(value, null, 1);
      expect(text(comparable(reply.status, reply.headers, body, ANY_ORDER.has(key)))).toBe(
        text(comparable(response.status, response.headers, recorded, ANY_ORDER.has(key))),
      );
    },
  );
});

// Cookies and tokens of the recording mean nothing here: ours for the same sessions, new ones with the same claims.
async function translated(
  headers: Recording['request']['headers'],
  cookies: ReadonlyMap<string, string>,
  node: Node,
): Promise<Record<string, string>> {
  const changed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    changed[name] =
      name.toLowerCase() === 'cookie'
        ? value.replace(/=(\w+)/, (_, id) => `=${cookies.get(id) ?? id}`)
        : value;
    const claims = /^Bearer [^.]+\.([^.]+)\./.exec(value)?.[1];
    if (claims === undefined) continue;
    const { sub, access } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    changed[name] = `Bearer ${signToken(await node.harbor.privateKey(), sub, access, 30, new Date()).token}`;
  }
  return changed;
}

function cookieIn(headers: readonly (readonly [string, string])[]): string | undefined {
  return /=(\w+)/.exec(headers.find(([name]) => name === 'Set-Cookie')?.[1] ?? '')?.[1];
}
