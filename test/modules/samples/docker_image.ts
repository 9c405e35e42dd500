import type { ModuleSample } from '../../support/module-sample.ts';

const absent = { ids: {}, archivePresent: true };
const present = { ids: { 'a/b:1': 'sha256:1' }, archivePresent: false };

export const samples: readonly ModuleSample[] = [
  {
    params: { name: ['a/b:1'], source: 'load', archive_path: '/opt/a.tar' },
    current: absent,
    converged: present,
  },
  { params: { name: 'a/b:1' }, current: absent, converged: present },
  { params: { name: 'a/b:1', state: 'absent' }, current: present, converged: absent },
];
