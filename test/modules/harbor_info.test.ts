// What Harbor 1.5 tells; test/modules/harbor_sync.harbor2.test.ts has 2.x.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { harborRequests } from '../../modules/lib/harbor/requests.ts';
import type { TaskResult, Value } from '../../src/model/index.ts';
import type { RunYamlOptions } from '../engine/run-yaml.ts';
import { loginOf, TwoHarbors } from './lib/harbor-sync/two-harbors.ts';

let pair: TwoHarbors;
beforeEach(async () => {
  pair = await TwoHarbors.start();
});
afterEach(() => pair.stop());

async function info(params: Record<string, Value>, options: RunYamlOptions = {}): Promise<TaskResult> {
  return (await pair.run('harbor_info', params, options)).result('task');
}

const everything = [
  ...['health', 'projects', 'members', 'quotas', 'repositories', 'endpoints', 'rules'],
  ...['runs', 'users', 'robots', 'configuration'],
];

it('tells everything that 1.5 has, and no password or hash', async () => {
  const dev = { name: 'dev1', email: 'dev1@example.com', realName: 'Dev', comment: '' };
  await pair.send('a', harborRequests('1.5', loginOf('a')).createUser(dev, 'Secret12345'));
  await pair.link('a', 'b');
  await pair.push('a', 'example/app1:1.0', 'one');
  const { outcome, values } = await info({ gather: everything });
  expect(outcome).toBe('ok');
  expect(values).toMatchObject({
    generation: '1.5',
    version: expect.stringMatching(/^v1\.5\.4/),
    read_only: false,
    auth_mode: 'db_auth',
    healthy: true,
    projects: [
      { name: 'example', repository_count: 1, members: [{ name: 'admin', role: 'project_admin' }] },
      { name: 'library', repository_count: 0 },
    ],
    repositories: [{ name: 'example/app1', tags: { '1.0': expect.stringMatching(/^sha256:/) } }],
    images: { 'example/app1:1.0': expect.stringMatching(/^sha256:/) },
    endpoints: [{ name: 'b', url: 'http://127.0.2.2', username: 'admin', insecure: true }],
    rules: [{ name: 'to-b', endpoint: 'b', projects: ['example'], replicate_deletion: true }],
    runs: [{ rule: 'to-b', repository: 'example/app1', status: 'finished' }],
    users: [{ name: 'dev1', email: 'dev1@example.com', administrator: false }],
    robots: [],
    configuration: { auth_mode: 'db_auth' },
  });
  const shown = JSON.stringify(values);
  const stored = await pair.node('a').tables.select('user');
  const secrets = stored.flatMap(({ password, salt }) => [password, salt]).filter((text) => text);
  expect(secrets.length).toBeGreaterThan(0);
  for (const secret of ['Harbor12345', 'Secret12345', ...secrets]) expect(shown).not.toContain(secret);
});

it('asks for no more than is wanted', async () => {
  const asked: string[] = [];
  pair.onRequest = (line) => void asked.push(line);
  const { values } = await info({ gather: [] });
  expect(Object.keys(values)).toEqual([
    'generation',
    'version',
    'read_only',
    'auth_mode',
    'changed',
    'failed',
  ]);
  expect(asked.map((line) => line.split(' ')[2])).toEqual([
    '/api/version',
    '/api/systeminfo',
    '/api/users/current',
  ]);
});

it('tells the same in check mode', async () => {
  await pair.push('a', 'example/app1:1.0', 'one');
  const params = { gather: ['repositories'], projects: ['example', 'nowhere'] };
  expect((await info(params, { check: true })).values).toEqual((await info(params)).values);
});

it('fails with one line where Harbor is down', async () => {
  pair.node('a').faults.down = true;
  const result = await info({});
  expect(result.outcome).toBe('failed');
  expect(result.message).toMatch(/^h1 got no answer from http:\/\/127\.0\.2\.1 \(GET \/api\/version\): /);
});
