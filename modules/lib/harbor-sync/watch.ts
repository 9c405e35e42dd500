import type { HostAccess } from '../../../src/module/index.ts';
import type { HarborReads } from '../harbor/api.ts';
import type { HarborLogin } from '../harbor/login.ts';
import type { Run } from '../harbor/model.ts';
import { type HarborSession, openHarbor } from '../harbor/open.ts';
import type { Carrier, Side } from './carriers.ts';
import { describeRuns, isActive } from './runs.ts';

export type Logins = Readonly<Record<Side, HarborLogin>>;

/** What a wait for two Harbors carries from look to look: each is opened, and its login checked, once. */
export class WatchMemory {
  readonly sessions: Readonly<Record<Side, HarborSession>> = { here: {}, there: {} };
  /** Since when all is as wanted, milliseconds since 1970. */
  #heldSince: number | undefined;

  /** What an earlier look kept, or a new one. */
  static from(kept: unknown): WatchMemory {
    return kept instanceof WatchMemory ? kept : new WatchMemory();
  }

  /** Notes whether all is as wanted now; true once that has lasted. */
  hasHeld(isWanted: boolean, settleSeconds: number, now: number): boolean {
    if (!isWanted) {
      this.#heldSince = undefined;
      return false;
    }
    this.#heldSince ??= now;
    return now - this.#heldSince >= settleSeconds * 1000;
  }
}

/** Opens both, one after the other: a refused password at one must not hold up a right one at the other. */
export async function openPair(
  host: HostAccess,
  logins: Logins,
  { sessions }: WatchMemory = new WatchMemory(),
): Promise<Record<Side, HarborReads>> {
  const here = await openHarbor(host, logins.here, sessions.here);
  const there = await openHarbor(host, logins.there, sessions.there);
  return { here, there };
}

/** A rule whose runs are watched, and the ones that count. */
export interface Watched extends Carrier {
  /** Only runs with a higher number. */
  readonly lastRun: number;
}

/**
 * What the runs of rules do.
 *
 * @param since only runs that began then or later, milliseconds since 1970 by the Harbors' clocks
 * @param repositories 1.5 tells which repository a job is for: only these count; undefined = all
 */
export async function watchRuns(
  harbors: Readonly<Record<Side, HarborReads>>,
  watched: readonly Watched[],
  since: number,
  repositories?: readonly string[],
): Promise<{ active: number; said: string }> {
  const isOurs = ({ repository }: Run): boolean =>
    repository === undefined || repositories === undefined || repositories.includes(repository);
  const all = await Promise.all(
    watched.map(async (carrier) => {
      const runs = await harbors[carrier.side].runs(carrier.rule.id, since);
      return { carrier, runs: runs.filter((run) => run.id > carrier.lastRun && isOurs(run)) };
    }),
  );
  const active = all.flatMap(({ carrier, runs }) => runs.filter((run) => isActive(run, carrier.generation)));
  const said = all.map(({ carrier, runs }) => describeRuns(carrier.rule.name, runs));
  return { active: active.length, said: said.filter((text) => text !== '').join('; ') };
}
