import type { Condition, Sizes } from '../model/playbook.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import {
  booleanWord,
  copyPlace,
  copyPlaces,
  keyPositionOf,
  positionInside,
  positionOf,
  startOf,
} from '../util/yaml.ts';
import type { FileContext } from './context.ts';

/**
 * What a keyword takes: `text`, `boolean` and `number` may be templates; `words` is a list or text
 * with commas, `names` a list or one text; `variable` is the name of a variable; `sizes` are numbers or
 * percentages of hosts.
 */
export interface KeywordTypes {
  readonly text: string;
  readonly boolean: boolean | string;
  readonly 'plain-boolean': boolean;
  readonly number: number | string;
  readonly conditions: readonly Condition[];
  readonly words: readonly string[];
  readonly names: readonly string[];
  readonly map: ValueMap;
  readonly environment: ValueMap | string;
  readonly loop: Value;
  /** What a `with_` loop is made of. */
  readonly terms: Value;
  readonly variable: string;
  readonly sizes: Sizes;
}

export type KeywordKind = keyof KeywordTypes;

/**
 * Reads one keyword's value in the form its kind wants.
 *
 * @returns undefined where it is empty or wrong; what is wrong is reported
 */
export function readKeywordValue<K extends KeywordKind>(
  context: FileContext,
  map: ValueMap,
  name: string,
  kind: K,
): KeywordTypes[K] | undefined {
  const reader: (...input: Parameters<Reader<K>>) => KeywordTypes[KeywordKind] | undefined = readers[kind];
  const value = map[name];
  if (value === undefined) return undefined;
  if (value === null && kind !== 'map') return emptyKeyword(context, map, name, kind);
  const read = reader(value ?? {}, map, name);
  if (read === undefined) {
    const message = `"${name}" must be ${wanted[kind]}, not ${typeName(value)}`;
    wrongType(context, map, name, message, hintFor(kind, value));
  }
  // Each reader gives what its kind says (see `readers`); the compiler cannot follow the lookup.
  return read as KeywordTypes[K] | undefined;
}

function hintFor(kind: KeywordKind, value: Value): string | undefined {
  if (kind === 'sizes') return 'for example 1, "30%", or [1, 5, "100%"]';
  if (typeof value !== 'string' || (kind !== 'loop' && kind !== 'boolean')) return undefined;
  return /^[A-Za-z_][\w.]*$/.test(value) ? `for the variable write "{{ ${value} }}"` : undefined;
}

/** What a value is, in the user's words. */
export function typeName(value: Value | undefined): string {
  if (value === undefined || value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a mapping';
  return `${typeof value === 'string' ? 'text' : `a ${typeof value}`} (${JSON.stringify(value)})`;
}

export function hasTemplate(text: string): boolean {
  return text.includes('{{');
}

type Reader<K extends KeywordKind> = (
  value: Value,
  map: ValueMap,
  name: string,
) => KeywordTypes[K] | undefined;

const wanted: Readonly<Record<KeywordKind, string>> = {
  text: 'text',
  boolean: 'true or false',
  'plain-boolean': 'true or false',
  number: 'a number',
  conditions: 'an expression or a list of expressions',
  words: 'text or a list of texts',
  names: 'text or a list of texts',
  map: 'a mapping',
  environment: 'a mapping',
  loop: 'a list or a template that gives one',
  terms: 'what to loop over',
  variable: 'the name of a variable: letters, digits and underscores, not starting with a digit',
  sizes: 'a number of hosts, a percentage, or a list of these',
};

const readers: { readonly [K in KeywordKind]: Reader<K> } = {
  text: readText,
  boolean: (value) => (isTemplate(value) ? value : readBoolean(value)),
  'plain-boolean': readBoolean,
  number: readNumber,
  conditions: (_value, map, name) => readConditions(map, name),
  words: readWords,
  names: readNames,
  map: (value) => (isMap(value) ? value : undefined),
  environment: readEnvironment,
  terms: (value) => value,
  loop: (value) => (Array.isArray(value) || isTemplate(value) ? value : undefined),
  variable: (value) => (typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value) ? value : undefined),
  sizes: readSizes,
};

