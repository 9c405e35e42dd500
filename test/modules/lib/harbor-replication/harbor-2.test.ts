/** The whole module against Harbors 2.15 in this process, over HTTP on loopback. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harborReplication } from '../../../../modules/harbor_replication.ts';
import { httpRequest } from '../../../../src/connection/index.ts';
import { type Harbor2, startHarbor2 } from '../../../lab/harbor2/harbor2.ts';
import { type Ended, requestingHost, runRounds } from './rounds.ts';

const password = 'Harbor12345';
const folder = mkdtempSync(join(tmpdir(), 'replication-'));
afterAll(() => rmSync(folder, { recursive: true }));
const host = requestingHost((request) => httpRequest(undefined, { ...request, via: 'direct' }));

let a: Harbor2;
let b: Harbor2;

beforeEach(async () => {
  const settings = { lockMs: 10 };
  a = await startHarbor2({ settings });
  b = await startHarbor2({ settings });
  for (const harbor of [a, b]) await makeProject(harbor, 'example');
});
afterEach(async () => {
  await a.stop();
  await b.stop();
});

/** Makes something, and gives what the answer says of it. */
async function make(harbor: Harbor2, what: string, wanted: object): Promise<string> {
  const { status, body } = await httpRequest(undefined, {
    method: 'POST',
    url: `${harbor.url}/api/v2.0/${what}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wanted),
    via: 'direct',
    basicAuth: { user: 'admin', password },
    validateCerts: false,
  });
  expect(status).toBe(201);
  return body.toString('utf8');
}

async function makeProject(harbor: Harbor2, name: string): Promise<void> {
  await make(harbor, 'projects', { project_name: name, metadata: { public: 'false' } });
}

/** The login of a robot with rights on the project `example`. */
async function makeRobot(
  harbor: Harbor2,
  ...access: readonly { readonly resource: string; readonly action: string }[]
): Promise<{ readonly username: string; readonly password: string }> {
  const permissions = [{ kind: 'project', namespace: 'example', access }];
  const made = await make(harbor, 'robots', { name: 'ci', level: 'system', duration: -1, permissions });
  const { name, secret } = JSON.parse(made) as { name: string; secret: string };
  return { username: name, password: secret };
}

const remote = (): object => ({ name: 'b', url: b.url, username: 'admin', password });
const paramsOf = (given: object): object => ({
  url: a.url,
  password,
  name: 'to-b',
  remote: remote(),
  projects: ['example'],
  replicate_deletion: true,
  ...given,
});
const run = (given: object = {}, limit?: number): Promise<Ended> =>
  runRounds(harborReplication, paramsOf(given), host, limit);

/** Signed by itself, for 127.0.0.1. */
function makeCertificate(): { readonly cert: string; readonly key: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=b', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert];
  const options = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...names, ...files];
  execFileSync('openssl', options, { stdio: 'pipe' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

/** Runs, then once more: the second time there is nothing to do. */
async function runTwice(given: object = {}): Promise<Ended> {
  const first = await run(given);
  expect(first.failure).toBeUndefined();
  expect(await run(given)).toMatchObject({ sent: [], plans: [{ steps: [] }] });
  return first;
}

it('makes the endpoint and the rule; a push arrives, and a delete', async () => {
  const { sent, plans } = await runTwice();
  expect(sent).toEqual([`make the endpoint b (${b.url})`, 'make the rule to-b: push example to b']);
  expect(plans.at(-1)?.values).toEqual({ name: 'to-b', generation: '2', rule_id: 1, endpoint_id: 1 });
  const digest = a.push('example/app', 'v1', 'one');
  await a.settled();
  expect(b.digest('example/app', 'v1')).toBe(digest);
  a.remove('example/app', 'v1');
  await a.settled();
  expect(b.digest('example/app', 'v1')).toBeUndefined();
});

it('pulls from the other Harbor', async () => {
  const digest = b.push('example/app', 'v1', 'one');
  const given = { direction: 'pull', trigger: 'manual', replicate_deletion: false, replicate_existing: true };
  const { sent } = await runTwice(given);
  expect(sent).toEqual([
    `make the endpoint b (${b.url})`,
    'make the rule to-b: pull example from b',
    'replicate what is there by the rule to-b',
    'note that the rule to-b is complete',
  ]);
  await a.settled();
  expect(a.digest('example/app', 'v1')).toBe(digest);
});

it('goes along with the filters of the rule', async () => {
  await makeProject(a, 'second');
  await makeProject(b, 'second');
  await runTwice({ projects: ['second', 'example'], filters: { name: 'app*', tag: 'v*' } });
  a.push('second/app', 'v1', 'one');
  a.push('second/app', 'latest', 'two');
  a.push('example/other', 'v1', 'three');
  await a.settled();
  expect(b.digest('second/app', 'v1')).toBeDefined();
  expect(b.digest('second/app', 'latest')).toBeUndefined();
  expect(b.digest('example/other', 'v1')).toBeUndefined();
});

describe('replicate_existing', () => {
  it.each([1, 2, 3])('is started by the next run where contact was lost after %i steps', async (limit) => {
    const digest = a.push('example/old', 'v1', 'one');
    expect((await run({ replicate_existing: true }, limit)).failure).toBe('contact was lost');
    await runTwice({ replicate_existing: true });
    await a.settled();
    expect(b.digest('example/old', 'v1')).toBe(digest);
    expect(a.state.policies).toMatchObject([{ description: '' }]);
  });

  it('runs once only', async () => {
    await runTwice({ replicate_existing: true });
    await runTwice({ replicate_existing: true, description: 'x' });
    expect(a.state.executions).toHaveLength(1);
  });
});

describe('a rule that is there', () => {
  beforeEach(async () => {
    await run();
  });

  it.each([
    [{ speed: 100, override: false, enabled: false }, ['change override, speed, enabled of the rule to-b']],
    [{ replicate_deletion: false }, ['change replicate_deletion of the rule to-b']],
    [
      { trigger: 'scheduled', cron: '0 0 2 * * *', replicate_deletion: false },
      ['change trigger, replicate_deletion of the rule to-b'],
    ],
    [{ filters: { label: ['prod', 'eu'] } }, ['change filters.label of the rule to-b']],
    [{ filters: { name: '**', tag: '**' } }, []],
    [
      { direction: 'pull', trigger: 'manual', replicate_deletion: false },
      ['change trigger, replicate_deletion, direction of the rule to-b'],
    ],
  ])('is changed where it differs: %j', async (given, steps) => {
    expect((await runTwice(given)).sent).toEqual(steps);
    expect(a.state.policies).toHaveLength(1);
  });

  it('is left alone while the other Harbor is down', async () => {
    await b.stop();
    const { sent, plans } = await run();
    await b.start();
    expect(sent).toEqual([]);
    expect(plans[0]?.warnings?.[0]).toMatch(
      /^endpoint b .*ECONNREFUSED.*stored password is right is unknown$/,
    );
  });

  it('gets the password that works, once the stored one does not', async () => {
    const [registry] = a.state.registries;
    if (registry) registry.accessSecret = 'Other12345';
    expect((await runTwice()).sent).toEqual(['give the endpoint b the password that works']);
  });

  it('goes before its endpoint', async () => {
    const { sent } = await runTwice({ state: 'absent', remote: undefined });
    expect(sent).toEqual(['remove the rule to-b (id 1)', `remove the endpoint b (${b.url})`]);
    expect(a.state.registries).toEqual([]);
  });
});

describe('nothing is changed, and the reason said, where', () => {
  it.each<[string, () => object, RegExp]>([
    [
      'the password is wrong',
      () => ({ password: 'wrong' }),
      /refused the user admin: wrong name or password/,
    ],
    [
      'the remote password is wrong',
      () => ({ remote: { ...remote(), password: 'wrong' } }),
      /wrong name or password|refuses the user admin/,
    ],
    [
      'the other Harbor is down',
      () => ({ remote: { ...remote(), url: 'http://127.0.0.1:9' } }),
      /^endpoint b .*ECONNREFUSED/,
    ],
    ['a project is not here', () => ({ projects: ['nope'] }), /^project nope is not there on this Harbor$/],
  ])('%s', async (_, given, reason) => {
    const ended = await run(given()).catch((error: Error) => ({ sent: [], failure: error.message }));
    expect(ended.sent).toEqual([]);
    expect(ended.failure).toMatch(reason);
    expect(a.state).toMatchObject({ registries: [], policies: [] });
  });

  it('a project is not there', async () => {
    await makeProject(a, 'second');
    const { sent, failure } = await run({ projects: ['second'] });
    expect({ sent, failure }).toEqual({
      sent: [],
      failure: expect.stringMatching(
        /^project second is not there on http.*make it first \(harbor_project\)/,
      ),
    });
  });
});

describe('a robot as the remote user', () => {
  const push = { resource: 'repository', action: 'push' };
  const pull = { resource: 'repository', action: 'pull' };

  it('is refused without the right to read the project', async () => {
    const robot = await makeRobot(b, pull, push);
    const { sent, failure } = await run({ remote: { ...remote(), ...robot } });
    expect(sent).toEqual([]);
    expect(failure).toMatch(/^robot\$ci lacks rights there, .*403 Forbidden.*A robot needs project read/);
  });

  it('replicates with it', async () => {
    const robot = await makeRobot(b, pull, push, { resource: 'project', action: 'read' });
    await runTwice({ remote: { ...remote(), ...robot } });
    const digest = a.push('example/app', 'v1', 'one');
    await a.settled();
    expect(b.digest('example/app', 'v1')).toBe(digest);
  });
});

it('a robot without rights on the replication of this Harbor is told so', async () => {
  const robot = await makeRobot(a, { resource: 'repository', action: 'pull' });
  await expect(run(robot)).rejects.toThrow(/replication\/policies.* answered 403 Forbidden/);
});

describe('a remote with a certificate of its own', () => {
  let secured: Harbor2;
  let cert: string;

  beforeEach(async () => {
    const tls = makeCertificate();
    cert = tls.cert;
    secured = await startHarbor2({ tls });
    await makeProject(secured, 'example');
  });
  afterEach(() => secured.stop());

  const to = (given: object): object => ({ remote: { ...remote(), url: secured.url, ...given } });

  it('is refused with a way out', async () => {
    const { sent, failure } = await run(to({}));
    expect(sent).toEqual([]);
    expect(failure).toMatch(/^endpoint b .*self-signed certificate: set remote.insecure: true/);
  });

  it('is taken with insecure, or with its CA', async () => {
    await runTwice(to({ insecure: true }));
    expect((await runTwice(to({ ca: cert }))).sent).toEqual(['change insecure, ca of the endpoint b']);
    expect((await runTwice(to({}))).sent).toEqual([]);
  });
});
