import type { ModuleSample } from '../../support/module-sample.ts';

const current = { values: { exists: false, path: '/a' } };

export const samples: readonly ModuleSample[] = [{ params: { path: '/a' }, current, converged: current }];
