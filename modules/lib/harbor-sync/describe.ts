import type { Diff, ValueMap } from '../../../src/module/index.ts';
import type { Side } from './carriers.ts';
import type { Fate } from './decide.ts';
import type { ImageDiff } from './diff.ts';
import type { Images } from './images.ts';
import { opposite, type Round, type Stuck } from './round.ts';

/** The two Harbors by the addresses the task has. */
export type Urls = Readonly<Record<Side, string>>;

/** The first few of many: `a, b, c and 7 more`. */
export function briefly(items: readonly string[], most = 4): string {
  if (items.length <= most + 1) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** The comparison as registered values. */
export function diffValues({ onlyHere, onlyThere, conflicts, equal }: ImageDiff): ValueMap {
  return {
    only_here: onlyHere,
    only_there: onlyThere,
    conflicts: conflicts.map((conflict) => ({ ...conflict })),
    equal,
    in_sync: onlyHere.length + onlyThere.length + conflicts.length === 0,
  };
}

/** One line: `2 only on a, 1 only on b, 3 conflicts, 17 equal`. */
export function countsOf({ onlyHere, onlyThere, conflicts, equal }: ImageDiff, urls: Urls): string {
  return [
    onlyHere.length > 0 ? `${onlyHere.length} only on ${urls.here}` : '',
    onlyThere.length > 0 ? `${onlyThere.length} only on ${urls.there}` : '',
    conflicts.length > 0 ? plural(conflicts.length, 'conflict') : '',
    `${equal} equal`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Conflicts with both digests, shortened. */
export function describeConflicts({ conflicts }: ImageDiff, urls: Urls): string {
  return briefly(
    conflicts.map(
      ({ image, here, there }) =>
        `${image} is ${short(here)} on ${urls.here} and ${short(there)} on ${urls.there}`,
    ),
  );
}

/** What the decisions would make of the images that differ, for each of the Harbors. */
export function diffsOf(fates: readonly Fate[], images: Readonly<Record<Side, Images>>, urls: Urls): Diff[] {
  return (['here', 'there'] as const).flatMap((side): Diff[] => {
    const before = fates.flatMap(({ image }) => line(image, images[side][image]));
    const after = fates.flatMap((fate) => line(fate.image, digestAfter(fate, side, images)));
    if (before.join() === after.join()) return [];
    return [{ header: `images of ${urls[side]}`, before: toText(before), after: toText(after) }];
  });
}

/** Why images are not brought to the other side, each reason once. */
export function describeStuck(stuck: readonly Stuck[], urls: Urls): string {
  const groups = grouped(stuck, ({ to, reason }) => `${urls[to]}\n${why(reason, to, urls)}`);
  return groups
    .map(([key, some]) => {
      const [address, reason] = key.split('\n');
      return `to ${address} no run takes ${briefly(some.map(({ image }) => image))}: ${reason}`;
    })
    .join('; ');
}

/** The items by what they have in common, in the order they came. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups];
}

/** What one round does, in words. */
export function describeRound({ deletions, starts }: Round, urls: Urls): string {
  const deleted = deletions.map(({ side, image }) => `delete ${image} on ${urls[side]}`);
  const started = starts.map(({ rule, side }) => `start ${rule.name} on ${urls[side]}`);
  return briefly([...deleted, ...started], 6);
}

function short(digest: string): string {
  return digest.slice(0, 19);
}

function why(reason: Stuck['reason'], to: Side, urls: Urls): string {
  const from = urls[opposite(to)];
  switch (reason.kind) {
    case 'no rule':
      return 'no rule between the two covers them (one whose endpoint is that address, or named in rules or peer_rules)';
    case 'not listed':
      return `${from} does not list their repositories, as after a push by another client than Docker's; POST /api/internal/syncregistry there makes it`;
    case 'no override':
      return `rule ${reason.rule} does not overwrite, or goes by labels`;
    case 'unreachable':
      return `the endpoint of rule ${reason.rule} does not answer: ${reason.message}`;
    case 'blocked':
      return `a run of rule ${reason.rule} would also change ${briefly(reason.by)}; decide about those, or give them a rule of their own`;
  }
}

function digestAfter(
  { image, on, action }: Fate,
  side: Side,
  images: Readonly<Record<Side, Images>>,
): string | undefined {
  if (action === 'to_here') return images.there[image];
  if (action === 'to_there') return images.here[image];
  return action === 'delete' && on === side ? undefined : images[side][image];
}

function line(image: string, digest: string | undefined): string[] {
  return digest === undefined ? [] : [`${image} ${digest}`];
}

function toText(lines: readonly string[]): string {
  return [...lines]
    .sort()
    .map((text) => `${text}\n`)
    .join('');
}
