/** An option that is there or not. */
export function flag(
  alias: string | undefined,
  describe: string,
): { type: 'boolean'; default: false; describe: string } {
  return { type: 'boolean', default: false, describe, ...(alias ? { alias } : {}) };
}

interface SingleOption {
  readonly type: 'string';
  readonly requiresArg: true;
  readonly describe: string;
  readonly alias?: string;
  readonly coerce: (value: unknown) => unknown;
}

/** An option with one value; of several the last counts, as users of Ansible know it. */
export function single(describe: string, alias?: string): SingleOption {
  const option = {
    type: 'string',
    requiresArg: true,
    describe,
    coerce: (value: unknown) => [value].flat().at(-1),
  } as const;
  return alias ? { ...option, alias } : option;
}

interface ListOption {
  readonly type: 'string';
  readonly requiresArg: boolean;
  readonly default: string[];
  readonly describe: string;
  readonly alias?: string | readonly string[];
  readonly coerce: (values: unknown) => string[];
}

/** An option that may be repeated. */
export function list(alias: string | undefined, describe: string): ListOption {
  const split = (values: unknown): string[] =>
    [values]
      .flat()
      .filter((value) => value !== undefined)
      .map(String);
  const option = {
    type: 'string' as const,
    requiresArg: true,
    default: [] as string[],
    describe,
    coerce: split,
  };
  return alias ? { ...option, alias } : option;
}

/** A list whose entries may hold several words, joined by commas, or by another separator. */
export function splitList(alias: string | undefined, describe: string, separator = ','): ListOption {
  const option = list(alias, describe);
  return { ...option, coerce: (values) => option.coerce(values).flatMap((entry) => entry.split(separator)) };
}
