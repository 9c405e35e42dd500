import type { Run } from '../model.ts';
import { type Fields, moment, number, text } from '../shapes.ts';

const statuses: Readonly<Record<string, Run['status']>> = {
  InProgress: 'running',
  Succeed: 'finished',
  Failed: 'error',
  Stopped: 'stopped',
};

/** The run in an execution of 2.x. */
export function toRun(execution: Fields): Run {
  const serverStatus = text(execution['status']);
  const message = text(execution['status_text']);
  const endedAt = moment(execution['end_time']);
  return {
    id: number(execution['id']),
    ruleId: number(execution['policy_id']),
    status: statuses[serverStatus] ?? 'running',
    serverStatus,
    startedAt: moment(execution['start_time']) ?? 0,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(message === '' ? {} : { message }),
  };
}
