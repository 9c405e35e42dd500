// Objects as Harbor's generated Go code writes them.

/** Go's zero time, which stands where there is none: Go leaves out no struct. */
export const NO_TIME = '0001-01-01T00:00:00.000Z';

/**
 * Leaves out what Go's `omitempty` leaves out: false, 0, empty texts, and what is undefined.
 *
 * @param keep fields that are written all the same (pointers, and those with `x-omitempty: false`)
 */
export function sparse(
  fields: Readonly<Record<string, unknown>>,
  keep: readonly string[] = [],
): Record<string, unknown> {
  const entries = Object.entries(fields).filter(
    ([name, value]) =>
      value !== undefined && (keep.includes(name) || (value !== false && value !== 0 && value !== '')),
  );
  return Object.fromEntries(entries);
}

/** A slice that was never appended to is `null`. */
export function slice<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}
