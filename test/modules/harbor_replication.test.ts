/** The whole module against Harbors in this process that behave as a recorded 1.5.4 does. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harborReplication } from '../../modules/harbor_replication.ts';
import { CommandError, type HostAccess } from '../../src/module/index.ts';
import { push } from '../harbor-stand-in/support/images.ts';
import { basic, call, fixture, type Node, World } from '../harbor-stand-in/support/world.ts';
import { NetworkError } from '../lab/harbor/server/fetcher.ts';
import { type Answerer, type Ended, requestingHost, runRounds } from './lib/harbor-replication/rounds.ts';

const password = 'Harbor12345';
const headers = { authorization: basic('admin', password), 'content-type': 'application/json' };
const remote = { name: 'b', url: 'http://127.0.2.2', username: 'admin', password };
const rule = {
  url: 'http://127.0.2.1',
  password,
  name: 'example-to-b',
  remote,
  projects: ['example'],
  replicate_deletion: true,
};

let world: World;
let a: Node;
let b: Node;
let host: HostAccess;

beforeEach(async () => {
  world = new World();
  const dump = fixture('registry.fresh.dump.sql');
  a = await world.start('127.0.2.1', dump);
  b = await world.start('127.0.2.2', dump);
  host = requestingHost(overWorld);
  for (const node of [a, b]) await post(node, '/api/projects', { project_name: 'example' });
});
afterEach(() => world.stop());

const overWorld: Answerer = async (request) => {
  const { user, password: secret } = request.basicAuth ?? { user: '', password: '' };
  const authorization: Record<string, string> = user === '' ? {} : { authorization: basic(user, secret) };
  try {
    const reply = await world.fetch({
      method: request.method,
      url: request.url,
      headers: { ...request.headers, ...authorization },
      ...(request.body === undefined ? {} : { body: Buffer.from(request.body) }),
    });
    return { ...reply, statusText: '', setCookie: [], url: request.url, durationMs: 1 };
  } catch (error) {
    if (error instanceof NetworkError) throw new CommandError(error.message);
    throw error;
  }
};

async function get(node: Node, target: string): Promise<unknown> {
  const { body } = await call(node, 80, 'GET', target, headers);
  return JSON.parse(body.toString());
}

async function post(node: Node, target: string, body: object): Promise<number> {
  return (await call(node, 80, 'POST', target, headers, JSON.stringify(body))).reply.status;
}

const rules = (): Promise<unknown> => get(a, '/api/policies/replication');
const targets = (): Promise<unknown> => get(a, '/api/targets');

const run = (given: object = {}, limit?: number): Promise<Ended> =>
  runRounds(harborReplication, { ...rule, ...given }, host, limit);

/** Runs, then once more: the second time there is nothing to do. */
async function runTwice(given: object = {}): Promise<Ended> {
  const first = await run(given);
  expect(first.failure).toBeUndefined();
  const second = await run(given);
  expect(second).toMatchObject({ sent: [], plans: [{ steps: [] }] });
  return first;
}

async function idsOf(shown: Promise<unknown>): Promise<unknown[]> {
  const items = await shown;
  return Array.isArray(items) ? items.map(({ id }: { id: number }) => id) : [];
}

describe('a rule that is not there', () => {
  it('is made after its endpoint, and a push arrives', async () => {
    const { sent, plans } = await runTwice();
    expect(sent).toEqual([
      'make the endpoint b (http://127.0.2.2)',
      'make the rule example-to-b: push example to b',
    ]);
    expect(plans[0]?.message).toBe(
      'make the endpoint b (http://127.0.2.2), then the rule example-to-b: push example, immediate',
    );
    expect(plans.at(-1)?.values).toEqual({
      name: 'example-to-b',
      generation: '1.5',
      rule_id: 1,
      endpoint_id: 1,
    });
    expect(await rules()).toMatchObject([
      { name: 'example-to-b', replicate_deletion: true, trigger: { kind: 'Immediate' }, description: '' },
    ]);
    const repository = '/api/repositories/example/app1/tags';
    push(a, 'example/app1', 'v1');
    await world.settle();
    const [pushed] = (await get(a, repository)) as [{ digest: string }];
    expect(await get(b, repository)).toMatchObject([{ name: 'v1', digest: pushed.digest }]);
  });

  it('takes along what is there when asked, once', async () => {
    push(a, 'example/old', 'v1');
    await runTwice({ replicate_existing: true });
    await world.settle();
    expect(await get(b, '/api/repositories/example/old/tags')).toMatchObject([{ name: 'v1' }]);
    expect(await get(a, '/api/jobs/replication?policy_id=1')).toHaveLength(1);
  });

  it('is made with filters and a schedule', async () => {
    const weekly = { trigger: 'scheduled', cron: '0 30 2 ? * MON', replicate_deletion: false };
    const { sent } = await runTwice({
      ...weekly,
      filters: { name: 'tomcat*', tag: 'app*' },
      description: 'x',
    });
    expect(sent).toEqual([
      'make the endpoint b (http://127.0.2.2)',
      'make the rule example-to-b: push example to b',
      'set the schedule of the rule example-to-b',
      'note that the rule example-to-b is complete',
    ]);
    expect(await rules()).toMatchObject([
      {
        description: 'x',
        trigger: { kind: 'Scheduled', schedule_param: { type: 'Weekly', weekday: 1, offtime: 9000 } },
        filters: [
          { kind: 'repository', pattern: 'tomcat*' },
          { kind: 'tag', pattern: 'app*' },
        ],
      },
    ]);
  });
});

