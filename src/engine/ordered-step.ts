import type { Connection } from '../connection/connection.ts';
import type { Step } from '../module/index.ts';
import type { TaskTarget } from './task-target.ts';

/**
 * Whether a step ends with a request in the host's shell, which answers in order: reads asked for behind
 * that request see all that the step did.
 */
export function isOrdered(step: Step): boolean {
  switch (step.kind) {
    case 'put':
    case 'remove':
      return true;
    case 'run':
      return !step.user && !step.long && (step.stage ?? []).length === 0;
    default:
      return false;
  }
}

/**
 * A target whose connection tells when a request of a step was queued in the shell.
 *
 * @param onSent called at once behind it, so that what it asks for goes out in the same write
 */
export function watched(target: TaskTarget, onSent: () => void): TaskTarget {
  return { ...target, connection: async () => watchSteps(await target.connection(), onSent) };
}

function watchSteps(connection: Connection, onSent: () => void): Connection {
  return {
    spec: connection.spec,
    get counters() {
      return connection.counters;
    },
    shell: (request) => {
      const reply = connection.shell(request);
      if (request.kind === 'step') onSent();
      return reply;
    },
    exec: (request) => connection.exec(request),
    execStream: (request) => connection.execStream(request),
    openTcp: (address, port) => connection.openTcp(address, port),
    prepare: (wanted) => connection.prepare?.(wanted),
    close: () => connection.close(),
  };
}
