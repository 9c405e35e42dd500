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

/** For connections: call it before a write, so that reads collected in this tick go out in it. */
export function joinReads(connection: Connection): void {
  if ((holds.get(connection)?.count ?? 0) === 0) flushReads(connection);
}

interface Holds {
  count: number;
  waiting: (() => void)[];
}

const holds = new WeakMap<Connection, Holds>();
/** Longest time that reads wait for others to join them, milliseconds. */
const longestHoldMs = 10;

/**
 * More reads are about to be asked for: those collected so far wait for them (not long), so that all
 * become one process on the host.
 *
 * @returns ends the hold
 */
export function holdReads(connection: Connection): () => void {
  const held = holds.get(connection) ?? { count: 0, waiting: [] };
  holds.set(connection, held);
  held.count++;
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    held.count--;
    if (held.count === 0) for (const wake of held.waiting.splice(0)) wake();
  };
}

/** Calls `flush` once nothing holds the reads of the connection back. */
export function whenNotHeld(connection: Connection, flush: () => void): void {
  const held = holds.get(connection);
  if (held === undefined || held.count === 0) {
    flush();
    return;
  }
  let isDone = false;
  const once = (): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    // What was released in this very moment is asked in the ticks to come.
    setImmediate(flush);
  };
  const timer = setTimeout(once, longestHoldMs);
  held.waiting.push(once);
}
