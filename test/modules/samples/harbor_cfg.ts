import type { ModuleSample } from '../../support/module-sample.ts';

const current = { text: '_version = 1.5.0\nhostname = a\n', version: '1.5.4', secretkey: undefined };

export const samples: readonly ModuleSample[] = [
  {
    params: { path: '/h/harbor.cfg', settings: { hostname: 'b', db_password: 'very-secret' } },
    current,
    converged: { ...current, text: 'hostname = b\ndb_password = very-secret\n' },
  },
];
