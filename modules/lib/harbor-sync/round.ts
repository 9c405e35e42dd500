import type { Ping } from '../harbor/api.ts';
import { type Carrier, covers, type Side } from './carriers.ts';
import type { Fate } from './decide.ts';
import { type Images, repositoryOf } from './images.ts';

/** A rule, and what is known of its runs before one is started. */
export interface ReadyCarrier extends Carrier {
  /** Highest number among its runs so far, 0 where there is none. */
  readonly lastRun: number;
  /** Whether its endpoint answers. */
  readonly ping: Ping;
}

export interface RoundSource {
  readonly fates: readonly Fate[];
  readonly carriers: readonly ReadyCarrier[];
  readonly images: Readonly<Record<Side, Images>>;
  /** Repositories that a Harbor has images of and does not list. */
  readonly unlisted: Readonly<Record<Side, readonly string[]>>;
}

export interface Deletion {
  readonly side: Side;
  readonly image: string;
}

/** An image that should be on the other side, and why no run takes it there now. */
export interface Stuck {
  readonly image: string;
  readonly to: Side;
  readonly reason:
    | { readonly kind: 'no rule' }
    | { readonly kind: 'not listed' }
    | { readonly kind: 'no override'; readonly rule: string }
    | { readonly kind: 'unreachable'; readonly rule: string; readonly message: string }
    /** A run of the rule would overwrite or bring what must stay as it is. */
    | { readonly kind: 'blocked'; readonly rule: string; readonly by: readonly string[] };
}

/** What can be done at once; what remains is for a later round, when the Harbors were read again. */
export interface Round {
  readonly deletions: readonly Deletion[];
  readonly starts: readonly ReadyCarrier[];
  /** Images that the started rules bring to the other side. */
  readonly carried: readonly Fate[];
  readonly stuck: readonly Stuck[];
  /** Deletions that would take other tags of the same image along: tag → those others. */
  readonly refused: readonly { readonly image: string; readonly others: readonly string[] }[];
}

/**
 * Chooses the runs of one round. A run takes everything its rule matches: so none is started that would
 * overwrite a conflict not decided for its side, or bring what is to be left or deleted. Deletions come
 * first, alone.
 */
export function planRound(source: RoundSource): Round {
  const deletions = source.fates.flatMap(({ image, on, action }): Deletion[] =>
    action === 'delete' && on !== 'both' ? [{ side: on, image }] : [],
  );
  if (deletions.length > 0) {
    return { deletions, refused: refusals(deletions, source.images), starts: [], carried: [], stuck: [] };
  }
  const candidates = source.carriers.map((carrier) => ({ carrier, by: blockers(carrier, source.fates) }));
  const starts: ReadyCarrier[] = [];
  const carried: Fate[] = [];
  const stuck: Stuck[] = [];
  for (const fate of source.fates) {
    const to = destination(fate);
    if (to === undefined) continue;
    const isListed = !source.unlisted[opposite(to)].includes(repositoryOf(fate.image));
    const reason = isListed ? choose(fate, candidates, starts) : { kind: 'not listed' as const };
    if (reason === undefined) carried.push(fate);
    else stuck.push({ image: fate.image, to, reason });
  }
  return { deletions: [], refused: [], starts, carried, stuck };
}

export function opposite(side: Side): Side {
  return side === 'here' ? 'there' : 'here';
}

function destination({ action }: Fate): Side | undefined {
  if (action === 'to_here') return 'here';
  return action === 'to_there' ? 'there' : undefined;
}

function brings(carrier: Carrier, fate: Fate): boolean {
  if (carrier.to !== destination(fate) || !covers(carrier, fate.image)) return false;
  return (carrier.rule.labels ?? []).length === 0 && (fate.on !== 'both' || overwrites(carrier));
}

function overwrites({ generation, rule }: Carrier): boolean {
  return generation === '1.5' || rule.override;
}

interface Candidate {
  readonly carrier: ReadyCarrier;
  /** What a run of it would harm. */
  readonly by: readonly string[];
}

/** Starts the first rule that may bring the image, unless one that does is started; else says why none does. */
function choose(
  fate: Fate,
  candidates: readonly Candidate[],
  starts: ReadyCarrier[],
): Stuck['reason'] | undefined {
  if (starts.some((start) => brings(start, fate))) return undefined;
  let reason: Stuck['reason'] = { kind: 'no rule' };
  for (const { carrier, by } of candidates) {
    if (carrier.to !== destination(fate) || !covers(carrier, fate.image)) continue;
    const rule = carrier.rule.name;
    if (!brings(carrier, fate)) {
      if (reason.kind === 'no rule') reason = { kind: 'no override', rule };
    } else if (by.length > 0) reason = { kind: 'blocked', rule, by };
    else if (!carrier.ping.reached) reason = { kind: 'unreachable', rule, message: carrier.ping.message };
    else {
      starts.push(carrier);
      return undefined;
    }
  }
  return reason;
}

/** Images that a run of the rule would wrongly overwrite or bring. */
function blockers(carrier: Carrier, fates: readonly Fate[]): string[] {
  const harmed = fates.filter((fate) => {
    if (destination(fate) === carrier.to || !covers(carrier, fate.image)) return false;
    return fate.on === 'both' ? overwrites(carrier) : fate.on === opposite(carrier.to);
  });
  return harmed.map(({ image }) => image);
}

/** Harbor deletes the image under a tag, and with it all its tags. */
function refusals(
  deletions: readonly Deletion[],
  images: Readonly<Record<Side, Images>>,
): { image: string; others: string[] }[] {
  const doomed = new Set(deletions.map(({ side, image }) => `${side} ${image}`));
  const imageOf = (side: Side, image: string): string =>
    `${side} ${repositoryOf(image)}@${images[side][image]}`;
  const kept = new Map<string, string[]>();
  for (const side of ['here', 'there'] as const) {
    for (const image of Object.keys(images[side])) {
      if (doomed.has(`${side} ${image}`)) continue;
      const key = imageOf(side, image);
      kept.set(key, [...(kept.get(key) ?? []), image]);
    }
  }
  return deletions.flatMap(({ side, image }) => {
    const others = kept.get(imageOf(side, image));
    return others === undefined ? [] : [{ image, others }];
  });
}