describe('a run that was cut off', () => {
  const nightly = { trigger: 'scheduled', cron: '0 0 2 * * *', replicate_deletion: false };

  it.each([1, 2, 3])('after %i steps is completed by the next', async (limit) => {
    expect((await run(nightly, limit)).failure).toBe('contact was lost');
    await runTwice(nightly);
    expect(await rules()).toMatchObject([{ description: '', trigger: { kind: 'Scheduled' } }]);
    const jobs = await a.tables.select('replication_job', { operation: 'schedule' });
    expect(jobs).toHaveLength(1);
  });

  it('by a jobservice that is down has its schedule set by the next', async () => {
    a.faults.jobserviceDown = true;
    expect((await run(nightly)).failure).toMatch(/^PUT .*\/policies\/replication\/1 answered 500/);
    expect(await a.tables.select('replication_job', { operation: 'schedule' })).toHaveLength(0);
    a.faults.jobserviceDown = false;
    const { sent } = await runTwice(nightly);
    expect(sent).toEqual([
      'take the schedule from the rule example-to-b',
      'set the schedule of the rule example-to-b',
      'note that the rule example-to-b is complete',
    ]);
    expect(await a.tables.select('replication_job', { operation: 'schedule' })).toHaveLength(1);
  });
});

describe('a rule that is there', () => {
  beforeEach(async () => {
    await run();
  });

  it.each([
    [{ replicate_deletion: false }, ['change replicate_deletion of the rule example-to-b']],
    [{ description: 'text' }, ['change description of the rule example-to-b']],
    [{ trigger: 'manual' }, ['change trigger of the rule example-to-b']],
    [{ filters: { tag: 'v*' } }, ['change filters.tag of the rule example-to-b']],
    [
      { trigger: 'scheduled', cron: '0 0 3 * * 7' },
      ['set the schedule of the rule example-to-b', 'change trigger of the rule example-to-b'],
    ],
    [{ remote: { ...remote, insecure: true } }, ['change insecure of the endpoint b']],
    [{ remote: { ...remote, url: 'http://127.0.2.2/' } }, []],
    [{ remote: { name: 'b', url: remote.url } }, []],
    [{ filters: { name: '**' } }, []],
  ])('is changed where it differs: %j', async (given, steps) => {
    expect((await runTwice(given)).sent).toEqual(steps);
    expect(await idsOf(rules())).toEqual([1]);
  });

  it('gets another endpoint', async () => {
    const c = await world.start('127.0.2.3', fixture('registry.fresh.dump.sql'));
    await post(c, '/api/projects', { project_name: 'example' });
    const other = { ...remote, name: 'c', url: 'http://127.0.2.3' };
    const { sent } = await runTwice({ remote: other });
    expect(sent).toEqual([
      'make the endpoint c (http://127.0.2.3)',
      'change remote of the rule example-to-b',
    ]);
    expect(await rules()).toMatchObject([{ id: 1, targets: [{ name: 'c' }] }]);
  });

  it('has its endpoint moved in place', async () => {
    const c = await world.start('127.0.2.3', fixture('registry.fresh.dump.sql'));
    await post(c, '/api/projects', { project_name: 'example' });
    const { sent, plans } = await runTwice({ remote: { ...remote, url: 'http://127.0.2.3' } });
    expect(sent).toEqual(['change url of the endpoint b']);
    expect(plans[0]?.steps[0]?.diff).toEqual([
      { header: 'endpoint b', before: 'url: http://127.0.2.2\n', after: 'url: http://127.0.2.3\n' },
    ]);
  });

  it('is left alone while the other Harbor is down', async () => {
    b.faults.down = true;
    const { sent, plans } = await run();
    expect(sent).toEqual([]);
    expect(plans[0]?.warnings?.[0]).toMatch(
      /^endpoint b .* does not answer this Harbor .*connection refused.*; whether the stored password is right is unknown$/,
    );
  });

  it('gets the password that works, once the stored one does not', async () => {
    const wrong = { password: 'Other12345' };
    expect((await call(a, 80, 'PUT', '/api/targets/1', headers, JSON.stringify(wrong))).reply.status).toBe(
      200,
    );
    const { sent } = await runTwice();
    expect(sent).toEqual(['give the endpoint b the password that works']);
  });

  it('keeps its password where none is given', async () => {
    await call(a, 80, 'PUT', '/api/targets/1', headers, JSON.stringify({ password: 'Other12345' }));
    const { sent, plans } = await run({ remote: { name: 'b', url: remote.url } });
    expect(sent).toEqual([]);
    expect(plans[0]?.warnings?.[0]).toContain('whether the stored password is right is unknown');
  });

  it('goes before its endpoint', async () => {
    const { sent } = await runTwice({ state: 'absent' });
    expect(sent).toEqual(['remove the rule example-to-b (id 1)', 'remove the endpoint b (http://127.0.2.2)']);
    expect(await targets()).toBeNull();
  });

  it('goes without its endpoint where another rule uses that', async () => {
    await run({ name: 'second' });
    expect((await runTwice({ state: 'absent' })).sent).toEqual(['remove the rule example-to-b (id 1)']);
    const last = await runTwice({ name: 'second', state: 'absent', remote: undefined });
    expect(last.sent).toEqual(['remove the rule second (id 2)', 'remove the endpoint b (http://127.0.2.2)']);
  });

  it('stays while jobs of it are under way', async () => {
    a.faults.jobserviceDown = true;
    push(a, 'example/app1', 'v1');
    await world.settle();
    const { sent, failure } = await run({ state: 'absent' });
    expect(sent).toEqual([]);
    expect(failure).toMatch(/^rule "example-to-b" has 1 jobs that are pending or running/);
  });

  it('is not chosen from several of one name; absent removes them all', async () => {
    const policy = { name: rule.name, projects: [{ project_id: 2 }], targets: [{ id: 1 }] };
    expect(await post(a, '/api/policies/replication', { ...policy, trigger: { kind: 'Manual' } })).toBe(201);
    const { sent, failure } = await run({ description: 'x' });
    expect(sent).toEqual([]);
    expect(failure).toMatch(/^2 rules are named "example-to-b" \(ids 1, 2\): state: absent removes them all/);
    expect((await runTwice({ state: 'absent' })).sent).toHaveLength(3);
    expect(await rules()).toEqual([]);
  });
});

