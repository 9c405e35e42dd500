import type { HostAccess, ModuleLook } from '../../../src/module/index.ts';
import { briefly, countsOf, describeConflicts, diffValues, type Urls } from '../harbor-sync/describe.ts';
import { differing, diffPair, type ImageDiff } from '../harbor-sync/diff.ts';
import { type Pair, readPair, repositoryOf } from '../harbor-sync/images.ts';
import { readCarriers, type SyncSource } from '../harbor-sync/read.ts';
import { openPair, type Watched, type WatchMemory, watchRuns } from '../harbor-sync/watch.ts';

export interface ReplicatedSource extends SyncSource {
  /** `to_peer`: the peer has all that this one has; it may have more. */
  readonly direction: 'both' | 'to_peer' | 'from_peer';
  /** Runs that began before do not count, milliseconds since 1970. */
  readonly since: number;
  readonly settle: number;
}

/** What a wait for replication carries from look to look besides the sessions. */
export interface ReplicatedMemory {
  readonly watch: WatchMemory;
  /** The rules between the two; they hardly change while one waits. */
  watched?: readonly Watched[];
  /** Repositories that differed in the last look: nothing else is read until they are equal. */
  differing?: readonly string[] | undefined;
}

/**
 * Whether two Harbors hold the same, and nothing newer than `since` is under way. Jobs alone do not tell:
 * `error` of 1.5 is not final, and rows may say `pending` for ever.
 */
export async function lookReplicated(
  host: HostAccess,
  source: ReplicatedSource,
  memory: ReplicatedMemory,
): Promise<ModuleLook> {
  const urls = { here: source.logins.here.url, there: source.logins.there.url };
  const harbors = await openPair(host, source.logins, memory.watch);
  memory.watched ??= (await readCarriers(harbors, source)).carriers.map((carrier) => ({
    ...carrier,
    lastRun: 0,
  }));
  const runs = await watchRuns(harbors, memory.watched, source.since);
  const few = memory.differing === undefined ? undefined : await read(memory.differing);
  const narrow = few !== undefined && wantedOf(few.diff, source).length > 0;
  const { pair, diff } = narrow ? few : await read();
  const missing = wantedOf(diff, source);
  memory.differing = missing.length > 0 ? [...new Set(missing.map(repositoryOf))] : undefined;
  const failure = missingProject(pair, urls);
  const equal = missing.length === 0 && pair.there.missingProjects.length === 0;
  const said = runs.said === '' ? '' : `; ${runs.said}`;
  return {
    done: memory.watch.hasHeld(equal && runs.active === 0, source.settle, host.now),
    seen: `${seenOf(diff, missing, pair, urls)}${said}`,
    // Of some repositories only, the numbers would mislead.
    ...(narrow ? {} : { values: diffValues(diff) }),
    ...(failure === undefined ? {} : { failure }),
  };

  async function read(only?: readonly string[]): Promise<{ pair: Pair; diff: ImageDiff }> {
    const found = await readPair(harbors.here, harbors.there, source.selection, only);
    return { pair: found, diff: diffPair(found) };
  }
}

function wantedOf(diff: ImageDiff, { direction }: ReplicatedSource): string[] {
  return differing({
    ...diff,
    ...(direction === 'to_peer' ? { onlyThere: [] } : {}),
    ...(direction === 'from_peer' ? { onlyHere: [] } : {}),
  });
}

/** 1.5 makes a project on the peer with the first image; here nobody does. */
function missingProject({ here }: Pair, urls: Urls): string | undefined {
  const [name] = here.missingProjects;
  return name === undefined ? undefined : `${urls.here} has no project ${name}`;
}

function seenOf(diff: ImageDiff, missing: readonly string[], { there }: Pair, urls: Urls): string {
  const absent = there.missingProjects.map((name) => `${urls.there} has no project ${name}, `).join('');
  if (missing.length === 0) return `${absent}the images are equal`;
  const conflicts = diff.conflicts.length > 0 ? `: ${describeConflicts(diff, urls)}` : '';
  return `${absent}${countsOf(diff, urls)} (${briefly(missing)})${conflicts}`;
}
