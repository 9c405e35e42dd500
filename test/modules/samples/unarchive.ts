import type { ModuleSample } from '../../support/module-sample.ts';
import { statOf } from '../../support/stats.ts';

const place = { dest: '/o', isDirectory: true, archive: { path: '/control/a.tgz', kind: 'tar.gz' } };
const entry = { path: 'f', type: 'file', size: 4, mtime: 1_700_000_000 };

export const samples: readonly ModuleSample[] = [
  {
    params: { src: 'a.tgz', dest: '/o', owner: 'root' },
    current: { ...place, members: [{ entry }] },
    converged: { ...place, members: [{ entry, stat: statOf() }] },
  },
];
