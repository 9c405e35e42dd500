// Repositories, artifacts and tags through the API, and the registry that fills them.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Harbor2 } from '../lab/harbor2/harbor2.ts';
import { call, lab, make, PASSWORD } from './support/harbors.ts';

const { start } = lab();
const NESTED = '/projects/example/repositories/group%252Fapp';
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

async function filled(): Promise<{ readonly harbor: Harbor2; readonly one: string; readonly two: string }> {
  const harbor = await start();
  await make(harbor, '/projects', { project_name: 'example' });
  const one = harbor.push('example/group/app', 'app1', 'one');
  harbor.push('example/group/app', 'same', 'one');
  const two = harbor.push('example/group/app', 'app2', 'two');
  return { harbor, one, two };
}

describe('through the API', () => {
  it.each([
    ['GET', '/repositories', 200, [{ name: 'example/group/app', artifact_count: 2 }]],
    ['GET', '/projects/example/repositories', 200, [{ name: 'example/group/app', pull_count: 0 }]],
    ['GET', NESTED, 200, { name: 'example/group/app', project_id: 2 }],
    ['PUT', NESTED, 200, ''],
    [
      'GET',
      `${NESTED}/artifacts`,
      200,
      [{ tags: [{ name: 'app2' }] }, { tags: [{ name: 'app1' }, { name: 'same' }] }],
    ],
    ['GET', `${NESTED}/artifacts?with_tag=false`, 200, [{ tags: null }, { tags: null }]],
    ['GET', `${NESTED}/artifacts?q=tags%3Dapp1`, 200, [{ tags: [{ name: 'app1' }, { name: 'same' }] }]],
    ['GET', `${NESTED}/artifacts/app1`, 200, { repository_name: 'example/group/app', references: null }],
    ['GET', `${NESTED}/artifacts/none`, 404, 'NOT_FOUND: artifact example/group/app:none not found'],
    ['GET', `${NESTED}/artifacts/app1/tags`, 200, [{ name: 'app1', immutable: false }, { name: 'same' }]],
    ['POST', `${NESTED}/artifacts/app1/tags`, 201, ''],
    [
      'DELETE',
      `${NESTED}/artifacts/app1/tags/app2`,
      404,
      'NOT_FOUND: tag app2 attached to artifact 1 not found',
    ],
    ['GET', '/projects/example/repositories/none', 404, 'NOT_FOUND: repository example/none not found'],
    ['GET', '/projects/example/repositories/none/artifacts', 200, []],
  ])('%s %s gives %i', async (method, path, status, says) => {
    const { harbor } = await filled();
    const bodies: Record<string, unknown> = { PUT: { description: 'text' }, POST: { name: 'new' } };
    const answer = await call(harbor, method, path, bodies[method]);
    expect(answer.status).toBe(status);
    if (typeof says === 'string') expect(answer.message).toBe(says);
    else expect(answer.body).toMatchObject(says);
  });

  it('deletes an artifact with all its tags, and a tag alone', async () => {
    const { harbor, one } = await filled();
    await call(harbor, 'DELETE', `${NESTED}/artifacts/same/tags/same`);
    expect(harbor.digest('example/group/app', 'app1')).toBe(one);
    await call(harbor, 'DELETE', `${NESTED}/artifacts/${one}`);
    expect((await call(harbor, 'GET', `${NESTED}/artifacts`)).body).toHaveLength(1);
    expect((await call(harbor, 'DELETE', NESTED)).status).toBe(200);
    expect((await call(harbor, 'GET', '/projects/example/repositories')).body).toEqual([]);
  });

  it('adds labels and removes them', async () => {
    const { harbor } = await filled();
    const id = await make(harbor, '/labels', { name: 'good', scope: 'g' });
    const labels = `${NESTED}/artifacts/app1/labels`;
    const add = async (label: number) => (await call(harbor, 'POST', labels, { id: label })).status;
    expect([await add(id), await add(id), await add(9)]).toEqual([200, 409, 404]);
    const { body } = await call(harbor, 'GET', `${NESTED}/artifacts/app1?with_label=true`);
    expect(body).toMatchObject({ labels: [{ name: 'good' }] });
    expect((await call(harbor, 'DELETE', `${labels}/${id}`)).status).toBe(200);
    expect((await call(harbor, 'DELETE', `${labels}/${id}`)).status).toBe(404);
  });
});

