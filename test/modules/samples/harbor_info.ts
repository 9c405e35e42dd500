import type { ModuleSample } from '../../support/module-sample.ts';

const params = { url: 'https://a.example.com', password: 'secret-of-a', gather: ['health', 'repositories'] };
const current = {
  generation: '1.5',
  version: 'v1.5.4-4f50c5d6',
  read_only: false,
  auth_mode: 'db_auth',
  healthy: true,
  components: [{ name: 'ui', healthy: true }],
  repositories: [{ name: 'example/app1', tags: { '1.0': `sha256:${'a'.repeat(64)}` } }],
  images: { 'example/app1:1.0': `sha256:${'a'.repeat(64)}` },
};

export const samples: readonly ModuleSample[] = [{ params, current, converged: current }];
