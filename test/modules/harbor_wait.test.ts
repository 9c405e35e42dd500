// Waiting for Harbors 1.5 that replicate to each other.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harborWait } from '../../modules/harbor_wait.ts';
import type { TaskResult, Value } from '../../src/model/index.ts';
import type { RunYamlOptions } from '../engine/run-yaml.ts';
import { planOf } from '../support/run-module.ts';
import { loginOf, TwoHarbors } from './lib/harbor-sync/two-harbors.ts';

let pair: TwoHarbors;
beforeEach(async () => {
  pair = await TwoHarbors.start();
});
afterEach(() => pair.stop());

const peer = { url: loginOf('b').url, password: loginOf('b').password };
const image = 'example/app1:1.0';

async function wait(params: Record<string, Value>, options: RunYamlOptions = {}): Promise<TaskResult> {
  const run = await pair.run('harbor_wait', { interval: 0.02, within: 20, ...params }, options);
  return run.result('task');
}

/** Does something when the wait has asked for this so often. */
function after(count: number, pattern: RegExp, action: () => Promise<void> | void): void {
  let left = count;
  pair.onRequest = (line) => {
    if (pattern.test(line) && --left === 0) void action();
  };
}

describe('healthy', () => {
  it('is what answers and has no component that is ill', async () => {
    const result = await wait({});
    expect(result.outcome).toBe('ok');
    expect(result.values).toMatchObject({
      generation: '1.5',
      components: [
        { name: 'ui', healthy: true },
        { name: 'database', healthy: true },
        { name: 'registry', healthy: true },
      ],
    });
  });

  it('comes some time after Harbor does not answer at all', async () => {
    const { faults } = pair.node('a');
    faults.down = true;
    after(8, /^a GET/, () => {
      faults.down = false;
    });
    const progress: string[] = [];
    const result = await wait({}, { emit: (event) => event.event === 'output' && progress.push(event.text) });
    expect(result.outcome).toBe('ok');
    expect(progress[0]).toMatch(/^wait until http:\/\/127\.0\.2\.1 is healthy: .*\b(no answer|answered 500)/);
  });

  it('is not what cannot read its images', async () => {
    await pair.push('a', image, 'one');
    pair.node('a').faults.privateKey = undefined;
    const result = await wait({ within: 2 });
    expect(result.message).toMatch(/last seen: registry is not healthy: .*answered 500/);
    expect(result.values).toMatchObject({ components: [{}, {}, { name: 'registry', healthy: false }] });
  });

  it('is not waited for with a refused password, which is tried once', async () => {
    let logins = 0;
    pair.onRequest = (line) => {
      if (line.includes('users/current')) logins += 1;
    };
    const result = await wait({ password: 'wrong' });
    expect(result.outcome).toBe('failed');
    expect(result.message).toContain('refused the user admin');
    expect(logins).toBe(1);
  });

  it('is looked at once in check mode', async () => {
    pair.node('a').faults.redisDown = true;
    const result = await wait({}, { check: true });
    expect(result.outcome).toBe('unknown');
  });
});

describe('an image', () => {
  it('is waited for until it has come, with its digest', async () => {
    after(3, /tags/, () => pair.push('a', image, 'one'));
    const result = await wait({ for: 'present', image });
    expect(result.outcome).toBe('ok');
    expect(result.values).toMatchObject({ digest: expect.stringMatching(/^sha256:/) });
  });

  it('of another digest is another image', async () => {
    await pair.push('a', image, 'one');
    const digest = `sha256:${'0'.repeat(64)}`;
    const result = await wait({ for: 'present', image, digest, within: 2 });
    expect(result.message).toMatch(/last seen: example\/app1:1\.0 is there \(sha256:\w+\)$/);
    expect((await wait({ for: 'absent', image, digest })).outcome).toBe('ok');
  });

  it('is waited for until it is gone, and stays so', async () => {
    await pair.push('a', image, 'one');
    const { tags } = pair.node('a').registry;
    const known = tags.get('example/app1')?.get('1.0') ?? '';
    let looks = 0;
    pair.onRequest = (line) => {
      if (!line.includes('/tags')) return;
      looks += 1;
      // Gone, back for a moment, and gone for good.
      if (looks === 2 || looks === 5) tags.get('example/app1')?.delete('1.0');
      if (looks === 4) tags.get('example/app1')?.set('1.0', known);
    };
    const result = await wait({ for: 'absent', image, settle: 0.3 });
    expect(result.outcome).toBe('ok');
    expect(looks).toBeGreaterThan(5);
  });

  it('needs one login and leaves one session, however often it is looked for', async () => {
    const { sessions } = pair.node('a');
    const before = sessions.size;
    let asked = 0;
    pair.onRequest = () => {
      asked += 1;
    };
    await wait({ for: 'present', image, within: 2 });
    expect(asked).toBeGreaterThan(8);
    // Two before the login is known, one with it.
    expect(sessions.size - before).toBeLessThanOrEqual(3);
  });
});

