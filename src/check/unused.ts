import { keyPositionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { isForeignVariable } from './connection-vars.ts';
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

/** Variables that nothing uses and whose name is close to one that is used. */
export function unusedFaults({ written, set, optional, words }: Usage): Fault[] {
  const wanted = [...optional, ...connectionNames].filter((name) => !set.has(name));
  const used = [...set].filter((name) => words.has(name));
  return written.flatMap((values) =>
    Object.keys(values).flatMap((name) => {
      if (words.has(name) || connectionNames.includes(name) || isForeignVariable(name)) return [];
      const meant =
        suggest(
          name,
          wanted.filter((candidate) => !differsByNumber(name, candidate)),
        ) ?? used.find((candidate) => isSlip(name, candidate));
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

/**
 * A name that is set elsewhere too is meant only where the fingers slipped: letters swapped, one left out or
 * typed twice. One letter for another makes another name (host_a, host_b), and so does a plural.
 */
function isSlip(name: string, candidate: string): boolean {
  if (name.length < 8 || name === candidate) return false;
  if (name.length === candidate.length) return isSwapped(name, candidate);
  const [long, short] = name.length > candidate.length ? [name, candidate] : [candidate, name];
  if (long.length - short.length !== 1) return false;
  const at = [...long].findIndex((letter, index) => letter !== short[index]);
  const isInside =
    /[a-z]/.test(long[at] ?? '') && /[a-z]/.test(long[at + 1] ?? '') && /[a-z]/.test(long[at - 1] ?? '');
  return isInside && long.slice(at + 1) === short.slice(at);
}

/** Two neighbours in the wrong order. */
function isSwapped(a: string, b: string): boolean {
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** node1_address and node2_address are two names, not one misspelled. */
function differsByNumber(a: string, b: string): boolean {
  return a.replaceAll(/\d+/g, '#') === b.replaceAll(/\d+/g, '#');
}
