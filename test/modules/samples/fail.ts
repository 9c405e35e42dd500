import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [{ params: { msg: 'no' }, current: {} }];
