import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  { params: { that: [{ expression: 'a == 1', value: true }] }, current: {} },
  { params: { that: { expression: 'a == 1', value: false }, fail_msg: 'no' }, current: {} },
];
