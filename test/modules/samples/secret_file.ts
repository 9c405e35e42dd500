import type { ModuleSample } from '../../support/module-sample.ts';

const current = { values: {}, now: 0 };

export const samples: readonly ModuleSample[] = [
  {
    params: { path: '/site/secrets.yml', secrets: { password: { length: 16 } } },
    current,
    converged: { ...current, values: { password: 'made before by a run' } },
  },
];
