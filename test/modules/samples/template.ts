import type { ModuleSample } from '../../support/module-sample.ts';

import { statOf } from '../../support/stats.ts';

const file = { type: 'file', path: '/etc/a', source: { text: 'new' }, checksum: 'aa', size: 3 };
const place = { dest: '/etc/a', src: '/control/a', single: true };

export const samples: readonly ModuleSample[] = [
  {
    params: { src: 'a', dest: '/etc/a', owner: 'root', validate: 'true %s' },
    current: {
      ...place,
      entries: [{ ...file, stat: statOf({ checksum: 'bb', owner: 'x', uid: 9 }), before: 'old' }],
    },
    converged: { ...place, entries: [{ ...file, stat: statOf({ checksum: 'aa' }) }] },
  },
];