function readText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function readBoolean(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? booleanWord(value) : undefined;
}

function readNumber(value: Value): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (hasTemplate(value)) return value;
  return /^\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

/** Each name keeps its place: `positionOf(keywords.notify, 0)`. */
function readNames(value: Value, map: ValueMap, name: string): string[] | undefined {
  const list: readonly Value[] = Array.isArray(value) ? value : [value];
  const names: string[] = [];
  for (const [index, item] of list.entries()) {
    const text = readText(item)?.trim();
    if (!text) return undefined;
    names.push(text);
    if (Array.isArray(value)) copyPlace(value, index, names);
    else copyPlace(map, name, names, index);
  }
  return names;
}

function readWords(value: Value, map: ValueMap, name: string): string[] | undefined {
  const names = readNames(value, map, name);
  if (!names?.some((text) => text.includes(','))) return names;
  return names.flatMap((text) => text.split(',')).flatMap((word) => word.trim() || []);
}

function isTemplate(value: Value): value is string {
  return typeof value === 'string' && hasTemplate(value);
}

function readSizes(value: Value): Sizes | undefined {
  const list: readonly Value[] = Array.isArray(value) ? value : [value];
  const sizes: (number | string)[] = [];
  for (const item of list) {
    const size = typeof item === 'string' && /^\d+$/.test(item) ? Number(item) : item;
    const isCount = typeof size === 'number' && Number.isInteger(size) && size >= 0;
    const isText = typeof size === 'string' && (/^\d+(?:\.\d+)?%$/.test(size) || hasTemplate(size));
    if (!isCount && !isText) return undefined;
    sizes.push(size);
  }
  return sizes;
}

/** A list of mappings is joined, later ones win, as Ansible does. */
function readEnvironment(value: Value): ValueMap | string | undefined {
  if (isMap(value)) return value;
  if (typeof value === 'string') return hasTemplate(value) ? value : undefined;
  if (!Array.isArray(value)) return undefined;
  const joined: Record<string, Value> = {};
  for (const item of value as readonly Value[]) {
    if (!isMap(item)) return undefined;
    Object.assign(joined, item);
    copyPlaces(item, joined);
  }
  return joined;
}

function readConditions(map: ValueMap, name: string): readonly Condition[] | undefined {
  const value = map[name];
  if (!Array.isArray(value)) {
    const condition = readCondition(map, name);
    return condition ? [condition] : undefined;
  }
  const conditions: Condition[] = [];
  for (const index of value.keys()) {
    const condition = readCondition(value, index);
    if (!condition) return undefined;
    conditions.push(condition);
  }
  return conditions;
}

/** The place of a condition is that of its first character, inside quotes and block scalars. */
function readCondition(container: ValueMap | readonly Value[], key: string | number): Condition | undefined {
  const written = Array.isArray(container) ? container[Number(key)] : (container as ValueMap)[key];
  const value = typeof written === 'string' ? written.trimEnd() : written;
  if (typeof value !== 'string' && typeof value !== 'boolean') return undefined;
  if (value === '') return undefined;
  const position = positionInside(container, key, 0) ?? startOf(container) ?? nowhere;
  const word =
    typeof value === 'string' && /^(?:yes|no|on|off)$/i.test(value) ? booleanWord(value) : undefined;
  const condition: Condition = { expression: word ?? value, position };
  copyPlace(container, key, condition, 'expression');
  return condition;
}

const nowhere = { file: '', line: 1, col: 1 };

function emptyKeyword(context: FileContext, map: ValueMap, name: string, kind: KeywordKind): undefined {
  wrongType(context, map, name, `"${name}" is empty: it must be ${wanted[kind]}`, 'leave the line out');
  return undefined;
}

function wrongType(context: FileContext, map: ValueMap, name: string, message: string, hint?: string): void {
  const position = map[name] === null ? keyPositionOf(map, name) : positionOf(map, name);
  context.faults.error('wrong-type', message, { position, hint });
}
