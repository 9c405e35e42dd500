import type { ModuleSample } from '../../support/module-sample.ts';

const current = { text: undefined, elsewhere: [], live: [], installed: true, directory: true, canonical: {} };

export const samples: readonly ModuleSample[] = [
  {
    params: { path: '/data', clients: ['10.0.0.1(rw)'] },
    current,
    converged: {
      ...current,
      text: '/data 10.0.0.1(rw)\n',
      live: [{ path: '/data', host: '10.0.0.1', options: ['wdelay', 'rw', 'no_subtree_check'] }],
    },
  },
];
