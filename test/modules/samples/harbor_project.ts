import type { ModuleSample } from '../../support/module-sample.ts';

const login = { url: 'https://a.example.com', password: 'Admin12345' };
const project = { id: 3, name: 'example', repositoryCount: 0, metadata: { public: 'false' } };
const nothing = { project: undefined, members: [], quota: undefined, rules: [] };
const member = { id: 11, name: 'ci', kind: 'user', role: 'developer' };
const publicMetadata = { public: 'true', auto_scan: 'true', severity: 'high' };
const settings = { public: true, scan_on_push: true, severity: 'high', members: [{ name: 'ci' }] };

export const samples: readonly ModuleSample[] = [
  ...['1.5', '2'].map((generation) => ({
    params: { ...login, name: 'example', ...settings },
    current: { ...nothing, generation },
    converged: {
      ...nothing,
      generation,
      project: { ...project, metadata: publicMetadata },
      members: [member],
    },
  })),
  {
    params: { ...login, name: 'example', storage_limit: '10GiB' },
    current: {
      ...nothing,
      generation: '2',
      project,
      quota: { id: 5, storageLimit: -1, storageUsed: 0 },
    },
    converged: {
      ...nothing,
      generation: '2',
      project,
      quota: { id: 5, storageLimit: 10 * 2 ** 30, storageUsed: 0 },
    },
  },
  {
    params: { ...login, name: 'example', state: 'absent' },
    current: { ...nothing, generation: '1.5', project },
    converged: { ...nothing, generation: '1.5' },
  },
];
