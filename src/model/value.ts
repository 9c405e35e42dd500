/**
 * The values of the language: JSON, and `Unknown` for what only a real run can tell (check mode).
 * `undefined` is never a value: it means "not defined".
 */
export type Value = null | boolean | number | string | Unknown | readonly Value[] | ValueMap;

export interface ValueMap {
  readonly [key: string]: Value;
}

/** Stands in for a value that depends on something check mode only simulated. */
export class Unknown {
  readonly reason: string;

  /** @param reason what it depends on, in the user's words, e.g. `task "install Docker" was only simulated` */
  constructor(reason: string) {
    this.reason = reason;
  }

  toJSON(): string {
    return `<decided at run time: ${this.reason}>`;
  }

  toString(): string {
    return this.toJSON();
  }
}

export function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}

/** True for a plain mapping, false for null, lists, scalars and Unknown. */
export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/** The first Unknown found at any depth, or undefined where every part is known. */
export function findUnknown(value: Value): Unknown | undefined {
  if (value instanceof Unknown) return value;
  if (Array.isArray(value)) return firstUnknown(value);
  if (isMap(value)) return firstUnknown(Object.values(value));
  return undefined;
}

function firstUnknown(values: readonly Value[]): Unknown | undefined {
  for (const value of values) {
    const found = findUnknown(value);
    if (found) return found;
  }
  return undefined;
}
