// The same modules against Harbor 2.x: each exchange is held against the API's description on the way.

import { beforeEach, describe, expect, it } from 'vitest';
import type { RuleSettings } from '../../modules/lib/harbor/model.ts';
import { harborRequests } from '../../modules/lib/harbor/requests.ts';
import { httpRequest } from '../../src/connection/http.ts';
import type { TaskResult, Value } from '../../src/model/index.ts';
import { runYaml } from '../engine/run-yaml.ts';
import { lab, PASSWORD } from '../harbor2-stand-in/support/harbors.ts';
import type { Harbor2 } from '../lab/harbor2/harbor2.ts';

const { start } = lab();
let a: Harbor2;
let b: Harbor2;

interface RuleKind {
  readonly override: boolean;
  readonly direction: 'push' | 'pull';
}

beforeEach(async () => {
  [a, b] = await Promise.all([start(), start()]);
  for (const harbor of [a, b]) await send(requestsOf(harbor).createProject('example', {}));
});

function requestsOf({ url }: Harbor2) {
  const common = { username: 'admin', password: PASSWORD, validate_certs: true, api: 'auto' } as const;
  return harborRequests('2', { ...common, url, via: 'direct', timeout: 30 });
}

async function send(request: Parameters<typeof httpRequest>[1]): Promise<void> {
  const { status, body } = await httpRequest(undefined, request);
  if (status >= 300) throw new Error(`${request.method} ${request.url}: ${status} ${body}`);
}

/** A rule on one with the other as its endpoint. */
async function link(on: Harbor2, other: Harbor2, kind: Partial<RuleKind> = {}): Promise<void> {
  const requests = requestsOf(on);
  const endpoint = { name: 'other', url: other.url, username: 'admin', insecure: true };
  await send(requests.createEndpoint(endpoint, PASSWORD));
  const { direction = 'push', override = true } = kind;
  const rule: RuleSettings = {
    name: `${direction}-${on === a ? 'a' : 'b'}`,
    description: '',
    enabled: true,
    direction,
    projects: ['example'],
    trigger: { kind: direction === 'push' ? 'immediate' : 'manual' },
    replicateDeletion: direction === 'push',
    override,
    speed: 0,
  };
  await send(requests.createRule(rule, on.state.registries[0]?.id ?? 0, [], false));
}

async function run(module: string, params: Record<string, Value>): Promise<TaskResult> {
  const usual = { url: a.url, password: PASSWORD, via: 'direct' };
  const waits = module === 'harbor_info' ? {} : { interval: 0.05, within: 20 };
  const task = { name: 'task', [module]: { ...usual, ...waits, ...params } };
  const text = JSON.stringify([{ hosts: 'all', gather_facts: false, tasks: [task] }]);
  return (await runYaml(text, { speculate: false })).result('task');
}

function both(params: Record<string, Value> = {}): Record<string, Value> {
  return { peer: { url: b.url, password: PASSWORD }, projects: ['example'], settle: 0, ...params };
}

