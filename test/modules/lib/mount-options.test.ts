import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mountableOpts, optionDrift, sameType } from '../../../modules/lib/mount-options.ts';
import { sameSource } from '../../../modules/lib/mount-source.ts';
import { mountAt, mountHolding, parseMountinfo } from '../../../modules/lib/mountinfo.ts';

const mounts = parseMountinfo(
  readFileSync(new URL('../../fixtures/mount/mountinfo', import.meta.url), 'utf8'),
);

it.each([
  ['/data/registry', 'nfs4'],
  ['/mnt/with space', 'tmpfs'],
  ['/mnt/auto', undefined],
  ['/nothing', undefined],
])('at %s there is %s', (path, fstype) => {
  expect(mountAt(mounts, path)?.fstype).toBe(fstype);
});

it('sees the upper one of two mounts', () => {
  expect(mountAt(mounts, '/mnt/twice')?.src).toBe('above');
});

it.each([
  ['/data/registry/docker', '/data/registry'],
  ['/data/registry2', '/data'],
  ['/etc', '/'],
])('%s is held by the mount at %s', (path, holder) => {
  expect(mountHolding(mounts, path)?.path).toBe(holder);
});

it.each([
  ['/data/registry', 'hard,nfsvers=4.2,_netdev,rw,rsize=8192,bg,retry=2,nofail,x-systemd.automount', []],
  ['/data/registry', 'vers=4', []],
  ['/data/registry', 'nfsvers=3', ['vers=4.2']],
  ['/data/registry', 'soft', ['hard']],
  ['/data/registry', 'noatime', ['atime']],
  ['/data/registry', 'timeo=600,proto=tcp', []],
  ['/data/registry', 'timeo=50', ['timeo=600']],
  ['/mnt/fuse', 'hard,nfsvers=4.1,_netdev', []],
  ['/mnt/fuse', 'suid', ['nosuid']],
  ['/mnt/with space', 'size=16m,mode=0750', []],
  ['/mnt/with space', 'size=16777216', []],
  ['/mnt/with space', 'size=50%', []],
  ['/mnt/with space', 'size=32m', ['size=16384k']],
  ['/', 'errors=remount-ro,ro', ['rw']],
])('%s with %j drifts by %j', (path, opts, seen) => {
  const drift = optionDrift(opts, mountAt(mounts, path)?.options ?? []);
  expect(drift.map((option) => option.seen)).toEqual(seen);
});

it('knows what a remount can change', () => {
  const live = mountAt(mounts, '/data/registry')?.options ?? [];
  expect(optionDrift('ro,soft', live).map((option) => option.remountable)).toEqual([true, false]);
});

it.each([
  ['nfs', 'nfs4', true],
  ['nfs', 'fuse.nfs', true],
  ['fuse.glusterfs', 'fuse.glusterfs', true],
  ['auto', 'ext4', true],
  ['ext4', 'xfs', false],
])('type %s is %s: %s', (wanted, live, same) => {
  expect(sameType(wanted, live)).toBe(same);
});

it.each([
  ['/data/registry', '192.168.198.136:/data/registry', {}, true],
  ['/data/registry', '192.168.198.136:/data/registry/', {}, true],
  ['/data/registry', '192.168.198.137:/data/registry', {}, false],
  ['/data', '/dev/vg/data', { device: '/dev/dm-0', liveDevice: '/dev/dm-0' }, true],
  ['/data', '/dev/sdb', {}, false],
  ['/mnt/with space', 'none', {}, true],
  ['/mnt/bind', '/data/srv/b', { bind: true }, true],
  ['/mnt/bind', '/data/srv/c', { bind: true }, false],
  ['/mnt/bind', '/etc', { bind: true }, false],
])('%s comes from %s %j: %s', (path, src, more, same) => {
  const live = mountAt(mounts, path);
  const sources = { src, device: src, liveDevice: live?.src ?? '', bind: false, ...more };
  expect(live && sameSource(sources, live, mounts)).toBe(same);
});

it('leaves to fstab what only its readers understand', () => {
  expect(mountableOpts('defaults,_netdev,nofail,x-systemd.requires=a.service,hard,nfsvers=4.1')).toBe(
    'hard,nfsvers=4.1',
  );
});
