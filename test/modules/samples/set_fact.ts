import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  { params: { a: [1, { b: 2 }] }, current: {}, converged: {} },
];
