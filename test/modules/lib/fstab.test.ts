import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fstabEntries, removeFstab, sameOpts, setFstab } from '../../../modules/lib/fstab.ts';

const file = readFileSync(new URL('../../fixtures/mount/fstab', import.meta.url), 'utf8');

it('reads the line of a mount point, with the usual values for fields left out', () => {
  expect(fstabEntries(file, '/mnt/with space')).toEqual([
    {
      src: 'tmpfs',
      path: '/mnt/with space',
      fstype: 'tmpfs',
      opts: 'size=16m,mode=0750',
      dump: '0',
      passno: '0',
    },
  ]);
  expect(fstabEntries(file, '/data/')).toMatchObject([{ src: '/dev/mapper/vg-data', passno: '2' }]);
  expect(fstabEntries(file, '/none')).toEqual([]);
});

it.each([
  { path: '/data', src: '/dev/mapper/vg-data', fstype: 'ext4' },
  { path: '/data', src: '/dev/mapper/vg-data', fstype: 'ext4', opts: 'noatime', passno: '2' },
  {
    path: '/data/registry',
    src: '192.168.198.136:/data/registry',
    fstype: 'nfs',
    opts: '_netdev,hard,nfsvers=4.1',
  },
  { path: '/mnt/with space', src: 'tmpfs', fstype: 'tmpfs', dump: '0', passno: '0' },
])('leaves the file as it is where $path is as desired', (change) => {
  expect(setFstab(file, change)).toBe(file);
});

it.each([
  [
    { path: '/data', src: '/dev/sdb1', fstype: 'xfs' },
    '/dev/mapper/vg-data\t/data\text4\tnoatime,defaults\t0\t2',
    '/dev/sdb1\t/data\txfs\tnoatime,defaults\t0\t2',
  ],
  [
    { path: '/data', src: '/dev/mapper/vg-data', fstype: 'ext4', opts: 'ro', passno: '0' },
    'ext4\tnoatime,defaults\t0\t2',
    'ext4\tro\t0\t0',
  ],
  [
    { path: '/data/registry', src: '192.168.198.136:/data/registry', fstype: 'nfs', passno: '2' },
    'nfs hard,nfsvers=4.1,_netdev\n',
    'nfs hard,nfsvers=4.1,_netdev 0 2\n',
  ],
  [
    { path: '/mnt/with space', src: 'a b', fstype: 'tmpfs' },
    'tmpfs /mnt/with\\040space tmpfs',
    'a\\040b /mnt/with\\040space tmpfs',
  ],
])('rewrites only what differs: %j', (change, before, after) => {
  const edited = setFstab(file, change);
  expect(edited).toBe(file.replace(before, after));
  expect(edited).not.toBe(file);
  expect(setFstab(edited, change)).toBe(edited);
});

it('appends a line, also behind one without a line break', () => {
  expect(setFstab('a /a ext4', { path: '/b c', src: 'x#y', fstype: 'nfs', opts: 'ro' })).toBe(
    'a /a ext4\nx\\043y /b\\040c nfs ro 0 0\n',
  );
  expect(setFstab('', { path: '/b', src: 'x', fstype: 'nfs' })).toBe('x /b nfs defaults 0 0\n');
});

it('removes every line of a mount point and no other', () => {
  const twice = `${file}tmpfs /mnt/with\\040space tmpfs ro\n`;
  expect(removeFstab(twice, '/mnt/with space')).toBe(file.replace(/tmpfs .*\n/, ''));
  expect(removeFstab(file, '/none')).toBe(file);
});

it.each([
  ['defaults', '', true],
  ['rw,noatime', 'noatime,rw,defaults', true],
  ['rw', 'ro', false],
  ['context="a,b",ro', 'ro,context="a,b"', true],
])('options %j and %j are the same: %s', (a, b, same) => {
  expect(sameOpts(a, b)).toBe(same);
});
