import type { ModuleSample } from '../../support/module-sample.ts';

const current = { files: ['/control/a.yml'], values: { a: [1] } };

export const samples: readonly ModuleSample[] = [
  { params: { file: 'a.yml', name: 'x' }, current, converged: current },
];
