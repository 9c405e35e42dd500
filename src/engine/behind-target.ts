import type { Connection } from '../connection/connection.ts';
import type { PlacedReads } from '../connection/host-reads.ts';
import { createReads, holdReads } from '../connection/index.ts';
import type { TaskTarget } from './task-target.ts';

/**
 * Targets as they are asked behind a command on a channel of its own.
 *
 * @param connection the host behind that command
 * @returns for targets whose requests that channel's user answers
 */
export function behindTargets(connection: Connection): (target: TaskTarget) => TaskTarget {
  let reads: PlacedReads | undefined;
  return (target) => ({
    ...target,
    connection: () => Promise.resolve(connection),
    reads: async () => {
      reads ??= createReads(connection, target.become);
      return reads;
    },
    collecting: async (action) => {
      const release = holdReads(connection);
      try {
        return await action();
      } finally {
        release();
      }
    },
  });
}
