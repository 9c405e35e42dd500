import type { Side } from './carriers.ts';
import type { ImageDiff } from './diff.ts';
import { matchesPattern } from './pattern.ts';

/** What a user decides about images that differ. */
export interface Decisions {
  readonly conflicts: 'fail' | 'report' | 'keep_here' | 'keep_there';
  readonly only_here: 'copy' | 'leave' | 'delete';
  readonly only_there: 'copy' | 'leave' | 'delete';
  /** Pattern on `example/app1:1.0` → decision; the first that fits wins over the three above. */
  readonly decisions: Readonly<Record<string, string>>;
}

/** What is to become of one image that differs. */
export interface Fate {
  readonly image: string;
  /** `both`: a conflict. */
  readonly on: Side | 'both';
  /** `undecided`: nothing may be changed at all before somebody decides. */
  readonly action: 'to_here' | 'to_there' | 'delete' | 'leave' | 'undecided';
}

/** The decisions applied to every difference; `fault` where one makes no sense. */
export function decide(diff: ImageDiff, decisions: Decisions): { fates: Fate[]; faults: string[] } {
  const faults: string[] = [];
  const fateOf = (image: string, on: Fate['on']): Fate => {
    const own = Object.entries(decisions.decisions).find(([pattern]) => fitsImage(pattern, image))?.[1];
    const action = own === undefined ? general(on, decisions) : actionFor(own, on);
    if (action !== undefined) return { image, on, action };
    faults.push(
      `decisions: "${own}" says nothing about ${image}, which is on both sides with another digest`,
    );
    return { image, on, action: 'undecided' };
  };
  const fates = [
    ...diff.conflicts.map(({ image }) => fateOf(image, 'both')),
    ...diff.onlyHere.map((image) => fateOf(image, 'here')),
    ...diff.onlyThere.map((image) => fateOf(image, 'there')),
  ];
  return { fates, faults };
}

function fitsImage(pattern: string, image: string): boolean {
  return matchesPattern(pattern, image, '2');
}

function general(
  on: Fate['on'],
  { conflicts, only_here, only_there }: Decisions,
): Fate['action'] | undefined {
  if (on !== 'both') return actionFor(on === 'here' ? only_here : only_there, on);
  if (conflicts === 'fail') return 'undecided';
  return actionFor(conflicts === 'report' ? 'leave' : conflicts, on);
}

/** `keep_here`: what this Harbor has, or has not, is right. */
function actionFor(decision: string, on: Fate['on']): Fate['action'] | undefined {
  if (decision === 'leave') return 'leave';
  if (on === 'both') {
    if (decision === 'keep_here') return 'to_there';
    return decision === 'keep_there' ? 'to_here' : undefined;
  }
  const copy = on === 'here' ? 'to_there' : 'to_here';
  if (decision === 'copy') return copy;
  if (decision === 'delete') return 'delete';
  return (decision === 'keep_here') === (on === 'here') ? copy : 'delete';
}
