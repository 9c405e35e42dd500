import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { getUrl } from '../../modules/get_url.ts';
import type { HttpRequest } from '../../src/module/index.ts';
import { type FakeHost, type FakeHostSpec, fakeHost } from '../support/fake-host.ts';
import { execResult, readAndPlan, readOf, valuesOf } from '../support/run-module.ts';

const url = 'http://mirror/a/file.tgz?key=1';
const sum = (text: string, algorithm = 'sha256'): string => createHash(algorithm).update(text).digest('hex');
const mtime = Date.UTC(2026, 0, 2) / 1000;
const files = { '/d/old': { content: 'old', mtime, mode: '0600' } };

function host(request: FakeHostSpec['request'], tool = 'curl\nwget\n', spec: FakeHostSpec = {}): FakeHost {
  const scripts = [[/command -v curl/, tool]] as const;
  return fakeHost({ files, scripts, ...(request ? { request } : {}), ...spec });
}

const serve =
  (text: string, headers: Record<string, string> = {}) =>
  (request: HttpRequest) =>
    request.method === 'HEAD' ? { headers, body: '' } : { headers, body: text };

describe('when a download is needed', () => {
  const date = (offset: number) => ({ 'last-modified': new Date((mtime + offset) * 1000).toUTCString() });

  it.each([
    { name: 'no file is there', dest: '/d/new', downloads: true },
    {
      name: 'the server has an older one of the same size',
      request: serve('xyz', { ...date(0), 'content-length': '3' }),
      downloads: false,
    },
    { name: 'the server has a newer one', request: serve('xyz', date(1)), downloads: true },
    {
      name: 'the size differs',
      request: serve('longer', { ...date(0), 'content-length': '6' }),
      downloads: true,
    },
    { name: 'the server says not modified', request: () => ({ status: 304 }), downloads: false },
    { name: 'the server tells no date, content equal', request: serve('old'), downloads: false },
    {
      name: 'content is equal by force',
      request: serve('old', date(9)),
      params: { force: true },
      downloads: false,
    },
    { name: 'the checksum fits', params: { checksum: `sha256:${sum('old')}` }, downloads: false },
    { name: 'the checksum differs', params: { checksum: `SHA256:${sum('new')}` }, downloads: true },
  ])('$name: $downloads', async ({ dest = '/d/old', request, params = {}, downloads }) => {
    const plan = await readAndPlan(getUrl, { url, dest, ...params }, host(request));
    expect(plan.failure).toBeUndefined();
    expect(plan.steps).toHaveLength(downloads ? 1 : 0);
  });

  it('reads another kind of checksum on the host', async () => {
    const commands = { 'sha1sum /d/old': `${sum('old', 'sha1')}  /d/old\n` };
    const there = host(undefined, 'curl\n', { commands });
    const plan = await readAndPlan(
      getUrl,
      { url, dest: '/d/old', checksum: `sha1:${sum('old', 'sha1')}` },
      there,
    );
    expect(plan.steps).toEqual([]);
  });

  it.each([
    { list: `${sum('x')}  other.tgz\n${sum('old')} *./dir/file.tgz\n`, downloads: false },
    { list: `${sum('old')}\n`, downloads: false },
    { list: `${sum('new')}  file.tgz\n`, downloads: true },
  ])('finds the checksum in a list: %o', async ({ list, downloads }) => {
    const params = { url, dest: '/d/old', checksum: 'sha256:http://mirror/SUMS' };
    const plan = await readAndPlan(getUrl, params, host(serve(list)));
    expect(plan.steps).toHaveLength(downloads ? 1 : 0);
  });

  it.each(['sha256', 'crc:abc', 'sha256:xyz', 'sha256:http://mirror/SUMS'])(
    'refuses the checksum %s',
    async (checksum) => {
      await expect(
        readAndPlan(getUrl, { url, dest: '/d/old', checksum }, host(serve('none here\n\n'))),
      ).rejects.toThrow();
    },
  );
});

describe('how it is downloaded', () => {
  it('by a program of the host, secrets in files only', async () => {
    const params = {
      url,
      dest: '/d/new',
      username: 'u',
      password: 'pass"word',
      headers: { 'X-Key': 'k' },
      timeout: 5,
    };
    for (const tool of ['curl', 'wget']) {
      const plan = await readAndPlan(getUrl, params, host(undefined, `${tool}\n`));
      const [step] = plan.steps;
      if (step?.kind !== 'run') throw new Error('no run step');
      expect(step.script).toContain(`${tool} -`);
      expect(step.script).not.toMatch(/pass|X-Key|key=1/);
      expect(step.summary).toBe('download http://mirror/a/file.tgz to /d/new');
      expect(JSON.stringify(step.stage)).toContain('pass');
    }
  });

  it('through the control node where the host has no program, or directly', async () => {
    for (const [params, tools] of [
      [{}, ''],
      [{ via: 'direct' }, 'curl\n'],
    ] as const) {
      const plan = await readAndPlan(
        getUrl,
        { url, dest: '/d/new', mode: '0640', ...params },
        host(serve('new'), tools),
      );
      expect(plan.steps).toMatchObject([
        {
          kind: 'put',
          path: '/d/new',
          content: { bytes: Buffer.from('new') },
          mode: '0640',
          summary: 'create /d/new',
        },
      ]);
    }
  });

  it('never with a wrong checksum', async () => {
    const params = { url, dest: '/d/new', checksum: `sha256:${sum('other')}` };
    expect((await readAndPlan(getUrl, params, host(serve('new'), ''))).failure).toMatch(
      /checksum of the download/,
    );
  });

  it('keeps owner and mode of what it replaces', async () => {
    const plan = await readAndPlan(
      getUrl,
      { url, dest: '/d/old', checksum: `sha256:${sum('new')}` },
      host(undefined),
    );
    expect(plan.steps).toMatchObject([
      { script: expect.stringContaining('chown -- 0:0 "$new" && chmod -- 00600 "$new"') },
    ]);
  });

  it('sets attributes of a file that is current', async () => {
    const params = { url, dest: '/d/old', checksum: `sha256:${sum('old')}`, mode: '0644' };
    expect((await readAndPlan(getUrl, params, host(undefined))).steps).toMatchObject([
      { script: 'chmod -- 00644 /d/old' },
    ]);
  });
});

describe('where it goes', () => {
  it.each([
    { dest: '/d', path: '/d/file.tgz' },
    { dest: '/d/', path: '/d/file.tgz' },
    { dest: '/d/x', path: '/d/x' },
  ])('$dest: $path', async ({ dest, path }) => {
    expect(await readOf(getUrl, { url, dest }, host(undefined))).toMatchObject({ path });
  });

  it.each([
    { params: { dest: '/no/x' }, failure: /does not exist/ },
    { params: { url: 'http://mirror/', dest: '/d' }, failure: /does not name a file/ },
  ])('fails: $failure', async ({ params, failure }) => {
    expect((await readAndPlan(getUrl, { url, ...params }, host(undefined))).failure).toMatch(failure);
  });
});

it('registers where the file is', async () => {
  const params = { url, dest: '/d/old', checksum: `sha256:${sum('new')}`, backup: true, owner: 'root' };
  const current = await readOf(getUrl, params, host(undefined));
  expect(valuesOf(getUrl, params, current, [{ exec: execResult({ stdout: '/d/old.1~' }) }])).toEqual({
    dest: '/d/old',
    url,
    checksum_dest: sum('new'),
    mode: '0600',
    owner: 'root',
    group: 'root',
    uid: 0,
    gid: 0,
    backup_file: '/d/old.1~',
  });
});
