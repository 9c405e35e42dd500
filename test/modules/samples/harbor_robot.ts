import type { ModuleSample } from '../../support/module-sample.ts';

const login = { url: 'https://a.example.com', password: 'Admin12345' };
const params = {
  ...login,
  name: 'ci',
  secret: 'Robot12345',
  permissions: [{ namespace: 'example', access: ['repository:push', 'repository:pull'] }],
};
const nothing = {
  generation: '2',
  fullName: 'robot$ci',
  robot: undefined,
  hashes: { path: '/inventory/.harbor-hashes/h1.yml', records: {} },
  secret: undefined,
};
const robot = {
  id: 7,
  fullName: 'robot$ci',
  description: '',
  level: 'system',
  duration: -1,
  disabled: false,
  expiresAt: -1,
  permissions: [
    {
      namespace: 'example',
      access: [
        { resource: 'repository', action: 'pull' },
        { resource: 'repository', action: 'push' },
      ],
    },
  ],
};
const same = { recorded: 'same', fresh: '' };
const none = { recorded: 'none', fresh: 'scrypt:16384:8:1:c2FsdA==:a2V5' };

export const samples: readonly ModuleSample[] = [
  { params, current: nothing, converged: { ...nothing, robot, secret: same } },
  {
    params: { ...params, disabled: true, description: 'build servers' },
    current: { ...nothing, robot, secret: none },
    converged: {
      ...nothing,
      robot: { ...robot, disabled: true, description: 'build servers' },
      secret: same,
    },
  },
  { params: { ...login, name: 'ci', state: 'absent' }, current: { ...nothing, robot }, converged: nothing },
];
