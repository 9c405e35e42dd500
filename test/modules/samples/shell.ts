import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  {
    params: { cmd: 'x.sh "a b"', creates: '/x', stdin: 'y' },
    current: { createsExists: false, removesExists: true, now: 0 },
    converged: { createsExists: true, removesExists: true, now: 0 },
    exec: { stdout: 'a\n', exitCode: 0 },
  },
];
