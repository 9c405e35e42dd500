import type { ModuleSample } from '../../support/module-sample.ts';

const unit = {
  name: 'nginx.service',
  load: 'loaded',
  active: 'inactive',
  enabled: 'disabled',
  needsReload: false,
};
const current = { unit, enabled: 'disabled', reloadDue: false, onDisk: true, similar: [] };

export const samples: readonly ModuleSample[] = [
  {
    params: { name: 'nginx', state: 'started', enabled: true },
    current,
    converged: { ...current, unit: { ...unit, active: 'active', enabled: 'enabled' }, enabled: 'enabled' },
  },
];
