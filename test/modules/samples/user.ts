import type { ModuleSample } from '../../support/module-sample.ts';

const current = { entry: undefined, shadow: undefined, ownGroup: false, inPrimary: [], missingGroups: [] };
const bob = {
  name: 'bob',
  uid: 1001,
  gid: 1001,
  comment: '',
  home: '/home/bob',
  shell: '/bin/sh',
  groups: ['adm'],
};

export const samples: readonly ModuleSample[] = [
  {
    params: { name: 'bob', groups: ['adm'], password: '$6$salt$very-secret-hash' },
    current,
    converged: { ...current, entry: bob, shadow: '$6$salt$very-secret-hash', ownGroup: true },
  },
];
