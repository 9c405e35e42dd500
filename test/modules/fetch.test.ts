import { expect, it } from 'vitest';
import { fetch } from '../../modules/fetch.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const host = fakeHost({
  files: { '/etc/key': 'k', '/etc/dir/x': '' },
  local: { '/backup/same': 'k', '/backup/h1/etc/key': 'other', '/backup/sub/y': '' },
  playbookDir: '/play',
});

it.each([
  { name: 'keeps hosts apart', params: { dest: '/backup' }, localPath: '/backup/h1/etc/key' },
  { name: 'begins at the playbook', params: { dest: 'b' }, localPath: '/play/b/h1/etc/key' },
  { name: 'saves flat', params: { dest: '/b/key', flat: true }, localPath: '/b/key' },
  { name: 'saves flat into a directory', params: { dest: '/b/', flat: true }, localPath: '/b/key' },
])('$name', async ({ params, localPath }) => {
  const plan = await readAndPlan(fetch, { src: '/etc/key', ...params }, host);
  expect(plan.steps).toMatchObject([{ kind: 'save', localPath, remotePath: '/etc/key' }]);
  expect(plan.values).toMatchObject({ dest: localPath, file: '/etc/key' });
});

it('does nothing where the same bytes are there already', async () => {
  const plan = await readAndPlan(fetch, { src: '/etc/key', dest: '/backup/same', flat: true }, host);
  expect(plan.steps).toEqual([]);
});

it('fails for a missing file unless told to ignore it, and for a directory', async () => {
  expect((await readAndPlan(fetch, { src: '/no', dest: '/b' }, host)).failure).toMatch(
    /does not exist: \/no/,
  );
  const lenient = await readAndPlan(fetch, { src: '/no', dest: '/b', fail_on_missing: false }, host);
  expect(lenient).toMatchObject({ steps: [], message: expect.stringContaining('ignored') });
  expect((await readAndPlan(fetch, { src: '/etc/dir', dest: '/b' }, host)).failure).toMatch(/is a directory/);
  const overDirectory = readAndPlan(fetch, { src: '/etc/key', dest: '/backup/sub', flat: true }, host);
  await expect(overDirectory).rejects.toThrow(/directory on the control node/);
});
