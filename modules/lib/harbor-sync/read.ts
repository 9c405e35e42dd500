import type { HostAccess } from '../../../src/module/index.ts';
import type { HarborReads, Ping } from '../harbor/api.ts';
import type { Generation } from '../harbor/model.ts';
import { type Carrier, findCarriers, missingRules, type Side } from './carriers.ts';
import { differing, diffPair, type ImageDiff } from './diff.ts';
import { type Images, readPair, type Selection } from './images.ts';
import type { ReadyCarrier } from './round.ts';
import { type Logins, openPair } from './watch.ts';

export interface SyncSource {
  readonly logins: Logins;
  readonly selection: Selection;
  /** Rules by name; undefined = those with an endpoint of the other's address. */
  readonly rules: Readonly<Record<Side, readonly string[] | undefined>>;
}

/** Two Harbors compared, and the rules that take images between them. */
export interface SyncState {
  /** Milliseconds since 1970. */
  readonly readAt: number;
  readonly generations: Readonly<Record<Side, Generation>>;
  readonly diff: ImageDiff;
  readonly images: Readonly<Record<Side, Images>>;
  readonly unlisted: Readonly<Record<Side, readonly string[]>>;
  readonly missingProjects: Readonly<Record<Side, readonly string[]>>;
  /** Found only where something differs. */
  readonly carriers: readonly ReadyCarrier[];
  /** Rules asked for by name that are not there, likewise. */
  readonly missingRules: Readonly<Record<Side, readonly string[]>>;
}

/** How far back runs are looked for, to know the number of the last; clocks may differ a good deal. */
const runsBackMs = 24 * 3600_000;

export async function readSync(host: HostAccess, source: SyncSource): Promise<SyncState> {
  const harbors = await openPair(host, source.logins);
  const { here, there } = harbors;
  const pair = await readPair(here, there, source.selection);
  const diff = diffPair(pair);
  const found = differing(diff).length === 0 ? noRules() : await readRules(host, harbors, source);
  return {
    readAt: host.now,
    generations: { here: here.generation, there: there.generation },
    diff,
    images: { here: pair.here.images, there: pair.there.images },
    // 2.x knows every image by its push; only 1.5 goes by who pushed it.
    unlisted: {
      here: here.generation === '1.5' ? pair.here.unlisted : [],
      there: there.generation === '1.5' ? pair.there.unlisted : [],
    },
    missingProjects: { here: pair.here.missingProjects, there: pair.there.missingProjects },
    ...found,
  };
}

/** The rules between two Harbors, either way. */
export async function readCarriers(
  harbors: Readonly<Record<Side, HarborReads>>,
  { logins, selection, rules }: SyncSource,
): Promise<{ carriers: Carrier[]; missingRules: Record<Side, string[]> }> {
  const ends = [
    { side: 'here', otherUrl: logins.there.url },
    { side: 'there', otherUrl: logins.here.url },
  ] as const;
  const [here, there] = await Promise.all(
    ends.map(async ({ side, otherUrl }) => {
      const [stored, endpoints] = await Promise.all([harbors[side].rules(), harbors[side].endpoints()]);
      const common = { side, otherUrl, generation: harbors[side].generation, names: rules[side] };
      const all = { ...common, rules: stored, endpoints, projects: selection.projects };
      return { carriers: findCarriers(all), missing: missingRules(all) };
    }),
  );
  return {
    carriers: [...(here?.carriers ?? []), ...(there?.carriers ?? [])],
    missingRules: { here: here?.missing ?? [], there: there?.missing ?? [] },
  };
}

type Rules = Pick<SyncState, 'carriers' | 'missingRules'>;

async function readRules(
  host: HostAccess,
  harbors: Readonly<Record<Side, HarborReads>>,
  source: SyncSource,
): Promise<Rules> {
  const found = await readCarriers(harbors, source);
  const pings = new Map<string, Promise<Ping>>();
  const carriers = found.carriers.map(async (carrier): Promise<ReadyCarrier> => {
    const harbor = harbors[carrier.side];
    const key = `${carrier.side} ${carrier.rule.endpointId}`;
    const ping = pings.get(key) ?? harbor.pingStored(carrier.rule.endpointId);
    pings.set(key, ping);
    const runs = await harbor.runs(carrier.rule.id, host.now - runsBackMs);
    return { ...carrier, lastRun: Math.max(0, ...runs.map(({ id }) => id)), ping: await ping };
  });
  return { carriers: await Promise.all(carriers), missingRules: found.missingRules };
}

function noRules(): Rules {
  return { carriers: [], missingRules: { here: [], there: [] } };
}
