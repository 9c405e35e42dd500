import type { ModuleSample } from '../../support/module-sample.ts';

const login = { url: 'https://a.example.com', password: 'Admin12345' };
const params = { ...login, name: 'ci', email: 'ci@example.com', user_password: 'Secret12345' };
const nothing = {
  authMode: 'db_auth',
  user: undefined,
  emailOwner: undefined,
  hashes: { path: '/inventory/.harbor-hashes/h1.yml', records: {} },
  secret: undefined,
  fits: undefined,
};
const user = {
  id: 4,
  name: 'ci',
  email: 'ci@example.com',
  realName: 'ci',
  comment: '',
  administrator: false,
};
const same = { recorded: 'same', fresh: '' };
const none = { recorded: 'none', fresh: 'scrypt:16384:8:1:c2FsdA==:a2V5' };

export const samples: readonly ModuleSample[] = [
  ...['1.5', '2'].map((generation) => ({
    params,
    current: { ...nothing, generation },
    converged: { ...nothing, generation, user, secret: same },
  })),
  {
    params: { ...params, real_name: 'Build servers', administrator: true, old_password: 'Before12345' },
    current: { ...nothing, generation: '1.5', user, secret: none, fits: false },
    converged: {
      ...nothing,
      generation: '1.5',
      user: { ...user, realName: 'Build servers', administrator: true },
      secret: same,
    },
  },
  {
    params: { ...login, name: 'ci', state: 'absent' },
    current: { ...nothing, generation: '2', user },
    converged: { ...nothing, generation: '2' },
  },
];
