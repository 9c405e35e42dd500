import type { ModuleSample } from '../../support/module-sample.ts';

import { statOf } from '../../support/stats.ts';

const current = { source: '/a', dest: '/b/h1/a', remote: statOf({ checksum: 'aa' }) };

export const samples: readonly ModuleSample[] = [
  { params: { src: '/a', dest: '/b' }, current, converged: { ...current, localChecksum: 'aa' } },
];
