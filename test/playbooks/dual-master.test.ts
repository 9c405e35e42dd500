import { afterAll, beforeAll, expect, test } from 'vitest';
import { mooring } from '../cli/mooring.ts';
import { type Harbor2, startHarbor2 } from '../lab/harbor2/harbor2.ts';
import { writeFiles } from '../load/temporary-files.ts';

// Three Harbors 2.x that are there already, without SSH, in a ring: all of it is a matter of inventory.
const timeout = 120_000;
const names = ['a', 'b', 'c'] as const;
let harbors: Record<(typeof names)[number], Harbor2>;
let inventory: string;

const root = new URL('../../playbooks/', import.meta.url).pathname;
const run = (playbook: string, ...args: string[]) =>
  mooring('run', `${root}${playbook}`, '-i', inventory, ...args);

beforeAll(async () => {
  const [a, b, c] = await Promise.all([startHarbor2(), startHarbor2(), startHarbor2()]);
  harbors = { a, b, c };
  const hosts = names.map((name, index) => {
    const next = names[(index + 1) % names.length];
    return `        ${name}: {ansible_host: 192.0.2.${index + 1}, harbor_url: "${harbors[name].url}", replication_peers: [${next}]}`;
  });
  const folder = writeFiles({
    'hosts.yml': `all:
  vars:
    harbor_via: direct
    harbor_admin_password: Harbor12345
    replication_insecure: false
    dual_projects: [{name: example, public: true}, {name: tools}]
  children:
    harbor:
      hosts:
${hosts.join('\n')}
`,
  });
  inventory = `${folder}/hosts.yml`;
});
afterAll(() => Promise.all(Object.values(harbors).map((harbor) => harbor.stop())));

/** A project with an image, as it was before anybody thought of masters. */
async function fill(harbor: Harbor2, tag: string, content: string): Promise<void> {
  const made = await fetch(`${harbor.url}/api/v2.0/projects`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('admin:Harbor12345').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ project_name: 'example', metadata: { public: 'true' } }),
  });
  expect([201, 409]).toContain(made.status);
  harbor.push('example/app', tag, content);
}

/** A push while the next master is away: its event is lost. */
async function lose(from: Harbor2, to: Harbor2, tag: string): Promise<void> {
  await to.stop();
  from.push('example/app', tag, `${tag}, pushed during an outage`);
  await from.settled();
  await to.start();
  expect(to.digest('example/app', tag)).toBeUndefined();
}

const images = (): (string | undefined)[][] =>
  names.map((name) => ['1', '2', 'same'].map((tag) => harbors[name].digest('example/app', tag)));

test('a tag that differs stops the run before anything is written', { timeout }, async () => {
  await fill(harbors.a, '1', 'from a');
  await fill(harbors.c, '2', 'from c');
  await fill(harbors.a, 'same', 'one');
  await fill(harbors.c, 'same', 'other');
  const before = images();
  const stopped = await run('dual-master.yml');
  expect(stopped.code, stopped.all).toBe(2);
  expect(stopped.all).toContain('example/app:same is');
  expect(images()).toEqual(before);
  expect(harbors.b.state.projects.map(({ name }) => name)).not.toContain('example');
});

test('a ring is made in one run, brings what was there, and needs nothing more', { timeout }, async () => {
  harbors.c.remove('example/app', 'same');
  const first = await run('dual-master.yml');
  expect(first.code, first.all).toBe(0);
  await expect.poll(images, { timeout: 20_000 }).toEqual([images()[0], images()[0], images()[0]]);
  expect(images().flat()).not.toContain(undefined);
  const second = await run('dual-master.yml');
  expect(second.code, second.all).toBe(0);
  expect(second.stdout.match(/changed=0 /g)).toHaveLength(3);
});

test('reconcile brings round a ring what is on one master alone', { timeout }, async () => {
  await lose(harbors.c, harbors.a, 'late');
  await lose(harbors.b, harbors.c, 'later');
  const mended = await run('reconcile.yml');
  expect(mended.code, mended.all).toBe(0);
  for (const tag of ['late', 'later']) {
    const digests = new Set(names.map((name) => harbors[name].digest('example/app', tag)));
    expect([...digests]).toEqual([expect.stringMatching(/^sha256:/)]);
  }
  const again = await run('reconcile.yml');
  expect(again.stdout.match(/changed=0 /g), again.all).toHaveLength(3);
});
