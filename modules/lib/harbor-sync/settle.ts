import type { HostAccess, LookMemory, ModuleLook } from '../../../src/module/index.ts';
import { unready } from '../harbor-wait/unready.ts';
import type { Fate } from './decide.ts';
import { briefly, plural } from './describe.ts';
import { type Pair, readPair, repositoryOf, type Selection } from './images.ts';
import type { SyncState } from './read.ts';
import type { Round } from './round.ts';
import { type Logins, openPair, WatchMemory, watchRuns } from './watch.ts';

export interface SettleSource {
  readonly logins: Logins;
  readonly selection: Selection;
  readonly round: Round;
  /** How long all must stay as wanted, seconds. */
  readonly settle: number;
}

/** Clocks of the Harbors may be this far behind ours; the runs' own numbers tell old from new. */
const clockSlackMs = 3600_000;

/**
 * Looks whether the started runs have brought what they should: judged by digests on both sides, since a
 * job of 1.5 may say `error` and succeed later, or say `pending` for ever.
 */
export async function lookSettled(
  host: HostAccess,
  source: SettleSource,
  { current, kept }: LookMemory<SyncState>,
): Promise<ModuleLook> {
  const memory = WatchMemory.from(kept);
  const { carried, starts } = source.round;
  const repositories = [...new Set(carried.map(({ image }) => repositoryOf(image)))];
  try {
    const harbors = await openPair(host, source.logins, memory);
    const pair = await readPair(harbors.here, harbors.there, source.selection, repositories);
    const missing = carried.filter((fate) => !isThere(fate, pair)).map(({ image }) => image);
    const since = current.readAt - clockSlackMs;
    const { active, said } = await watchRuns(harbors, starts, since, repositories);
    const done = memory.hasHeld(missing.length === 0 && active === 0, source.settle, host.now);
    return { done, seen: seenOf(missing, active, said), keep: memory };
  } catch (error) {
    const message = unready(error);
    if (message === undefined) throw error;
    return { done: false, seen: message, keep: memory };
  }
}

/** An image that its own side lost meanwhile has nowhere to go. */
function isThere({ image, action }: Fate, { here, there }: Pair): boolean {
  const [from, to] = action === 'to_there' ? [here, there] : [there, here];
  const wanted = from.images[image];
  return wanted === undefined || to.images[image] === wanted;
}

function seenOf(missing: readonly string[], active: number, said: string): string {
  const what =
    missing.length > 0
      ? `${plural(missing.length, 'image')} still to come (${briefly(missing)})`
      : `all images are there, ${active > 0 ? `${plural(active, 'run')} not ended` : 'settling'}`;
  return said === '' ? `${what}; no runs yet` : `${what}; ${said}`;
}
