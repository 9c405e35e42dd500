import type { ModuleSample } from '../../support/module-sample.ts';

const command = { action: 'install', targets: ['nginx'], options: [] };
const simulation = { changes: [{ name: 'nginx', to: '1.22.1-9' }], errors: [], virtual: new Map() };
const nothing = { wanted: [], updateDue: false, updatedNow: false, known: [] };

export const samples: readonly ModuleSample[] = [
  {
    params: { name: 'nginx' },
    current: { ...nothing, wanted: ['nginx'], command, simulation },
    converged: nothing,
  },
  { params: { cache_valid_time: 60 }, current: { ...nothing, updateDue: true }, converged: nothing },
];
