import type { ModuleSample } from '../../support/module-sample.ts';

const job = {
  ...{ id: 'j1a', directory: '/tmp/mooring-job-j1a', status: 'ended', note: '{"cmd":["true"],"expect":[0]}' },
  ...{ startedAt: 0, endedAt: 2000, exitCode: 0, stdout: 'done\n', stderr: '' },
} as const;

export const samples: readonly ModuleSample[] = [
  { params: { jid: 'j1a' }, current: { job } },
  { params: { jid: 'j1a' }, current: { job: { ...job, status: 'running' } } },
  { params: { jid: 'j1a', mode: 'cleanup' }, current: { job } },
  { params: { jid: 'j0' }, current: { job: undefined } },
];
