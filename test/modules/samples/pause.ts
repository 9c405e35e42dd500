import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  { params: { seconds: 1 }, current: {} },
  { params: { prompt: 'go on?' }, current: {} },
];
