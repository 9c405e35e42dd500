import type { ModuleSample } from '../../support/module-sample.ts';

const current = { source: '/a', content: 'AA==' };

export const samples: readonly ModuleSample[] = [{ params: { src: '/a' }, current, converged: current }];
