import {
  isMap,
  outlineYaml,
  parseYaml,
  toYaml,
  type Value,
  type YamlNode,
} from '../../../src/module/index.ts';
import type { Setting } from './values.ts';

/** Leaves of the file by dotted key; an empty value is null. */
export function parseSettings(text: string): Map<string, Value> {
  const { value, faults } = parseYaml(text, { file: 'harbor.yml' });
  const [fault] = faults;
  if (fault) throw new SyntaxError(fault.message);
  const flat = new Map<string, Value>();
  collect(value ?? null, '', flat);
  return flat;
}

/**
 * Sets and removes keys of a YAML text, and leaves the rest of it, comments and blank lines included,
 * byte for byte.
 *
 * @throws SyntaxError where the text is not YAML
 */
export function editYaml(
  text: string,
  settings: ReadonlyMap<string, Setting>,
  absent: readonly string[],
): string {
  let edited = text;
  const current = parseSettings(text);
  for (const [key, value] of settings) {
    if (!current.has(key) || !sameValue(current.get(key), value))
      edited = setKey(edited, key.split('.'), value);
  }
  for (const key of absent) edited = removeKey(edited, key.split('.'));
  return edited;
}

/** The text with the values of some keys replaced, for showing it. */
export function maskYaml(text: string, maskOf: (key: string, value: Value) => string | undefined): string {
  let masked = text;
  for (const [key, value] of parseSettings(text)) {
    const mask = value === null ? undefined : maskOf(key, value);
    if (mask !== undefined) masked = setKey(masked, key.split('.'), mask);
  }
  return masked;
}

function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function collect(value: Value, above: string, flat: Map<string, Value>): void {
  if (!isMap(value)) {
    if (above !== '') flat.set(above, value);
    return;
  }
  for (const [key, item] of Object.entries(value))
    collect(item, above === '' ? key : `${above}.${key}`, flat);
}

function setKey(text: string, path: readonly string[], value: Setting): string {
  const found = descend(text, path);
  if (found.missing.length === 0) return replaceValue(text, found, inline(value));
  const [first = ''] = found.missing;
  if (found.node?.kind !== 'map' || found.node.entries.size === 0) {
    return replaceValue(text, found, block(found.missing, value, found.indent + 2), '\n');
  }
  const lastEntry = [...found.node.entries.values()].at(-1);
  const firstEntry = [...found.node.entries.values()][0];
  const indent = columnOf(text, firstEntry?.keyStart ?? 0);
  const lines = block([first, ...found.missing.slice(1)], value, indent);
  const at = endOfLine(text, lastLeafEnd(lastEntry));
  const before = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return `${text.slice(0, at)}${before}${lines}\n${text.slice(at)}`;
}

interface Found {
  /** The deepest part of the path that is there; undefined = the file is empty. */
  readonly node: YamlNode | undefined;
  readonly missing: readonly string[];
  /** Where its key begins and how far that is indented; -2 for the whole file. */
  readonly keyStart: number;
  readonly key: string;
  readonly indent: number;
}

function descend(text: string, path: readonly string[]): Found {
  let found: Found = { node: outlineYaml(text), missing: path, keyStart: 0, key: '', indent: -2 };
  for (const [index, key] of path.entries()) {
    const entry = found.node?.kind === 'map' ? found.node.entries.get(key) : undefined;
    if (!entry) return found;
    const indent = columnOf(text, entry.keyStart);
    found = { node: entry.value, missing: path.slice(index + 1), keyStart: entry.keyStart, key, indent };
  }
  return found;
}

/** Puts a value behind its key, in place of what is there. */
function replaceValue(text: string, found: Found, value: string, separator = ' '): string {
  if (found.key === '') return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${value}\n`;
  const start = found.node?.range[0] ?? 0;
  // The range of a list in block style reaches over the blank lines behind it.
  const end =
    found.node?.flow === false
      ? lastLeafEnd({ keyStart: found.keyStart, value: found.node })
      : (found.node?.range[1] ?? 0);
  if (start < end) return text.slice(0, start) + value + text.slice(end);
  const colon = text.indexOf(':', found.keyStart + found.key.length) + 1;
  return `${text.slice(0, colon)}${value === '' ? '' : separator}${value}${text.slice(colon)}`;
}

function removeKey(text: string, path: readonly string[]): string {
  const found = descend(text, path);
  if (found.missing.length > 0) return text;
  const start = text.lastIndexOf('\n', found.keyStart - 1) + 1;
  const end = endOfLine(text, lastLeafEnd({ keyStart: found.keyStart, value: found.node }));
  return text.slice(0, start) + text.slice(end);
}

function block(keys: readonly string[], value: Setting, indent: number): string {
  return keys
    .map((key, depth) => {
      const last = depth === keys.length - 1;
      const text = last ? inline(value) : '';
      return `${' '.repeat(indent + depth * 2)}${key}:${text === '' ? '' : ` ${text}`}`;
    })
    .join('\n');
}

function inline(value: Setting): string {
  if (value === null) return '';
  return Array.isArray(value) ? JSON.stringify(value) : toYaml(value).trimEnd();
}

function lastLeafEnd(
  entry: { readonly keyStart: number; readonly value: YamlNode | undefined } | undefined,
): number {
  if (!entry) return 0;
  const children = [...(entry.value?.entries.values() ?? [])];
  if (children.length > 0) return Math.max(...children.map(lastLeafEnd));
  return Math.max(entry.keyStart, entry.value?.range[1] ?? 0);
}

/** After the line break of the line that holds an offset, or of the one before where it begins a line. */
function endOfLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
