import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  { params: { name: 'nginx' }, current: {}, converged: { container: { Id: 'x' } } },
];
