import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  {
    params: { name: 'a', special_time: 'daily', job: '/a' },
    current: { text: undefined },
    converged: { text: '#Mooring: a\n@daily /a\n' },
  },
];
