import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  {
    params: { name: 'g', gid: 7 },
    current: { entry: undefined },
    converged: { entry: { name: 'g', gid: 7, members: [] } },
  },
];
