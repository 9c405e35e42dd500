import type { ModuleSample } from '../../support/module-sample.ts';

const params = {
  url: 'https://a.example.com',
  password: 'secret-of-a',
  name: 'example-to-b',
  remote: { name: 'b', url: 'https://b.example.com', username: 'admin', password: 'secret-of-b' },
  projects: ['example'],
};
const current = {
  generation: '1.5',
  version: 'v1.5.4-4f50c5d6',
  rules: [],
  endpoints: [],
  projects: [{ id: 2, name: 'example', repositoryCount: 0, metadata: { public: 'false' } }],
  desired: { reached: true },
  peer: { answers: true, generation: '1.5', readOnly: false, missing: [] },
  busyJobs: 0,
};
const endpoint = { id: 1, name: 'b', url: 'https://b.example.com', username: 'admin', insecure: false };
const rule = {
  id: 7,
  endpointId: 1,
  name: 'example-to-b',
  description: '',
  enabled: true,
  direction: 'push',
  projects: ['example'],
  trigger: { kind: 'immediate' },
  replicateDeletion: false,
  override: true,
  speed: 0,
  raw: { id: 7 },
};
const there = { ...current, endpoints: [endpoint], rules: [rule], stored: { reached: true } };
const refused = { reached: false, cause: 'unknown', message: 'failed to ping target' };

export const samples: readonly ModuleSample[] = [
  { params, current, converged: there },
  {
    params: { ...params, trigger: 'scheduled', cron: '0 30 2 * * *' },
    current: there,
    converged: { ...there, rules: [{ ...rule, trigger: { kind: 'scheduled', cron: '0 30 2 * * *' } }] },
  },
  { params, current: { ...there, stored: refused }, converged: there },
  { params, current: { ...there, desired: refused, stored: refused }, converged: there },
  { params: { ...params, state: 'absent' }, current: there, converged: current },
  {
    params: { ...params, direction: 'pull', trigger: 'manual', speed: 100, replicate_existing: true },
    current: { ...current, generation: '2', version: 'v2.15.2-1', peer: undefined },
    converged: {
      ...there,
      generation: '2',
      peer: undefined,
      rules: [{ ...rule, direction: 'pull', trigger: { kind: 'manual' }, speed: 100 }],
    },
  },
];
