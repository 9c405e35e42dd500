import { expect, it } from 'vitest';
import { stat } from '../../modules/stat.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const host = fakeHost({
  files: {
    '/f': { content: 'x', mode: '4751', uid: 9, owner: 'nine', mtime: 5, inode: 3, links: 2 },
    '/l': { type: 'link', target: 'f' },
    '/d': { type: 'directory' },
  },
  commands: {
    'readlink -f /l': '/f\n',
    'sha1sum /f': '11f6ad8ec52a2984abaafd7c3b516503785c2072  /f\n',
    'file --brief --mime-type --mime-encoding /f': 'text/plain; charset=us-ascii\n',
    'lsattr -d /f': '--------------e------- /f\n',
  },
});
const sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';

it.each([
  { params: { path: '/no' }, values: { exists: false, path: '/no' } },
  {
    params: { path: '/f' },
    values: {
      exists: true,
      isreg: true,
      isdir: false,
      mode: '4751',
      isuid: true,
      isgid: false,
      rusr: true,
      xusr: true,
      wgrp: false,
      xgrp: true,
      roth: false,
      xoth: true,
      uid: 9,
      pw_name: 'nine',
      size: 1,
      mtime: 5,
      inode: 3,
      nlink: 2,
      checksum: sha256,
    },
  },
  {
    params: { path: '/f', checksum_algorithm: 'sha1' },
    values: { checksum: '11f6ad8ec52a2984abaafd7c3b516503785c2072' },
  },
  { params: { path: '/l' }, values: { islnk: true, lnk_target: 'f', lnk_source: '/f' } },
  { params: { path: '/l', follow: true }, values: { islnk: false, isreg: true, checksum: sha256 } },
  { params: { path: '/d' }, values: { isdir: true } },
  {
    params: { path: '/f', get_mime: true, get_attributes: true },
    values: { mimetype: 'text/plain', charset: 'us-ascii', attr_flags: 'e' },
  },
])('tells $params', async ({ params, values }) => {
  const plan = await readAndPlan(stat, params, host);
  expect(plan.steps).toEqual([]);
  expect(plan.values?.['stat']).toMatchObject(values);
});

it('leaves the checksum out when not asked for', async () => {
  const plan = await readAndPlan(stat, { path: '/f', get_checksum: false }, host);
  expect(plan.values?.['stat']).not.toHaveProperty('checksum');
});

it('needs a path', async () => {
  expect((await readAndPlan(stat, {}, host)).failure).toMatch(/required/);
});
