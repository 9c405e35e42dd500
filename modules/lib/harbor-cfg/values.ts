import { isMap, suggest, type Value } from '../../../src/module/index.ts';
import { type KeySpec, type KeyTable, openKeyOf, sinceOf } from './keys.ts';

/** A setting as the file shall have it: text for harbor.cfg, any YAML value for harbor.yml. */
export type Setting = string | number | boolean | null | readonly Value[];
export type Settings = ReadonlyMap<string, Setting>;

/** Nested mappings as dotted keys: `{http: {port: 80}}` → `http.port`. */
export function flatten(
  settings: { readonly [key: string]: Value },
  keys: KeyTable,
  above = '',
): Map<string, Value> {
  const flat = new Map<string, Value>();
  for (const [name, value] of Object.entries(settings)) {
    const key = above === '' ? name : `${above}.${name}`;
    if (isMap(value) && keys[key]?.type !== 'storage') {
      for (const [inner, item] of flatten(value, keys, key)) flat.set(inner, item);
    } else {
      flat.set(key, value);
    }
  }
  return flat;
}

/**
 * Checks every setting against the keys of the version.
 *
 * @returns the settings in the file's spelling, and one sentence for each that does not fit
 */
export function checkSettings(
  given: ReadonlyMap<string, Value>,
  keys: KeyTable,
  format: 'ini' | 'yaml',
): { settings: Settings; faults: readonly string[] } {
  const settings = new Map<string, Setting>();
  const faults: string[] = [];
  for (const [key, value] of given) {
    const spec = keys[key] ?? (openKeyOf(keys, key) ? { type: 'open' as const } : undefined);
    const checked = spec ? checkValue(spec, value) : unknownKey(key, keys);
    if ('fault' in checked) {
      faults.push(`${key}: ${checked.fault}`);
      continue;
    }
    settings.set(key, format === 'ini' ? iniText(checked.value) : checked.value);
    const trap = format === 'ini' ? iniFault(iniText(checked.value)) : undefined;
    if (trap) faults.push(`${key}: ${trap}`);
  }
  return { settings, faults };
}

type Checked = { readonly value: Setting } | { readonly fault: string };

function unknownKey(key: string, keys: KeyTable): Checked {
  const since = sinceOf(key);
  if (since) return { fault: `Harbor has this key since ${since}` };
  if (key === '_version')
    return { fault: 'tells migrations where the file comes from and must stay as it is' };
  const nearest =
    suggest(key, Object.keys(keys)) ?? Object.keys(keys).find((known) => known.endsWith(`.${key}`));
  return { fault: `Harbor knows no such key${nearest ? `; did you mean "${nearest}"?` : ''}` };
}

function checkValue(spec: KeySpec, value: Value): Checked {
  if (value === null) return { value: null };
  if (Array.isArray(value)) {
    return spec.type === 'list' || spec.type === 'open'
      ? { value }
      : { fault: 'takes one value, not a list' };
  }
  if (isMap(value))
    return spec.type === 'storage' ? storageText(value) : { fault: 'takes one value, not a mapping' };
  const text = String(value);
  if (spec.choices && !spec.choices.includes(text)) {
    return { fault: `must be ${spec.choices.join(' or ')}, not "${text}"` };
  }
  return convert(spec, value as string | number | boolean, text);
}

function convert(spec: KeySpec, value: string | number | boolean, text: string): Checked {
  switch (spec.type) {
    case 'integer':
      return /^-?\d+$/.test(text)
        ? { value: Number(text) }
        : { fault: `must be a whole number, not "${text}"` };
    case 'port': {
      const number = Number(text);
      const valid = /^\d+$/.test(text) && number > 0 && number < 65_536;
      return valid ? { value: number } : { fault: `must be a port, 1 to 65535, not "${text}"` };
    }
    case 'boolean':
      return /^(true|false)$/i.test(text)
        ? { value: text.toLowerCase() === 'true' }
        : { fault: `must be true or false, not "${text}"` };
    case 'switch': {
      const word = { true: 'on', false: 'off', on: 'on', off: 'off' }[text.toLowerCase()];
      return word ? { value: word } : { fault: `must be on or off, not "${text}"` };
    }
    case 'size':
      return /^\d+[kMG]?$/.test(text)
        ? { value: text }
        : { fault: `must be a size such as 200M, not "${text}"` };
    case 'path':
      return text === '' || text.startsWith('/')
        ? { value: text }
        : { fault: `must be an absolute path, not "${text}"` };
    case 'list':
      return { fault: 'takes a list' };
    case 'storage':
      return storageFault(text) ? { fault: storageFault(text) ?? '' } : { value: text };
    case 'open':
      return { value };
    default:
      return { value: text };
  }
}

/** prepare splits `key: value, key: value` at every comma, so no value can hold one. */
function storageText(map: { readonly [key: string]: Value }): Checked {
  for (const [key, value] of Object.entries(map)) {
    if (typeof value === 'object') return { fault: `"${key}" takes one value` };
    if (String(value).includes(','))
      return { fault: `prepare cannot express a comma in the value of "${key}"` };
  }
  return {
    value: Object.entries(map)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', '),
  };
}

function storageFault(text: string): string | undefined {
  const part = text.split(',').find((piece) => piece.trim() !== '' && !/^\s*[\w-]+\s*:/.test(piece));
  if (text.trim() === '' || part === undefined) return undefined;
  return 'must be "key: value, key: value"; prepare splits at every comma, so no value can hold one';
}

function iniText(value: Setting): string {
  return value === null ? '' : String(value);
}

/** What Python's RawConfigParser would not read back as it was written. */
function iniFault(text: string): string | undefined {
  if (/[\r\n]/.test(text)) return 'the value holds a line break';
  if (/\s;/.test(text))
    return 'blank and semicolon begin a comment there, and the rest of the value would be lost';
  if (text !== text.trim()) return 'blanks around the value would be lost';
  return text === '""' ? 'a pair of quotes alone is read as an empty value' : undefined;
}
