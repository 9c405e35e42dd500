import type { ModuleSample } from '../../support/module-sample.ts';

const login = { url: 'https://a.example.com', password: 'secret-of-a' };
const peer = { url: 'https://b.example.com', password: 'secret-of-b' };

export const samples: readonly ModuleSample[] = [
  { params: login, current: {} },
  { params: { ...login, for: 'present', image: 'example/app1:1.0', settle: 3 }, current: {} },
  { params: { ...login, for: 'absent', image: 'example/app1' }, current: {} },
  { params: { ...login, for: 'replicated', peer, projects: ['example'], since: 1_790_000_000 }, current: {} },
];
