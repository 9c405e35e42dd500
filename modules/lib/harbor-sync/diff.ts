import type { Images, Pair } from './images.ts';

/** The same tag, another image. */
export interface Conflict {
  readonly image: string;
  /** Digests. */
  readonly here: string;
  readonly there: string;
}

/** What two Harbors have, compared by digest; images as `example/app1:1.0`. */
export interface ImageDiff {
  readonly onlyHere: readonly string[];
  readonly onlyThere: readonly string[];
  readonly conflicts: readonly Conflict[];
  /** How many tags are the same image on both. */
  readonly equal: number;
}

/** Compares two Harbors tag by tag. */
export function diffImages(here: Images, there: Images): ImageDiff {
  const shared = Object.entries(here).filter(([image]) => Object.hasOwn(there, image));
  const conflicts = shared.flatMap(([image, digest]) => {
    const other = there[image] ?? '';
    return other === digest ? [] : [{ image, here: digest, there: other }];
  });
  return {
    onlyHere: Object.keys(here).filter((image) => !Object.hasOwn(there, image)),
    onlyThere: Object.keys(there).filter((image) => !Object.hasOwn(here, image)),
    conflicts,
    equal: shared.length - conflicts.length,
  };
}

export function diffPair({ here, there }: Pair): ImageDiff {
  return diffImages(here.images, there.images);
}

/** Every image that differs. */
export function differing({ onlyHere, onlyThere, conflicts }: ImageDiff): string[] {
  return [...onlyHere, ...onlyThere, ...conflicts.map(({ image }) => image)];
}
