import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  {
    params: { name: 'net.ipv4.ip_forward', value: 1 },
    current: { text: undefined, live: '0' },
    converged: { text: 'net.ipv4.ip_forward = 1\n', live: '1' },
  },
];
