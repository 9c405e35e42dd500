import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  { params: { port: 3306, timeout: 5 }, current: {} },
  { params: { port: 3306, state: 'drained', exclude_hosts: ['10.0.0.1'] }, current: {} },
];