/** A client of the registry that logs in as a Docker client does. */
function registry(harbor: Harbor2, login = `admin:${PASSWORD}`) {
  const basic = `Basic ${Buffer.from(login).toString('base64')}`;
  return async (
    method: string,
    path: string,
    body?: Buffer | string,
    headers: Record<string, string> = {},
  ) => {
    const send = (more: Record<string, string>) =>
      fetch(new URL(path, harbor.url), {
        method,
        headers: { ...headers, ...more },
        ...(body === undefined ? {} : { body }),
      });
    const first = await send({});
    const challenge = first.headers.get('www-authenticate') ?? '';
    const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    if (first.status !== 401 || part('service') === '') return first;
    const query = new URLSearchParams({ service: part('service'), scope: part('scope') });
    const answer = await fetch(`${part('realm')}?${query}`, { headers: { authorization: basic } });
    const { token } = (await answer.json()) as { readonly token: string };
    return send({ authorization: `Bearer ${token}` });
  };
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('the registry', () => {
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux' });
  const layer = 'a layer in two pieces';
  const blob = (text: string, mediaType: string) => ({
    mediaType,
    size: text.length,
    digest: digestOf(text),
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: blob(config, 'application/vnd.docker.container.image.v1+json'),
    layers: [blob(layer, 'application/vnd.docker.image.rootfs.diff.tar')],
  });

  it('takes blobs in one piece and in many, and manifests by tag', async () => {
    const harbor = await start();
    const ask = registry(harbor);
    const uploads = '/v2/library/app/blobs/uploads/';
    expect((await ask('HEAD', `/v2/library/app/blobs/${digestOf(config)}`)).status).toBe(404);
    expect((await ask('POST', `${uploads}?digest=${digestOf(config)}`, config)).status).toBe(201);
    const begun = await ask('POST', uploads);
    expect(begun.status).toBe(202);
    const place = begun.headers.get('location') ?? '';
    const piece = await ask('PATCH', place, layer.slice(0, 5), { 'content-range': '0-4' });
    expect([piece.status, piece.headers.get('range')]).toEqual([202, '0-4']);
    expect((await ask('PATCH', place, 'late', { 'content-range': '9-12' })).status).toBe(416);
    expect((await ask('GET', place)).headers.get('range')).toBe('0-4');
    // A manifest whose blobs are not all there is refused.
    const early = await ask('PUT', '/v2/library/app/manifests/1.0', manifest, { 'content-type': MANIFEST });
    expect(early.status).toBe(400);
    expect((await ask('PUT', `${place}?digest=${digestOf(layer)}`, layer.slice(5))).status).toBe(201);
    const put = await ask('PUT', '/v2/library/app/manifests/1.0', manifest, { 'content-type': MANIFEST });
    expect([put.status, put.headers.get('docker-content-digest')]).toEqual([201, digestOf(manifest)]);
    const got = await ask('GET', '/v2/library/app/manifests/1.0');
    expect([got.headers.get('content-type'), await got.text()]).toEqual([MANIFEST, manifest]);
    expect(await (await ask('GET', '/v2/library/app/tags/list')).json()).toEqual({
      name: 'library/app',
      tags: ['1.0'],
    });
    const part = await ask('GET', `/v2/library/app/blobs/${digestOf(layer)}`, undefined, {
      range: 'bytes=2-6',
    });
    expect([part.status, await part.text()]).toEqual([206, 'layer']);
    expect((await call(harbor, 'GET', '/projects/library/repositories/app')).body).toMatchObject({
      pull_count: 1,
    });
    const mounted = `/v2/library/copy/blobs/uploads/?mount=${digestOf(layer)}&from=library/app`;
    expect((await ask('POST', mounted)).status).toBe(201);
  });

  it('refuses what does not have its digest, and an upload it does not know', async () => {
    const ask = registry(await start());
    const wrong = await ask('POST', `/v2/library/app/blobs/uploads/?digest=${digestOf('x')}`, 'y');
    expect([wrong.status, JSON.stringify(await wrong.json())]).toEqual([
      400,
      expect.stringContaining('DIGEST_INVALID'),
    ]);
    expect((await ask('PUT', `/v2/library/app/blobs/uploads/none?digest=${digestOf('x')}`)).status).toBe(404);
  });

  it('keeps the parts of an index until the index goes', async () => {
    const harbor = await start();
    const ask = registry(harbor);
    const child = harbor.push('library/multi', 'child', 'content');
    await call(harbor, 'DELETE', '/projects/library/repositories/multi/artifacts/child/tags/child');
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [{ mediaType: MANIFEST, size: 1, digest: child }],
    });
    expect(
      (await ask('PUT', '/v2/library/multi/manifests/all', index, { 'content-type': INDEX })).status,
    ).toBe(201);
    const artifacts = '/projects/library/repositories/multi/artifacts';
    expect((await call(harbor, 'GET', artifacts)).body).toMatchObject([
      { references: [{ child_digest: child }] },
    ]);
    expect((await call(harbor, 'DELETE', `${artifacts}/${child}`)).message).toBe(
      'VIOLATE_FOREIGN_KEY_CONSTRAINT: the deleting artifact is referenced by others',
    );
    expect((await ask('DELETE', '/v2/library/multi/manifests/all')).status).toBe(400);
    expect((await ask('DELETE', `/v2/library/multi/manifests/${digestOf(index)}`)).status).toBe(202);
    expect((await call(harbor, 'GET', `${artifacts}/${child}`)).status).toBe(404);
  });

  it('asks for a token, and for another login where that one may not', async () => {
    const harbor = await start();
    await make(harbor, '/projects', { project_name: 'example' });
    harbor.push('example/app', '1', 'x');
    const open = await fetch(`${harbor.url}/v2/example/app/manifests/1`);
    expect([open.status, open.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer realm="${harbor.url}/service/token",service="harbor-registry",scope="repository:example/app:pull"`,
    ]);
    const wrong = { authorization: `Basic ${Buffer.from('admin:Wrong123').toString('base64')}` };
    const refused = await fetch(`${harbor.url}/v2/example/app/manifests/1`, { headers: wrong });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="harbor"']);
    expect((await fetch(`${harbor.url}/service/token?service=harbor-registry`)).status).toBe(401);
    expect((await fetch(`${harbor.url}/service/token?service=other`)).status).toBe(400);
    await make(harbor, '/users', {
      username: 'jane',
      email: 'j@example.com',
      realname: 'Jane',
      password: 'Secret123',
    });
    expect((await registry(harbor, 'jane:Secret123')('GET', '/v2/example/app/manifests/1')).status).toBe(401);
    await make(harbor, '/projects/example/members', { role_id: 3, member_user: { username: 'jane' } });
    const jane = registry(harbor, 'jane:Secret123');
    expect((await jane('GET', '/v2/example/app/manifests/1')).status).toBe(200);
    expect((await jane('POST', '/v2/example/app/blobs/uploads/')).status).toBe(401);
    expect(await (await registry(harbor)('GET', '/v2/')).json()).toEqual({});
  });
});
