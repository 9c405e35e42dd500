import type { ModuleSample } from '../../support/module-sample.ts';
import { statOf } from '../../support/stats.ts';

const file = { path: '/f', stat: statOf(), encoding: 'utf8', parentExists: true };

export const samples: readonly ModuleSample[] = [
  {
    params: { path: '/f', block: 'b', marker: '{mark}', backup: true },
    current: { ...file, text: 'a\n' },
    converged: { ...file, text: 'a\nBEGIN\nb\nEND\n' },
  },
];
