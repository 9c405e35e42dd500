// Two Harbors, each of which has images the other has not.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskResult, Value } from '../../src/model/index.ts';
import type { RunYamlOptions } from '../engine/run-yaml.ts';
import { loginOf, TwoHarbors } from './lib/harbor-sync/two-harbors.ts';

let pair: TwoHarbors;
beforeEach(async () => {
  pair = await TwoHarbors.start();
});
afterEach(() => pair.stop());

const peer = { url: loginOf('b').url, password: loginOf('b').password };

async function sync(params: Record<string, Value> = {}, options: RunYamlOptions = {}): Promise<TaskResult> {
  const usual = { peer, projects: ['example'], interval: 0.1, settle: 0, within: 20 };
  const run = await pair.run('harbor_sync', { ...usual, ...params }, options);
  return run.result('task');
}

async function link(): Promise<void> {
  await pair.link('a', 'b');
  await pair.link('b', 'a');
}

describe('without conflicts', () => {
  it('brings what is missing both ways, and has nothing to do the second time', async () => {
    await pair.push('a', 'example/app1:1.0', 'one');
    await pair.push('a', 'example/app1:1.1', 'two');
    await pair.push('b', 'example/app2:1.0', 'three');
    await link();
    const first = await sync();
    const all = { 'example/app1:1.0': 'one', 'example/app1:1.1': 'two', 'example/app2:1.0': 'three' };
    expect(first.message).toBe('3 equal');
    expect(first.outcome).toBe('changed');
    expect(pair.images('a')).toEqual(all);
    expect(pair.images('b')).toEqual(all);
    expect(first.values).toMatchObject({
      in_sync: true,
      equal: 3,
      only_here: [],
      only_there: [],
      conflicts: [],
      copied_to_peer: ['example/app1:1.0', 'example/app1:1.1'],
      copied_from_peer: ['example/app2:1.0'],
    });
    expect(await sync()).toMatchObject({ outcome: 'ok', message: '3 equal' });
  });

  it('says in check mode what it would start, and what each side would have', async () => {
    await pair.push('a', 'example/app1:1.0', 'one');
    await link();
    const result = await sync({}, { check: true });
    expect(result.outcome).toBe('changed');
    expect(result.message).toBe(
      '1 only on http://127.0.2.1, 0 equal: start to-b on http://127.0.2.1, then compare again',
    );
    expect(result.steps).toEqual(['start rule to-b on http://127.0.2.1', 'wait until 1 image arrived']);
    expect(result.diff).toEqual([
      {
        header: 'images of http://127.0.2.2',
        before: '',
        after: expect.stringMatching(/^example\/app1:1\.0 sha256:[0-9a-f]{64}\n$/),
      },
    ]);
    expect(pair.images('b')).toEqual({});
  });

  it('compares only what was chosen', async () => {
    await pair.push('a', 'example/app1:1.0', 'one');
    await pair.push('a', 'example/app2:rc1', 'two');
    await link();
    expect(await sync({ repositories: ['example/other*'] }, { check: true })).toMatchObject({
      outcome: 'ok',
    });
    const result = await sync({ tags: ['1.*'] }, { check: true });
    expect(result.values).toMatchObject({ only_here: ['example/app1:1.0'] });
  });

  it('deletes what was decided to be deleted, and copies the rest', async () => {
    await pair.push('b', 'example/old1:1.0', 'one');
    await pair.push('b', 'example/app1:1.0', 'two');
    await link();
    const result = await sync({ decisions: { 'example/old*:*': 'delete' } });
    expect(result).toMatchObject({ outcome: 'changed', message: '1 equal' });
    expect(result.values).toMatchObject({ deleted: ['example/old1:1.0'] });
    expect(pair.images('a')).toEqual({ 'example/app1:1.0': 'two' });
    expect(pair.images('b')).toEqual({ 'example/app1:1.0': 'two' });
  });

  it('deletes no tag whose image has another that stays', async () => {
    await pair.push('b', 'example/app1:old', 'one');
    await pair.push('b', 'example/app1:new', 'one');
    await link();
    const result = await sync({ decisions: { 'example/app1:old': 'delete' } });
    expect(result).toMatchObject({
      outcome: 'failed',
      message:
        'deleting example/app1:old would take example/app1:new along, the same image; nothing was changed: decide to delete all of its tags, or none',
    });
    expect(Object.keys(pair.images('b'))).toEqual(['example/app1:new', 'example/app1:old']);
  });
});

