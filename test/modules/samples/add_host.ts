import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  { params: { name: 'h9:22', groups: 'a,b', zone: 1 }, current: {}, converged: {} },
];
