import type { ModuleSample } from '../../support/module-sample.ts';

const params = {
  url: 'https://a.example.com',
  password: 'secret-of-a',
  peer: { url: 'https://b.example.com', password: 'secret-of-b' },
  projects: ['example'],
};
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const rule = {
  id: 7,
  endpointId: 1,
  name: 'to-b',
  description: '',
  enabled: true,
  direction: 'push',
  projects: ['example'],
  trigger: { kind: 'immediate' },
  replicateDeletion: true,
  override: true,
  speed: 0,
  raw: { id: 7 },
};
const toB = { side: 'here', to: 'there', generation: '1.5', rule, lastRun: 3, ping: { reached: true } };
const toA = { side: 'there', to: 'here', generation: '1.5', rule, lastRun: 0, ping: { reached: true } };
const none = { here: [], there: [] };
const equal = {
  readAt: 1_790_000_000_000,
  generations: { here: '1.5', there: '1.5' },
  diff: { onlyHere: [], onlyThere: [], conflicts: [], equal: 1 },
  images: { here: { 'example/app1:1.0': digest('a') }, there: { 'example/app1:1.0': digest('a') } },
  unlisted: none,
  missingProjects: none,
  carriers: [],
  missingRules: none,
};
const different = {
  ...equal,
  diff: {
    onlyHere: ['example/app2:1.0'],
    onlyThere: ['example/app3:1.0'],
    conflicts: [{ image: 'example/app1:1.0', here: digest('a'), there: digest('b') }],
    equal: 0,
  },
  images: {
    here: { 'example/app1:1.0': digest('a'), 'example/app2:1.0': digest('c') },
    there: { 'example/app1:1.0': digest('b'), 'example/app3:1.0': digest('d') },
  },
  carriers: [toB, toA],
};

export const samples: readonly ModuleSample[] = [
  { params, current: equal, converged: equal },
  { params, current: different },
  { params: { ...params, conflicts: 'keep_here' }, current: different, converged: equal },
  {
    params: { ...params, conflicts: 'keep_there', decisions: { 'example/app3:*': 'delete' } },
    current: different,
    converged: equal,
  },
  { params: { ...params, conflicts: 'report' }, current: different },
];
