import { setTimeout as sleep } from 'node:timers/promises';
import { TimedOutError } from '../model/errors.ts';
import type { ValueMap } from '../model/value.ts';

/** How long a task may take: its `timeout:`, or `async:` where it waits for its own end. */
export interface TimeLimit {
  readonly keyword: 'timeout' | 'async';
  readonly seconds: number;
}

/** A limit that is running. */
export interface RunningLimit extends TimeLimit {
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

/** Timers may fire a little early by the clock. */
const toleranceMs = 20;

/** Starts the clock. */
export function startLimit(limit: TimeLimit | undefined): RunningLimit | undefined {
  return limit && { ...limit, endsAt: Date.now() + limit.seconds * 1000 };
}

/** Milliseconds that are left, at least one; undefined = no limit. */
export function timeLeft(limit: RunningLimit | undefined): number | undefined {
  return limit && Math.max(1, limit.endsAt - Date.now());
}

export function isOver(limit: RunningLimit | undefined): limit is RunningLimit {
  return limit !== undefined && Date.now() >= limit.endsAt - toleranceMs;
}

/**
 * Waits for something that only looks, no longer than the limit.
 *
 * @throws TimedOutError; what was waited for is left to its own deadline
 */
export async function withinLimit<T>(limit: RunningLimit | undefined, work: Promise<T>): Promise<T> {
  const leftMs = timeLeft(limit);
  if (limit === undefined || leftMs === undefined) return work;
  const timer = new AbortController();
  const late = sleep(leftMs, undefined, { signal: timer.signal }).then(() => {
    throw new TimedOutError('its look at the host took too long', limit.seconds);
  });
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

/**
 * What people are told, and what is registered, about something that took too long.
 *
 * @param limit of the task, where it has one
 * @param seconds how long what was cut may take by itself
 * @param what was cut, in the user's words
 */
export function timedOut(
  limit: RunningLimit | undefined,
  seconds: number,
  what: string,
): { readonly message: string; readonly values: ValueMap } {
  if (!isOver(limit)) return { message: what, values: { msg: what, timedout: { period: seconds } } };
  const head =
    limit.keyword === 'async'
      ? `async task did not complete within ${limit.seconds} s`
      : `timed out after ${limit.seconds} s`;
  const message = what === '' ? head : `${head}: ${what}`;
  return { message, values: { msg: message, timedout: { period: limit.seconds } } };
}
