import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { unarchive } from '../../modules/unarchive.ts';
import { makeTree, pack, treeTime } from '../support/archives.ts';
import { type FakeFile, fakeHost } from '../support/fake-host.ts';
import { execResult, readAndPlan, readOf, valuesOf } from '../support/run-module.ts';

const root = makeTree();
afterAll(() => rmSync(root, { recursive: true }));
pack(root, 'tar -czf a.tgz tree/file tree/exact tree/soft');
const read = (name: string): Buffer => readFileSync(join(root, name));
/** `tree/file` with the text `content`. */
const zip = Buffer.from(
  'UEsDBAoAAAAAAFlxdl2pMMX+BwAAAAcAAAAJAAAAdHJlZS9maWxlY29udGVudFBLAQIeAwoAAAAAAFlxdl2pMMX+BwAAAAcAAAAJAAAAAAAAAAEAAACkgQAAAAB0cmVlL2ZpbGVQSwUGAAAAAAEAAQA3AAAALgAAAAAA',
  'base64',
);
const local = {
  'a.tgz': read('a.tgz'),
  '/control/a.tgz': read('a.tgz'),
  'a.zip': zip,
  '/control/a.zip': zip,
  'a.tar.xz': '',
  'dir/x': '',
};
const unpacked: Record<string, FakeFile> = {
  '/o/tree/file': { content: 'content', mtime: treeTime },
  '/o/tree/exact': { content: 'y'.repeat(1024), mtime: treeTime },
  '/o/tree/soft': { type: 'link', target: 'sub' },
};
const empty: Record<string, FakeFile> = { '/o': { type: 'directory' } };

describe('of the control node', () => {
  it('is handed over and unpacked where a member differs', async () => {
    const plan = await readAndPlan(
      unarchive,
      { src: 'a.tgz', dest: '/o/' },
      fakeHost({ local, files: empty }),
    );
    expect(plan.steps).toEqual([
      {
        kind: 'run',
        script: 'tar -z -xf "$MOORING_STAGE"/archive -C /o',
        stage: [{ name: 'archive', content: { localFile: '/control/a.tgz' } }],
        long: true,
        timeoutMs: 3_600_000,
        summary: 'unpack a.tgz into /o: tree/file is missing',
        predicts: [
          { kind: 'path', path: '/o/tree/file', type: 'file' },
          { kind: 'path', path: '/o/tree/exact', type: 'file' },
          { kind: 'path', path: '/o/tree/soft', type: 'link', target: 'sub' },
        ],
        diff: [{ header: '/o', before: '', after: 'tree/file\ntree/exact\ntree/soft\n' }],
      },
    ]);
    expect(plan.values).toEqual({ dest: '/o', src: '/control/a.tgz', handler: 'TgzArchive' });
  });

  it('is left alone where all members are there', async () => {
    const params = { src: 'a.tgz', dest: '/o', list_files: true };
    const plan = await readAndPlan(unarchive, params, fakeHost({ local, files: unpacked }));
    expect(plan.steps).toEqual([]);
    expect(plan.values).toMatchObject({ files: ['tree/file', 'tree/exact', 'tree/soft'] });
  });

  it('compares a zip archive by content', async () => {
    const params = { src: 'a.zip', dest: '/o' };
    const same = { '/o/tree/file': 'content' };
    expect((await readAndPlan(unarchive, params, fakeHost({ local, files: same }))).steps).toEqual([]);
    const other = { '/o/tree/file': 'CONTENT' };
    expect((await readAndPlan(unarchive, params, fakeHost({ local, files: other }))).steps).toMatchObject([
      {
        script: 'unzip -o -q  "$MOORING_STAGE"/archive  -d /o',
        summary: expect.stringContaining('content of tree/file'),
      },
    ]);
  });

  it('minds include, exclude and keep_newer', async () => {
    const params = {
      src: 'a.tgz',
      dest: '/o',
      include: ['tree/file', 'tree/exact'],
      exclude: ['*act'],
      keep_newer: true,
    };
    const plan = await readAndPlan(unarchive, params, fakeHost({ local, files: empty }));
    expect(plan.steps).toMatchObject([
      {
        script:
          'tar -z -xf "$MOORING_STAGE"/archive -C /o \'--exclude=*act\' --keep-newer-files tree/file tree/exact',
        diff: [{ after: 'tree/file\n' }],
      },
    ]);
  });

  it('sets attributes in a second round, and only where they differ', async () => {
    const params = { src: 'a.tgz', dest: '/o', owner: 'harbor', mode: 'u=rwX,g=rX,o=' };
    const fresh = await readAndPlan(unarchive, params, fakeHost({ local, files: empty }));
    expect(fresh).toMatchObject({ replan: true, steps: [{ kind: 'run' }] });
    const files = {
      ...unpacked,
      '/o/tree/exact': { content: 'y'.repeat(1024), mtime: treeTime, mode: '0640', owner: 'harbor' },
    };
    expect((await readAndPlan(unarchive, params, fakeHost({ local, files }))).steps).toMatchObject([
      {
        argv: ['xargs', '-0', 'chown', '-h', '--', 'harbor'],
        stdin: { text: '/o/tree/file\0/o/tree/soft\0' },
      },
      { argv: ['xargs', '-0', 'chmod', '--', '00640'], stdin: { text: '/o/tree/file\0' } },
    ]);
  });

  it('is not even read where what it creates is there', async () => {
    const params = { src: 'missing.tgz', dest: '/o', creates: '/o/tree/file' };
    const plan = await readAndPlan(unarchive, params, fakeHost({ files: unpacked }));
    expect(plan).toEqual({ steps: [], values: { dest: '/o', msg: 'skipped, since /o/tree/file exists' } });
  });

  it('of a kind that cannot be listed here needs creates', async () => {
    const host = fakeHost({ local, files: empty });
    expect((await readAndPlan(unarchive, { src: 'a.tar.xz', dest: '/o' }, host)).failure).toMatch(
      /give creates/,
    );
    const plan = await readAndPlan(unarchive, { src: 'a.tar.xz', dest: '/o', creates: '/o/tree' }, host);
    expect(plan.steps).toMatchObject([
      {
        script: 'tar -J -xf "$MOORING_STAGE"/archive -C /o',
        summary: 'unpack a.tar.xz into /o: /o/tree is missing',
        predicts: [{ path: '/o/tree' }],
      },
    ]);
  });
});

