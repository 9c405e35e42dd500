import type { Connection } from './connection.ts';

const flushers = new WeakMap<Connection, Set<() => void>>();

/**
 * Has `flush` called before any step goes out on the connection, so that reads collected in this tick are
 * sent before it and never merged with those after it.
 */
export function beforeSteps(connection: Connection, flush: () => void): void {
  const known = flushers.get(connection) ?? new Set();
  known.add(flush);
  flushers.set(connection, known);
}

/** For connections: call it before a step is queued. */
export function flushReads(connection: Connection): void {
  for (const flush of flushers.get(connection) ?? []) flush();
}