describe('with a conflict', () => {
  beforeEach(async () => {
    await pair.push('a', 'example/app1:1.0', 'mine');
    await pair.push('b', 'example/app1:1.0', 'theirs');
    await pair.push('a', 'example/app2:1.0', 'two');
    await pair.push('b', 'example/app3:1.0', 'three');
    await link();
  });

  it('changes nothing at all before it is decided', async () => {
    const before = [pair.images('a'), pair.images('b')];
    const result = await sync();
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(
      /^1 conflict undecided, nothing was changed: example\/app1:1\.0 is sha256:\w+ on http:\/\/127\.0\.2\.1 and sha256:\w+ on http:\/\/127\.0\.2\.2; set conflicts:/,
    );
    expect(result.values).toMatchObject({ conflicts: [{ image: 'example/app1:1.0' }], in_sync: false });
    expect([pair.images('a'), pair.images('b')]).toEqual(before);
  });

  it.each([
    { conflicts: 'keep_here', kept: 'mine' },
    { conflicts: 'keep_there', kept: 'theirs' },
  ])('keeps the side that was decided: $conflicts', async ({ conflicts, kept }) => {
    const result = await sync({ conflicts });
    expect(result).toMatchObject({ outcome: 'changed', message: '3 equal' });
    const all = { 'example/app1:1.0': kept, 'example/app2:1.0': 'two', 'example/app3:1.0': 'three' };
    expect(pair.images('a')).toEqual(all);
    expect(pair.images('b')).toEqual(all);
  });

  it('starts no rule that would overwrite a conflict that is to stay', async () => {
    const before = [pair.images('a'), pair.images('b')];
    const result = await sync({ conflicts: 'report' });
    expect(result.outcome).toBe('failed');
    expect(result.message).toContain(
      'to http://127.0.2.2 no run takes example/app2:1.0: a run of rule to-b would also change example/app1:1.0',
    );
    expect([pair.images('a'), pair.images('b')]).toEqual(before);
  });

  it('brings the rest by rules that leave the conflict out, and says that it stays', async () => {
    await pair.link('a', 'b', 'app2');
    await pair.link('b', 'a', 'app3');
    const result = await sync({ conflicts: 'report' });
    expect(result).toMatchObject({ outcome: 'changed', message: '1 conflict, 2 equal' });
    expect(result.warnings).toEqual(['left as decided: example/app1:1.0']);
    expect(pair.images('a')).toMatchObject({ 'example/app1:1.0': 'mine', 'example/app3:1.0': 'three' });
    expect(pair.images('b')).toMatchObject({ 'example/app1:1.0': 'theirs', 'example/app2:1.0': 'two' });
  });
});

describe('what stops it', () => {
  it('no rule between the two', async () => {
    await pair.push('a', 'example/app1:1.0', 'one');
    expect((await sync()).message).toMatch(/no run takes example\/app1:1\.0: no rule between the two covers/);
  });

  it('a rule that is not there', async () => {
    await pair.push('a', 'example/app1:1.0', 'one');
    await link();
    expect((await sync({ rules: ['to-c'] })).message).toBe('http://127.0.2.1 has no rule to-c');
  });

  it('a project that the peer does not have', async () => {
    expect((await sync({ projects: ['example', 'nowhere'] })).message).toBe(
      'http://127.0.2.1 has no project nowhere: make it first (harbor_project)',
    );
  });

  it('an image that no Docker daemon pushed: no run takes it', async () => {
    await pair.push('a', 'example/app1:1.0', 'one', 'skopeo/1.9.3');
    await pair.push('a', 'example/app1:0.9', 'two', 'skopeo/1.9.3');
    await pair.push('b', 'example/app1:0.9', 'two');
    await pair.push('a', 'example/app2:1.0', 'three');
    await link();
    const result = await sync();
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(/no run takes example\/app1:1\.0: http:\/\/127\.0\.2\.1 does not list/);
    expect(result.values).toMatchObject({ copied_to_peer: ['example/app2:1.0'] });
    expect(pair.images('b')).toMatchObject({ 'example/app2:1.0': 'three' });
  });

  it('an endpoint that does not answer', async () => {
    await pair.push('a', 'example/app1:1.0', 'one');
    await link();
    await pair.node('a').tables.update('replication_target', { id: 1 }, { url: 'http://127.0.2.9' });
    const result = await sync({ rules: ['to-b'] });
    expect(result.message).toContain('the endpoint of rule to-b does not answer: ');
  });

  it('jobs that wait for ever: the error says what is missing and what they say', async () => {
    await pair.push('a', 'example/app1:1.0', 'one');
    await link();
    pair.held = true;
    const result = await sync({ within: 2 });
    expect(result.message).toBe(
      'wait until 1 image arrived: not within 2 s; last seen: 1 image still to come (example/app1:1.0); to-b: 1 pending (example/app1)',
    );
  });

  it('a wrong password, tried once', async () => {
    const asked: string[] = [];
    pair.onRequest = (line) => void asked.push(line);
    const result = await sync({ peer: { ...peer, password: 'wrong' } });
    expect(result.message).toContain('http://127.0.2.2 refused the user admin: wrong name or password');
    expect(asked.filter((line) => line.startsWith('b') && line.includes('users/current'))).toHaveLength(1);
  });
});
