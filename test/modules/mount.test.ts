import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mount } from '../../modules/mount.ts';
import type { Plan } from '../../src/module/index.ts';
import { type FakeHost, type FakeHostSpec, fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/mount/${name}`, import.meta.url), 'utf8');
const fstab = fixture('fstab');

const nfs = { path: '/data/registry', src: '192.168.198.136:/data/registry', fstype: 'nfs' };
const tmpfs = { path: '/mnt/with space', src: 'tmpfs', fstype: 'tmpfs' };
const fresh = { path: '/mnt/new', src: '192.168.198.136:/srv', fstype: 'nfs' };

it.each([
  [{ ...nfs, state: 'mounted' }],
  [{ ...nfs, state: 'mounted', opts: ['hard', 'nfsvers=4.1', '_netdev'], path: '/data/registry/' }],
  [{ ...tmpfs, state: 'mounted', opts: 'size=16m,mode=0750' }],
  [{ ...tmpfs, state: 'ephemeral' }],
  [{ ...nfs, path: '/mnt/fuse', state: 'ephemeral' }],
  [{ path: '/mnt/new', state: 'unmounted' }],
  [{ path: '/mnt/new', state: 'absent' }],
  [{ ...nfs, state: 'present', passno: 0 }],
])('is content with %j', async (params) => {
  expect(
    await planFor(params, hostWith({ live: fixture('mountinfo').replace('vers=4.2', 'vers=4.1') })),
  ).toMatchObject({
    steps: [],
  });
});

it('makes the mount point, writes fstab, lets systemd read it, mounts and looks for the sentinel', async () => {
  const plan = await planFor({
    ...fresh,
    opts: 'hard,_netdev',
    state: 'mounted',
    mode: '0750',
    sentinel: '.share',
  });
  expect(plan.steps).toMatchObject([
    {
      argv: ['install', '-d', '-m', '0750', '/mnt/new'],
      predicts: [{ kind: 'path', path: '/mnt/new', type: 'directory', mode: '0750' }],
    },
    { kind: 'put', path: '/etc/fstab', before: fstab },
    { script: expect.stringContaining('timeout 60 systemctl daemon-reload\n') },
    { kind: 'run', predicts: [{ kind: 'mount', path: '/mnt/new', present: true }] },
    { kind: 'wait', until: { argv: ['timeout', '-s', 'KILL', '5', 'test', '-e', '/mnt/new/.share'] } },
  ]);
  expect(plan.steps[1]).toMatchObject({
    content: { text: `${fstab}192.168.198.136:/srv /mnt/new nfs hard,_netdev 0 0\n` },
  });
  expect(plan.steps[3]).toMatchObject({
    script: expect.stringMatching(
      /^timeout -s KILL 60 mount \/mnt\/new\n[\s\S]*does 192\.168\.198\.136 answer\?/,
    ),
  });
});

it.each([
  [{ fstab: '/etc/other' }, 'mount -T /etc/other /mnt/new'],
  [{ state: 'ephemeral', opts: 'hard,_netdev' }, 'mount -t nfs -o hard 192.168.198.136:/srv /mnt/new'],
  [{ timeout: 5 }, 'timeout -s KILL 5 mount /mnt/new'],
])('mounts with %j by `%s`', async (params, command) => {
  const plan = await planFor({ ...fresh, state: 'mounted', ...params });
  expect(plan.steps.at(-1)).toMatchObject({ script: expect.stringContaining(`${command}\n`) });
});

it('adds noauto where it is not to be mounted at boot', async () => {
  const plan = await planFor({ ...fresh, state: 'present', boot: false });
  expect(plan.steps[0]).toMatchObject({
    content: { text: expect.stringMatching(/nfs defaults,noauto 0 0\n$/) },
  });
});

it('remounts for options that can be changed in place', async () => {
  const plan = await planFor({ ...tmpfs, opts: 'size=32m,mode=0750,noexec', state: 'mounted' });
  expect(plan.steps.map((step) => step.summary)).toEqual([
    'write /mnt/with space in /etc/fstab',
    'make systemd read fstab again',
    'remount /mnt/with space with size=32m, noexec',
  ]);
  expect(plan.steps[2]?.diff).toEqual([
    { header: 'mount /mnt/with space', before: 'size=16384k\nexec\n', after: 'size=32m\nnoexec\n' },
  ]);
});

it.each([
  ['another source', { ...nfs, src: '192.168.198.137:/data/registry' }],
  ['an option no remount changes', { ...nfs, opts: 'soft' }],
  ['another type', { ...tmpfs, fstype: 'ramfs' }],
])('unmounts and mounts for %s', async (_title, params) => {
  const plan = await planFor({ ...params, state: 'mounted' });
  expect(plan.steps.map((step) => step.summary.split(' ')[0])).toEqual(['unmount', 'write', 'make', 'mount']);
});

it('unmounts, and says who holds the file system', async () => {
  const plan = await planFor({ path: '/mnt/with space', state: 'unmounted' });
  expect(plan.steps).toMatchObject([
    {
      summary: 'unmount /mnt/with space',
      predicts: [{ kind: 'mount', path: '/mnt/with space', present: false }],
    },
  ]);
  expect(plan.steps[0]).toMatchObject({ script: expect.stringContaining("path='/mnt/with space'\n") });
});

it('takes mount, line and mount point away', async () => {
  const plan = await planFor({ path: '/mnt/with space', state: 'absent' });
  expect(plan.steps.map((step) => step.summary)).toEqual([
    'unmount /mnt/with space',
    'write /mnt/with space in /etc/fstab',
    'make systemd read fstab again',
    'remove the mount point /mnt/with space if it is empty',
  ]);
});

it('never removes a mount point with files in it', async () => {
  const host = hostWith({ files: { '/mnt/new/precious': 'x' } });
  const plan = await readAndPlan(mount, { path: '/mnt/new', state: 'absent' }, host);
  expect(plan).toMatchObject({ steps: [], warnings: ['/mnt/new is not empty and stays'] });
});

it.each([
  [
    'missing',
    1,
    /\/data\/registry is mounted, but \/data\/registry\/\.share is not there: is it the right share\?/,
  ],
  ['behind a dead server', 137, /does not answer/],
])('fails where the sentinel is %s', async (_title, exitCode, failure) => {
  const host = hostWith({ scripts: [['timeout -s KILL 10 test -e /data/registry/.share', { exitCode }]] });
  const plan = await readAndPlan(mount, { ...nfs, state: 'mounted', sentinel: '.share' }, host);
  expect(plan.steps).toEqual([]);
  expect(plan.failure).toMatch(failure);
});

it.each([
  [{ path: '/mnt/new', state: 'mounted' }, 'state mounted needs src and fstype'],
  [{ path: '/mnt/new', state: 'remounted' }, 'nothing is mounted at /mnt/new'],
  [{ path: '/', state: 'absent' }, '/ cannot be unmounted'],
  [{ ...fresh, path: '/etc/fstab', state: 'mounted' }, '/etc/fstab is no directory'],
  [{ path: '/data', state: 'unmounted' }, '/data/registry is mounted inside; unmount it first'],
  [
    { ...fresh, path: '/data/registry', state: 'ephemeral' },
    '/data/registry already holds 192.168.198.136:/data/registry (nfs4)',
  ],
])('refuses %j', async (params, failure) => {
  expect(await planFor(params)).toMatchObject({ steps: [], failure });
});

it('warns of what a mount would hide, and of a network file system boot does not know', async () => {
  const host = hostWith({ files: { '/mnt/new/a': 'x' } });
  const plan = await readAndPlan(mount, { ...fresh, fstype: 'fuse.mine', state: 'mounted' }, host);
  expect(plan.warnings).toEqual([
    '/mnt/new is not empty: the mount hides 1 entries',
    'the source is on the network: add _netdev to opts, so that boot waits for it',
  ]);
});

it('looks behind a symlink', async () => {
  const host = hostWith({
    files: { '/registry': { type: 'link', target: '/data/registry' } },
    commands: { 'readlink -e /registry': '/data/registry\n' },
  });
  const plan = await readAndPlan(mount, { ...nfs, path: '/registry', state: 'ephemeral' }, host);
  expect(plan).toMatchObject({ steps: [] });
});

it('finds the device of a UUID', async () => {
  const host = hostWith({
    commands: {
      'readlink -e /dev/disk/by-uuid/b3e48f45-f933-4c8e-a700-22a159ec9077': '/dev/vda1\n',
      'readlink -e /dev/vda1': '/dev/vda1\n',
    },
  });
  const params = {
    path: '/',
    src: 'UUID=b3e48f45-f933-4c8e-a700-22a159ec9077',
    fstype: 'ext4',
    state: 'mounted',
  };
  expect(await readAndPlan(mount, params, host)).toMatchObject({ steps: [] });
});

function planFor(params: object, host = hostWith({})): Promise<Plan> {
  return readAndPlan(mount, params, host);
}

function hostWith({ live, ...spec }: FakeHostSpec & { readonly live?: string }): FakeHost {
  return fakeHost({
    scripts: [[/^timeout -s KILL 10 test -e /, { exitCode: 1 }]],
    ...spec,
    files: { '/etc/fstab': fstab, ...spec.files },
    commands: { 'cat /proc/self/mountinfo': live ?? fixture('mountinfo'), ...spec.commands },
  });
}
