import type { ModuleSample } from '../../support/module-sample.ts';

import { statOf } from '../../support/stats.ts';

const directory = statOf({ type: 'directory' });

export const samples: readonly ModuleSample[] = [
  {
    params: { path: '/a/b', state: 'directory', mode: '0755' },
    current: { path: '/a/b', missing: ['/a'], below: [] },
    converged: { path: '/a/b', missing: [], below: [], stat: directory, followed: directory },
  },
  {
    params: { path: '/a', state: 'link', src: 'b' },
    current: { path: '/a', missing: [], below: [], source: statOf() },
    converged: {
      path: '/a',
      missing: [],
      below: [],
      source: statOf(),
      stat: statOf({ type: 'link', target: 'b' }),
      followed: statOf(),
    },
  },
];
