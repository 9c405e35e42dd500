import type { ModuleSample } from '../../support/module-sample.ts';

export const samples: readonly ModuleSample[] = [
  {
    params: { url: 'https://a.example.com', password: 'secret-of-harbor', name: 'to-b' },
    current: { problem: 'connection refused' },
  },
];
