import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  {
    params: { cmd: 'x.sh "a b"', creates: '/x', stdin: 'y' },
    current: { path: '/control/x.sh', args: ['a b'], createsExists: false, removesExists: true, now: 0 },
    converged: { path: '/control/x.sh', args: ['a b'], createsExists: true, removesExists: true, now: 0 },
    exec: { stdout: 'a\n', exitCode: 0 },
  },
];
