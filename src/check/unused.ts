import { keyPositionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { connectionNames } from './magic-names.ts';

/** Variables a user may have misspelled, and what is used. */
export interface Usage {
  /** Mappings of variables in which a misspelled name would do nothing. */
  readonly written: readonly ValueMap[];
  /** Names that somebody set where it counts; they are not what a typo stands for. */
  readonly set: ReadonlySet<string>;
  /** Names that are used and have only a default: what a typo may stand for without any other error. */
  readonly optional: ReadonlySet<string>;
  /** Every word of every text: a name may be used in ways that cannot be seen, e.g. through hostvars. */
  readonly words: ReadonlySet<string>;
}

/** Variables that nothing uses and whose name is close to one that is used but was not set. */
export function unusedFaults({ written, set, optional, words }: Usage): Fault[] {
  const wanted = [...optional, ...connectionNames].filter((name) => !set.has(name));
  return written.flatMap((values) =>
    Object.keys(values).flatMap((name) => {
      if (words.has(name) || connectionNames.includes(name)) return [];
      const meant = suggest(
        name,
        wanted.filter((candidate) => !differsByNumber(name, candidate)),
      );
      if (meant === undefined || name.length < 5) return [];
      const position = keyPositionOf(values, name);
      const message = `nothing uses the variable "${name}"`;
      const hint = `did you mean "${meant}"?`;
      return [
        { severity: 'warning', code: 'unused-variable', message, hint, ...(position ? { position } : {}) },
      ];
    }),
  );
}

/** node1_address and node2_address are two names, not one misspelled. */
function differsByNumber(a: string, b: string): boolean {
  return a.replaceAll(/\d+/g, '#') === b.replaceAll(/\d+/g, '#');
}
