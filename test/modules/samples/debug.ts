import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  { params: { msg: ['hi'] }, current: { verbosity: 0 } },
  { params: { var: { expression: 'a', value: { b: 1 } }, verbosity: 1 }, current: { verbosity: 0 } },
];
