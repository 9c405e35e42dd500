import type { ModuleSample } from '../../support/module-sample.ts';

const wanted = { 'a/b': '3 checksum' };

export const samples: readonly ModuleSample[] = [
  {
    params: { src: '/old', src_host: 'old', dest: '/new', owner: '10000', group: '10000' },
    current: { wanted, present: {} },
    converged: { wanted, present: wanted },
  },
];
