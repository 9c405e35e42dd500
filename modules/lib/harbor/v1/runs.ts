import type { Run } from '../model.ts';
import { type Fields, moment, number, text } from '../shapes.ts';

const statuses: Readonly<Record<string, Run['status']>> = {
  pending: 'pending',
  scheduled: 'pending',
  running: 'running',
  retrying: 'running',
  finished: 'finished',
  error: 'error',
  stopped: 'stopped',
  canceled: 'stopped',
};

/** The run in a job of 1.5. */
export function toRun(job: Fields): Run {
  const serverStatus = text(job['status']);
  const updatedAt = moment(job['update_time']);
  return {
    id: number(job['id']),
    ruleId: number(job['policy_id']),
    status: statuses[serverStatus] ?? 'running',
    serverStatus,
    operation: text(job['operation']),
    repository: text(job['repository']),
    startedAt: moment(job['creation_time']) ?? 0,
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}
