import type { ModuleSample } from '../../support/module-sample.ts';

const current = { facts: { distribution: 'Debian', memtotal_mb: 2048 } };

export const samples: readonly ModuleSample[] = [
  { params: {}, current, converged: current },
  { params: { filter: 'ansible_*_mb' }, current, converged: current },
];
