import { describe, expect, test } from 'vitest';
import { compose } from '../../modules/compose.ts';
import { decide, parseHashes } from '../../modules/lib/compose.ts';
import { composeCall, projectName } from '../../modules/lib/compose-steps.ts';
import type { Container } from '../../modules/lib/docker.ts';
import type { Plan } from '../../src/module/index.ts';
import { fakeHost } from '../support/fake-host.ts';

const hashA = 'a'.repeat(64);
const hashB = 'b'.repeat(64);

function container(service: string, over: Partial<Container> = {}): Container {
  return {
    id: `id-${service}`,
    name: `x_${service}_1`,
    status: 'running',
    exitCode: 0,
    image: 'redis:3',
    imageId: 'sha256:1',
    labels: { 'com.docker.compose.service': service, 'com.docker.compose.config-hash': hashA },
    ...over,
  };
}

const desired = { hashes: { redis: hashA }, recreate: 'auto', removeOrphans: false } as const;
const images = { 'redis:3': 'sha256:1' };

describe('what is decided for a service', () => {
  test.each([
    ['runs as it should', [container('redis')], images, desired, []],
    ['has no container', [], images, desired, ['create: it has no container']],
    [
      'has another configuration',
      [container('redis')],
      images,
      { ...desired, hashes: { redis: hashB } },
      ['recreate: its configuration changed'],
    ],
    [
      'has another configuration, never recreate',
      [container('redis')],
      images,
      { ...desired, hashes: { redis: hashB }, recreate: 'never' as const },
      [],
    ],
    [
      'has another image',
      [container('redis')],
      { 'redis:3': 'sha256:2' },
      desired,
      ['recreate: its image redis:3 changed'],
    ],
    [
      'stopped',
      [container('redis', { status: 'exited', exitCode: 137 })],
      images,
      desired,
      ['start: its container is exited with 137'],
    ],
    [
      'always recreate',
      [container('redis')],
      images,
      { ...desired, recreate: 'always' as const },
      ['recreate: `recreate: always`'],
    ],
    [
      'an orphan',
      [container('redis'), container('old')],
      images,
      { ...desired, removeOrphans: true },
      ['remove: container x_old_1 belongs to no service any more'],
    ],
    ['an orphan that may stay', [container('redis'), container('old')], images, desired, []],
    ['not selected', [], images, { ...desired, services: [] }, []],
    [
      'a one-off container is not the service',
      [
        container('redis', {
          labels: { 'com.docker.compose.service': 'redis', 'com.docker.compose.oneoff': 'True' },
        }),
      ],
      images,
      desired,
      ['create: it has no container'],
    ],
  ])('%s', (_name, containers, known, project, expected) => {
    const lines = decide(project, containers, known).map((item) => `${item.action}: ${item.why}`);
    expect(lines).toEqual(expected);
  });
});

test('reads the hashes compose prints and nothing else', () => {
  expect(parseHashes(`WARNING: x\nredis ${hashA}\nmysql ${hashB}\n`)).toEqual({ redis: hashA, mysql: hashB });
});

test.each([
  ['/opt/My Services/', 'myservices'],
  ['/srv/_x.y-1', 'xy-1'],
])('derives the project name of %s as compose does', (directory, name) => {
  expect(projectName(directory)).toBe(name);
});

test('quotes what goes into the command line', () => {
  const call = composeCall('v2', {
    project_src: '/x',
    project_name: 'x',
    files: ["it's.yml"],
    profiles: ['a'],
  });
  expect(call.command).toBe("docker compose -f 'it'\\''s.yml' --profile a -p x");
});

const params = {
  project_src: '/opt/services',
  state: 'present',
  pull: 'missing',
  recreate: 'auto',
  remove_orphans: false,
  remove_volumes: false,
  wait: true,
  wait_timeout: 30,
  timeout: 60,
} as const;

function inspected(status: string, health?: string): string {
  const labels = { 'com.docker.compose.service': 'redis', 'com.docker.compose.config-hash': hashA };
  const state = { Status: status, ExitCode: 0, ...(health ? { Health: { Status: health } } : {}) };
  return JSON.stringify([
    {
      Id: 'id',
      Name: '/redis',
      Image: 'sha256:1',
      State: state,
      Config: { Image: 'redis:3', Labels: labels },
    },
  ]);
}

function hostWith(inspect: string): ReturnType<typeof fakeHost> {
  return fakeHost({
    scripts: [
      [/docker compose version/, 'v1\n'],
      [/docker ps -aq/, inspect],
      [/config --hash/, `redis ${hashA}\n`],
      [/docker image inspect/, 'sha256:1 redis:3\n'],
    ],
  });
}

test.each([
  ['runs and is healthy', inspected('running', 'healthy'), []],
  ['runs without a health check', inspected('running'), []],
  ['is not healthy yet', inspected('running', 'starting'), ['wait until redis is ready']],
  ['is missing', '', ['create redis (it has no container)', 'wait until redis is ready']],
])('a project whose service %s', async (_name, inspect, summaries) => {
  const current = await compose.read(hostWith(inspect), params);
  const plan = compose.plan(params, current) as Plan;
  expect(plan.steps.map((step) => step.summary)).toEqual(summaries);
});

test('a service that the files do not have is a failure, not a surprise', async () => {
  const current = await compose.read(hostWith(inspected('running')), params);
  const plan = compose.plan({ ...params, services: ['reddis'] }, current) as Plan;
  expect(plan.failure).toBe('no such service: reddis; the files have redis');
});

test('says that Docker is missing', async () => {
  const host = fakeHost({
    scripts: [
      [/docker compose version/, 'v1\n'],
      [/docker ps/, { exitCode: 127, stderr: 'sh: docker: not found' }],
    ],
  });
  await expect(compose.read(host, params)).rejects.toThrow(/not installed/);
});