describe.each(['present', 'absent'])('a rule stored without a trigger, state %s', (state) => {
  it('is named as beyond cure', async () => {
    await run({ name: 'other' });
    const policy = { name: rule.name, projects: [{ project_id: 2 }], targets: [{ id: 1 }] };
    expect(await post(a, '/api/policies/replication', policy)).toBe(500);
    const { sent, failure } = await run({ state });
    expect(sent).toEqual([]);
    expect(failure).toMatch(/^rule "example-to-b" \(id 2\) cannot be used, .*database.*another name/);
  });
});

describe('nothing is changed, and the reason said, where', () => {
  it.each([
    ['the password is wrong', { password: 'wrong' }, /refused the user admin: wrong name or password/],
    [
      'the other Harbor is down',
      { remote: { ...remote, url: 'http://127.0.2.9' } },
      /^endpoint b .*failed to ping target.*got no answer from http:\/\/127.0.2.9 .*connection refused/,
    ],
    [
      'the remote password is wrong',
      { remote: { ...remote, password: 'wrong' } },
      /^endpoint b .*asked from the host: http:\/\/127.0.2.2 refused the user admin: wrong name or password/,
    ],
    ['the project is not here', { projects: ['nope'] }, /^project nope is not there on this Harbor$/],
    [
      'the project is not there',
      { projects: ['library2'] },
      /^project library2 is not there on http:.*harbor_project/,
    ],
    ['the name of the project is none', { projects: ['Not_Ok'] }, /^"Not_Ok" is no name of a project/],
  ])('%s', async (_, given, reason) => {
    await post(a, '/api/projects', { project_name: 'library2' });
    const ended = await run(given).catch((error: Error) => ({ sent: [], failure: error.message }));
    expect(ended.sent).toEqual([]);
    expect(ended.failure).toMatch(reason);
    expect(await targets()).toBeNull();
    expect(await rules()).toEqual([]);
  });

  it('the address is taken by another endpoint', async () => {
    await run();
    const { sent, failure } = await run({ name: 'x', remote: { ...remote, name: 'bee' } });
    expect(sent).toEqual([]);
    expect(failure).toBe(
      'the endpoint http://127.0.2.2 is already there under the name "b" (id 1): set remote.name: b, or rename it in Harbor first',
    );
  });
});

it('lets Harbor make a project that is missing there, with a warning', async () => {
  await post(a, '/api/projects', { project_name: 'library2' });
  const { plans } = await runTwice({ projects: ['library2'], create_projects: true });
  expect(plans[0]?.warnings).toEqual([
    'project library2 is not there at the destination: Harbor makes it, and of its settings carries over only `public`',
  ]);
});
