import type { Value } from '../model/value.ts';

/** What conversion needs to know of a param's JSON Schema. */
export interface CoercibleSchema {
  readonly type?: string | readonly string[];
  readonly items?: CoercibleSchema;
}

/**
 * Turns a value into what its schema wants where that is beyond doubt: inventories in INI hold text
 * only, and a list may be written as text with commas. Anything doubtful stays as it is.
 */
export function coerce(value: Value, schema: CoercibleSchema | undefined): Value {
  const types = typesOf(schema);
  if (types.length === 0) return value;
  const only = (type: string): boolean => types.includes(type) && !types.includes('string');
  if (typeof value === 'string') {
    if (only('boolean') && /^(true|yes|on|false|no|off)$/i.test(value)) return /^(true|yes|on)$/i.test(value);
    if ((only('integer') || only('number')) && /^\s*-?\d+(\.\d+)?\s*$/.test(value)) return Number(value);
    if (only('array')) return value.split(',').map((item) => coerce(item.trim(), schema?.items));
    return value;
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    const wantsText = types.includes('string') && !types.includes(typeof value);
    if (wantsText && !(typeof value === 'number' && types.includes('integer'))) return String(value);
    return types.length === 1 && types[0] === 'array' ? [coerce(value, schema?.items)] : value;
  }
  return Array.isArray(value) ? value.map((item: Value) => coerce(item, schema?.items)) : value;
}

const noTypes: readonly string[] = [];

function typesOf(schema: CoercibleSchema | undefined): readonly string[] {
  const type = schema?.type;
  return typeof type === 'string' ? [type] : (type ?? noTypes);
}
