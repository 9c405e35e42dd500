import type { ModuleSample } from '../../support/module-sample.ts';

const params = {
  url: 'https://a.example.com',
  password: 'Admin12345',
  settings: { token_expiration: 60, self_registration: false, ldap_search_password: 'Ldap12345' },
};
const hashes = { path: '/inventory/.harbor-hashes/h1.yml', records: {} };
const items = {
  token_expiration: { value: 30, editable: true },
  self_registration: { value: true, editable: true },
};

export const samples: readonly ModuleSample[] = ['1.5', '2'].map((generation) => ({
  params,
  current: {
    generation,
    items,
    hashes,
    secrets: { ldap_search_password: { recorded: 'none', fresh: 'scrypt:16384:8:1:c2FsdA==:a2V5' } },
  },
  converged: {
    generation,
    items: {
      token_expiration: { value: 60, editable: true },
      self_registration: { value: false, editable: true },
    },
    hashes,
    secrets: { ldap_search_password: { recorded: 'same', fresh: '' } },
  },
}));
