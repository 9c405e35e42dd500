// What comes from a server is data of any shape: these say what it is taken for.

/** A JSON object; keys are only ever read. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object, or one without fields. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The objects of a list; both generations write an empty one as `null` at places. */
export function records(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

/** The text, or an empty one. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The number, or 0: Go leaves out what is zero. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** A moment in milliseconds since 1970; undefined where there is none, which Go writes as the year 1. */
export function moment(value: unknown): number | undefined {
  const time = Date.parse(text(value));
  return Number.isNaN(time) || time < 0 ? undefined : time;
}

/** Texts by name; others are left out. */
export function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
