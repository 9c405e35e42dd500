import type { ModuleSample } from '../../support/module-sample.ts';
import { statOf } from '../../support/stats.ts';

const url = 'http://mirror/file.tgz';
const basicAuth = { user: 'u', password: 'S3cret-password' };
const place = { path: '/d/file.tgz', request: { method: 'GET', url, via: 'host', basicAuth } };
const params = { url, dest: '/d', username: 'u', password: 'S3cret-password', mode: '0644' };

export const samples: readonly ModuleSample[] = [
  {
    params,
    current: { ...place, current: false, tool: 'curl' },
    converged: { ...place, current: true, stat: statOf() },
  },
  { params, current: { ...place, current: false, body: Buffer.from('x') } },
];
