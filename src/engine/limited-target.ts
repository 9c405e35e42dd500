import type { Connection } from '../connection/connection.ts';
import type { TaskTarget } from './task-target.ts';
import { type RunningLimit, timeLeft } from './time-limit.ts';

/** A target where nothing that is sent may take longer than what is left of the limit. */
export function limitedTarget(target: TaskTarget, limit: RunningLimit | undefined): TaskTarget {
  if (!limit) return target;
  return { ...target, connection: async () => limitedConnection(await target.connection(), limit) };
}

function limitedConnection(connection: Connection, limit: RunningLimit): Connection {
  const cut = <R extends { readonly timeoutMs: number }>(request: R): R => ({
    ...request,
    timeoutMs: Math.min(request.timeoutMs, timeLeft(limit) ?? request.timeoutMs),
  });
  return {
    spec: connection.spec,
    get counters() {
      return connection.counters;
    },
    shell: (request) => connection.shell(cut(request)),
    exec: (request) => connection.exec(cut(request)),
    execStream: (request) => connection.execStream(cut(request)),
    openTcp: (address, port) => connection.openTcp(address, port),
    prepare: (wanted) => connection.prepare?.(wanted),
    close: () => connection.close(),
  };
}
