import type { ModuleSample } from '../../support/module-sample.ts';

const live = {
  path: '/mnt',
  root: '/',
  device: '0:1',
  fstype: 'nfs4',
  src: 'h:/data',
  options: ['rw', 'hard'],
};
const current = {
  fstab: '',
  mounts: [],
  live: undefined,
  realPath: '/mnt',
  device: 'h:/data',
  liveDevice: '',
  point: 'directory',
  hidden: 0,
  sentinel: 'not asked',
};

export const samples: readonly ModuleSample[] = [
  {
    params: { path: '/mnt', src: 'h:/data', fstype: 'nfs', opts: 'hard', state: 'mounted', sentinel: 'here' },
    current,
    converged: {
      ...current,
      fstab: 'h:/data /mnt nfs hard 0 0\n',
      mounts: [live],
      live,
      liveDevice: 'h:/data',
      point: 'mounted',
      sentinel: 'seen',
    },
  },
];
