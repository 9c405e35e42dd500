import type { ModuleSample } from '../../support/module-sample.ts';

const hash = 'a'.repeat(64);
const call = { command: 'docker-compose -p x', directory: '/opt/x', project: 'x', files: [], version: 1 };
const container = {
  id: 'c1',
  name: 'x_redis_1',
  status: 'running',
  exitCode: 0,
  image: 'redis:3',
  imageId: 'sha256:1',
  labels: { 'com.docker.compose.service': 'redis', 'com.docker.compose.config-hash': hash },
};
const missing = { call, containers: [], hashes: { redis: hash }, images: {} };
const running = { ...missing, containers: [container], images: { 'redis:3': 'sha256:1' } };

export const samples: readonly ModuleSample[] = [
  { params: { project_src: '/opt/x', wait: true }, current: missing, converged: running },
  { params: { project_src: '/opt/x', state: 'absent' }, current: running, converged: missing },
  {
    params: { project_src: '/opt/x', state: 'stopped' },
    current: running,
    converged: { ...running, containers: [{ ...container, status: 'exited' }] },
  },
];
