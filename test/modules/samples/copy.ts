import type { ModuleSample } from '../../support/module-sample.ts';

import { statOf } from '../../support/stats.ts';

const file = {
  type: 'file',
  path: '/etc/a',
  source: { localFile: '/control/a' },
  checksum: 'aa',
  size: 4,
  sourceMode: '0644',
};

export const samples: readonly ModuleSample[] = [
  {
    params: { src: 'a', dest: '/etc/a', mode: '0640', backup: true },
    current: {
      dest: '/etc/a',
      src: '/control/a',
      single: true,
      entries: [{ ...file, stat: statOf({ checksum: 'bb' }), before: 'old' }],
    },
    converged: {
      dest: '/etc/a',
      src: '/control/a',
      single: true,
      entries: [{ ...file, stat: statOf({ checksum: 'aa', mode: '0640' }) }],
    },
  },
];