describe('replicated', () => {
  const replicated = { for: 'replicated', peer, projects: ['example'], settle: 0 };

  beforeEach(async () => {
    await pair.link('a', 'b');
    await pair.link('b', 'a');
  });

  it('is what holds the same on both sides', async () => {
    await pair.push('a', image, 'one');
    const result = await wait(replicated);
    expect(result.outcome).toBe('ok');
    expect(result.values).toMatchObject({ in_sync: true, equal: 1 });
  });

  it('comes when the jobs have done their work', async () => {
    pair.held = true;
    await pair.push('a', image, 'one');
    after(12, /jobs\/replication/, () => {
      pair.held = false;
    });
    expect((await wait(replicated)).outcome).toBe('ok');
    expect(pair.images('b')).toEqual({ [image]: 'one' });
  });

  it('does not come while a job is under way, though all is equal', async () => {
    await pair.push('a', image, 'one');
    pair.held = true;
    await pair.push('a', image, 'one');
    const result = await wait({ ...replicated, within: 2 });
    expect(result.message).toContain(
      'last seen: the images are equal; to-b: 1 pending (example/app1), 1 finished',
    );
  });

  it('minds no job that is older than what is waited for', async () => {
    await pair.push('a', image, 'one');
    pair.held = true;
    await pair.push('a', image, 'one');
    pair.world.now = new Date(Date.now() + 60_000);
    const since = Math.floor(Date.now() / 1000) + 30;
    expect((await wait({ ...replicated, since })).outcome).toBe('ok');
  });

  it('fails at its deadline with what still differs, and what the jobs say', async () => {
    await pair.push('a', image, 'one');
    pair.node('b').faults.down = true;
    await pair.push('a', 'example/app2:1.0', 'two');
    pair.node('b').faults.down = false;
    const result = await wait({ ...replicated, within: 3 });
    expect(result.message).toMatch(
      /last seen: 1 only on http:\/\/127\.0\.2\.1, \d equal \(example\/app2:1\.0\); to-b: 1 error \(example\/app2\), 1 finished/,
    );
  });

  it.each([
    { direction: 'to_peer', outcome: 'failed' },
    { direction: 'from_peer', outcome: 'ok' },
  ])('may be asked of one direction: $direction', async ({ direction, outcome }) => {
    pair.held = true;
    await pair.push('a', image, 'one');
    const rules = { rules: ['none'], peer_rules: ['none'] };
    expect((await wait({ ...replicated, ...rules, direction, within: 2 })).outcome).toBe(outcome);
  });

  it('shows conflicts with both digests', async () => {
    pair.held = true;
    await pair.push('a', image, 'one');
    await pair.push('b', image, 'two');
    const result = await wait({ ...replicated, within: 2 });
    expect(result.message).toMatch(
      /1 conflict, 0 equal \(example\/app1:1\.0\): example\/app1:1\.0 is sha256:/,
    );
  });

  it('fails at once for a project that is not there', async () => {
    const result = await wait({ ...replicated, projects: ['nowhere'] });
    expect(result.message).toBe('http://127.0.2.1 has no project nowhere');
  });
});

it.each([
  { params: { for: 'present' }, failure: 'for: present needs image' },
  {
    params: { for: 'replicated', projects: ['example'] },
    failure: 'for: replicated needs peer and projects',
  },
  { params: { for: 'replicated', peer }, failure: 'for: replicated needs peer and projects' },
])('refuses $params: $failure', ({ params, failure }) => {
  expect(planOf(harborWait, { url: 'http://a', password: 'x', ...params }, {}).failure).toBe(failure);
});