describe('of the host', () => {
  const listing = '-rw-r--r-- root/root         7 2026-01-02 03:04:05 tree/file\n';
  const host = (files: Record<string, FakeFile>) =>
    fakeHost({ files: { ...files, '/a.tar.bz2': 'x' }, scripts: [[/tar -j -tvf/, listing]] });
  const params = { src: '/a.tar.bz2', dest: '/o', remote_src: true };

  it('is unpacked where it lies', async () => {
    const plan = await readAndPlan(unarchive, params, host(empty));
    expect(plan.steps).toMatchObject([{ script: 'tar -j -xf /a.tar.bz2 -C /o' }]);
    expect(plan.steps[0]).not.toHaveProperty('stage');
    expect((await readAndPlan(unarchive, params, host(unpacked))).steps).toEqual([]);
  });
});

describe('failures', () => {
  it.each([
    { params: { src: 'a.tgz', dest: '/no' }, failure: /must be an existing dir/ },
    { params: { src: '/no.tgz', dest: '/o', remote_src: true }, failure: /does not exist/ },
    { params: { src: 'dir', dest: '/o' }, failure: /is a directory/ },
  ])('$failure', async ({ params, failure }) => {
    const plan = await readAndPlan(unarchive, params, fakeHost({ local, files: empty }));
    expect(plan).toMatchObject({ steps: [], failure: expect.stringMatching(failure) });
  });

  it.each([
    { src: 'a.tgz', dest: '/o', extra_opts: ['--strip-components=1'] },
    { src: 'http://x/a.tgz', dest: '/o', remote_src: true },
    { src: 'missing.tgz', dest: '/o' },
  ])('refuses %o', async (params) => {
    await expect(readAndPlan(unarchive, params, fakeHost({ local, files: empty }))).rejects.toThrow();
  });
});

it('registers what the program said', async () => {
  const params = { src: 'a.tgz', dest: '/o' };
  const current = await readOf(unarchive, params, fakeHost({ local, files: empty }));
  const values = valuesOf(unarchive, params, current, [{ exec: execResult({ stderr: 'tar: note' }) }]);
  expect(values).toMatchObject({ dest: '/o', extract_results: { rc: 0, err: 'tar: note' } });
});