describe('harbor_sync', () => {
  it('brings what is missing both ways, and has nothing to do the second time', async () => {
    a.push('example/app1', '1.0', 'one');
    b.push('example/deep/app2', '1.0', 'two');
    await link(a, b);
    await link(b, a);
    expect(await run('harbor_sync', both())).toMatchObject({ outcome: 'changed', message: '2 equal' });
    expect(b.digest('example/app1', '1.0')).toBe(a.digest('example/app1', '1.0'));
    expect(a.digest('example/deep/app2', '1.0')).toBe(b.digest('example/deep/app2', '1.0'));
    expect(await run('harbor_sync', both())).toMatchObject({ outcome: 'ok', message: '2 equal' });
  });

  it('uses a rule that pulls', async () => {
    b.push('example/app1', '1.0', 'one');
    await link(a, b, { direction: 'pull' });
    const result = await run('harbor_sync', both());
    expect(result).toMatchObject({ outcome: 'changed', message: '1 equal' });
    expect(result.steps).toEqual([`start rule pull-a on ${a.url}`, 'wait until 1 image arrived']);
  });

  it('overwrites a conflict only by a rule that overwrites', async () => {
    a.push('example/app1', '1.0', 'mine');
    b.push('example/app1', '1.0', 'theirs');
    await link(a, b, { override: false });
    await link(b, a);
    const refused = await run('harbor_sync', both({ conflicts: 'keep_here' }));
    expect(refused.message).toContain('rule push-a does not overwrite');
    const result = await run('harbor_sync', both({ conflicts: 'keep_there' }));
    expect(result).toMatchObject({ outcome: 'changed', message: '1 equal' });
    expect(a.digest('example/app1', '1.0')).toBe(b.digest('example/app1', '1.0'));
  });

  it('brings the rest beside a conflict by rules that never overwrite', async () => {
    a.push('example/app1', '1.0', 'mine');
    b.push('example/app1', '1.0', 'theirs');
    a.push('example/app2', '1.0', 'two');
    const before = [a, b].map((harbor) => harbor.digest('example/app1', '1.0'));
    await link(a, b, { override: false });
    const result = await run('harbor_sync', both({ conflicts: 'report' }));
    expect(result).toMatchObject({ outcome: 'changed', message: '1 conflict, 1 equal' });
    expect([a, b].map((harbor) => harbor.digest('example/app1', '1.0'))).toEqual(before);
  });

  it('deletes an image with all its tags', async () => {
    b.push('example/app1', 'x', 'one');
    b.push('example/app1', 'y', 'one');
    await link(a, b);
    await link(b, a);
    const result = await run('harbor_sync', both({ only_there: 'delete' }));
    expect(result).toMatchObject({ outcome: 'changed', message: '0 equal' });
    expect(b.digest('example/app1', 'x')).toBeUndefined();
  });

  it('repairs what an outage lost, a task that failed at first included', async () => {
    await link(a, b);
    await b.stop();
    a.push('example/app1', '1.0', 'one');
    await a.settled();
    await b.start();
    a.settings.failingTasks = 1;
    expect(await run('harbor_sync', both())).toMatchObject({ outcome: 'changed', message: '1 equal' });
  });
});

describe('harbor_wait', () => {
  it('waits until all components are healthy', async () => {
    Object.assign(a.settings, { unhealthy: { redis: 'cannot connect' } });
    const ill = await run('harbor_wait', { within: 1 });
    expect(ill.message).toMatch(/last seen: redis is not healthy: cannot connect/);
    Object.assign(a.settings, { unhealthy: {} });
    const result = await run('harbor_wait', {});
    expect(result.values).toMatchObject({ generation: '2', version: 'v2.15.2-080b0220' });
  });

  it('waits until what was pushed is on the other, and nothing runs any more', async () => {
    await link(a, b);
    a.settings.taskMs = 300;
    a.push('example/app1', '1.0', 'one');
    const result = await run('harbor_wait', both({ for: 'replicated' }));
    expect(result.values).toMatchObject({ in_sync: true, equal: 1 });
  });

  it('says at its deadline what differs', async () => {
    a.push('example/app1', '1.0', 'one');
    const result = await run('harbor_wait', both({ for: 'replicated', within: 1 }));
    expect(result.message).toContain(`last seen: 1 only on ${a.url}, 0 equal (example/app1:1.0)`);
  });
});

describe('harbor_info', () => {
  it('tells images, rules and runs, and no secret', async () => {
    a.push('example/app1', '1.0', 'one');
    await link(a, b);
    await run('harbor_sync', both());
    const gather = [
      'projects',
      'quotas',
      'members',
      'repositories',
      'endpoints',
      'rules',
      'runs',
      'users',
      'configuration',
    ];
    const { values } = await run('harbor_info', { gather, projects: ['example', 'nowhere'] });
    const digest = a.digest('example/app1', '1.0');
    expect(values).toMatchObject({
      generation: '2',
      projects: [{ name: 'example', repository_count: 1, storage_limit: -1, members: [{ name: 'admin' }] }],
      missing_projects: ['nowhere'],
      repositories: [{ name: 'example/app1', tags: { '1.0': digest } }],
      images: { 'example/app1:1.0': digest },
      endpoints: [{ name: 'other', url: b.url, username: 'admin' }],
      rules: [{ name: 'push-a', endpoint: 'other', projects: ['example'], trigger: { kind: 'immediate' } }],
      runs: [{ rule: 'push-a', status: 'finished' }],
      // Harbor leaves the first administrator out.
      users: [],
      configuration: { auth_mode: 'db_auth' },
    });
    const shown = JSON.stringify(values);
    for (const secret of [PASSWORD, ...a.state.users.flatMap(({ hash, salt }) => [hash, salt])]) {
      expect(shown).not.toContain(secret);
    }
  });
});
