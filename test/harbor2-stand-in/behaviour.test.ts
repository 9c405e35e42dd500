// What Harbor does over several calls: logins, pages, robots' rights, and what it keeps.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { call, lab, make, PASSWORD, policyTo, registryAt } from './support/harbors.ts';

const { start } = lab();
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('logins', () => {
  it('takes a wrong password for nobody, and keeps the user out for a while', async () => {
    const harbor = await start({ settings: { lockMs: 300 } });
    const before = Date.now();
    const wrong = await call(harbor, 'GET', '/projects', undefined, { password: 'Wrong123' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(295);
    // What anyone may see is shown.
    expect(wrong.status).toBe(200);
    const late = call(harbor, 'GET', '/users/current', undefined, { password: 'Wrong123' });
    // While that one waits, the right password is refused too, at once.
    await expect.poll(async () => (await call(harbor, 'GET', '/users/current')).status).toBe(401);
    await late;
    await expect.poll(async () => (await call(harbor, 'GET', '/users/current')).status).toBe(200);
  });

  it('says its version only to who is logged in', async () => {
    const harbor = await start({ settings: { version: 'v2.13.5-x' } });
    const open = await call(harbor, 'GET', '/systeminfo', undefined, { anonymous: true });
    expect(open.body).not.toHaveProperty('harbor_version');
    expect((await call(harbor, 'GET', '/systeminfo')).body).toHaveProperty('harbor_version', 'v2.13.5-x');
    const version = await fetch(`${harbor.url}/api/version`);
    expect(await version.json()).toEqual({ version: 'v2.0' });
  });

  it('has no user behind a robot', async () => {
    const harbor = await start();
    const access = [{ resource: 'project', action: 'list' }];
    const permissions = [{ kind: 'system', namespace: '/', access }];
    const made = await call(harbor, 'POST', '/robots', {
      name: 'r',
      level: 'system',
      duration: 7,
      permissions,
    });
    const { secret } = made.body as { readonly secret: string };
    const as = { user: 'robot$r', password: secret };
    expect((await call(harbor, 'GET', '/users/current', undefined, as)).message).toBe(
      'PRECONDITION: get current user not available for security context: robot',
    );
    expect((await call(harbor, 'GET', '/projects', undefined, as)).status).toBe(200);
    expect((await call(harbor, 'POST', '/projects', { project_name: 'x' }, as)).message).toBe(
      'FORBIDDEN: Only system admin can create project',
    );
    expect((await call(harbor, 'GET', '/replication/policies', undefined, as)).message).toBe(
      'FORBIDDEN: robot$r',
    );
  });

  it('takes the secret that PATCH has set, not the one in the body that made the robot', async () => {
    const harbor = await start();
    const access = [{ resource: 'repository', action: 'pull' }];
    const permissions = [{ kind: 'project', namespace: 'library', access }];
    const robot = { name: 'r', level: 'system', duration: -1, secret: 'Chosen123', permissions };
    const id = await make(harbor, '/robots', robot);
    const token = (password: string) =>
      fetch(`${harbor.url}/service/token?service=harbor-registry`, {
        headers: { authorization: `Basic ${Buffer.from(`robot$r:${password}`).toString('base64')}` },
      });
    expect((await token('Chosen123')).status).toBe(401);
    await call(harbor, 'PATCH', `/robots/${id}`, { secret: 'Chosen123' });
    await expect.poll(async () => (await token('Chosen123')).status).toBe(200);
  });
});

describe('pages', () => {
  it('come ten at a time, with the total and the way to the others', async () => {
    const harbor = await start();
    for (let index = 10; index < 32; index++) await make(harbor, '/projects', { project_name: `p${index}` });
    const first = await call(harbor, 'GET', '/projects?name=p');
    expect(first.body).toHaveLength(10);
    expect(first.headers.get('x-total-count')).toBe('22');
    expect(first.headers.get('link')).toBe('</api/v2.0/projects?name=p&page=2&page_size=10>; rel="next"');
    const last = await call(harbor, 'GET', '/projects?name=p&page=3');
    expect(last.body).toHaveLength(2);
    expect(last.headers.get('link')).toBe('</api/v2.0/projects?name=p&page=2&page_size=10>; rel="prev"');
    expect((await call(harbor, 'GET', '/projects?page_size=100')).body).toHaveLength(23);
    const sorted = await call(harbor, 'GET', '/projects?sort=-name&page_size=1');
    expect(sorted.body).toMatchObject([{ name: 'p31' }]);
  });

  it.each([
    ['name=p10', ['p10']],
    ['name=~P1', ['p10', 'p11']],
    ["name={p10 'p11' none}", ['p10', 'p11']],
    ['project_id=[3~]', ['p11', 'p20']],
    ['unheard=of', ['library', 'p10', 'p11', 'p20']],
    ['public=true', ['library']],
  ])('find with q=%s', async (q, names) => {
    const harbor = await start();
    for (const name of ['p10', 'p11', 'p20']) await make(harbor, '/projects', { project_name: name });
    const { body } = await call(harbor, 'GET', `/projects?q=${encodeURIComponent(q)}`);
    expect((body as { readonly name: string }[]).map(({ name }) => name)).toEqual(names);
  });
});

it('leaves out what Go leaves out, and writes no time as year one', async () => {
  const [a, b] = await Promise.all([start(), start()]);
  const id = await make(a, '/registries', registryAt(b, 'b'));
  const body = policyTo(id, { enabled: false, override: false, deletion: false, filters: [] });
  await make(a, '/replication/policies', body);
  const { body: policy } = await call(a, 'GET', '/replication/policies/1');
  for (const name of ['enabled', 'override', 'deletion', 'replicate_deletion'])
    expect(policy).not.toHaveProperty(name);
  expect(policy).toMatchObject({ filters: null, speed: 0, src_registry: { id: 0, name: 'Local' } });
});

it('comes back from a stop with all it knew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'harbor2-'));
  folders.push(folder);
  const first = await start({ folder });
  await make(first, '/projects', { project_name: 'example' });
  const digest = first.push('example/app', 'one', 'content');
  await first.stop();
  await expect(fetch(first.url)).rejects.toThrow();
  // The password of a first start is not that of a second one.
  const second = await start({ folder, adminPassword: 'Another123' });
  expect(second.digest('example/app', 'one')).toBe(digest);
  expect((await call(second, 'GET', '/users/current', undefined, { password: PASSWORD })).status).toBe(200);
});

it('calls a component unhealthy, with status 200', async () => {
  const harbor = await start({ settings: { unhealthy: { redis: 'connection refused' } } });
  const { status, body } = await call(harbor, 'GET', '/health', undefined, { anonymous: true });
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'unhealthy' });
});

it('lets nobody change a configuration that comes from the environment', async () => {
  const harbor = await start({ settings: { configurationFixed: true } });
  const { message } = await call(harbor, 'PUT', '/configurations', { read_only: true });
  expect(message).toMatch(/^FORBIDDEN: current config is init by env variable/);
  const { body } = await call(harbor, 'GET', '/configurations');
  expect(body).toHaveProperty('read_only.editable', false);
});
