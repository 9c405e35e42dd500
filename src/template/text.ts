import { isMap, type Value } from '../model/value.ts';

/** How a value looks inside text: null is empty, lists and mappings are JSON. */
export function toText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'object') return toJson(value);
  return String(value);
}

/** The kind of a value in the user's words, with its article. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a mapping';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'a boolean';
    default:
      return 'an unknown value';
  }
}

export interface JsonOptions {
  /** Spaces; undefined = all on one line. */
  readonly indent?: number;
  readonly sortKeys?: boolean;
}

/** JSON with a space after each colon and comma, as Ansible writes it. */
export function toJson(value: Value, options: JsonOptions = {}): string {
  return writeJson(value, options, '\n');
}

function writeJson(value: Value, options: JsonOptions, newline: string): string {
  if (Array.isArray(value)) {
    return wrap('[', ']', options, newline, (inner) =>
      value.map((item: Value) => writeJson(item, options, inner)),
    );
  }
  if (isMap(value)) {
    const keys = options.sortKeys ? Object.keys(value).sort() : Object.keys(value);
    return wrap('{', '}', options, newline, (inner) =>
      keys.map((key) => `${JSON.stringify(key)}: ${writeJson(value[key] ?? null, options, inner)}`),
    );
  }
  return JSON.stringify(value);
}

function wrap(
  open: string,
  close: string,
  options: JsonOptions,
  newline: string,
  write: (inner: string) => string[],
): string {
  if (options.indent === undefined) return open + write(newline).join(', ') + close;
  const inner = newline + ' '.repeat(options.indent);
  const items = write(inner);
  return items.length === 0 ? open + close : `${open}${inner}${items.join(`,${inner}`)}${newline}${close}`;
}
