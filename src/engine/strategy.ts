import type { Play } from '../model/playbook.ts';
import { createLimit } from '../util/limit.ts';
import { forksOf } from './options.ts';
import type { PlayHost, PlayRun } from './run-state.ts';

/** Whether each host goes ahead without waiting for the others. */
export function isEachAlone({ strategy }: Play): boolean {
  return strategy !== 'linear';
}

/**
 * Sends the hosts of a batch through the play as its strategy has it: together, or each alone. Under
 * `host_pinned` no more than `forks` of them are on their way, and who has begun keeps the place to the end.
 *
 * @param run takes hosts through the whole play
 */
export async function inSchedule(
  { play, batch, run: { options } }: PlayRun,
  run: (hosts: readonly PlayHost[]) => Promise<void>,
): Promise<void> {
  if (!isEachAlone(play)) return run(batch);
  const places = play.strategy === 'host_pinned' ? forksOf(options) : batch.length;
  const place = createLimit(places);
  await allSettled(batch.map((host) => place(() => run([host]))));
}

/** Waits for all, then throws the first error: no host is left running behind the play's back. */
export async function allSettled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
