import { outlineYaml, toYaml, type YamlNode } from './yaml.ts';

/** One value to set; `undefined` takes the key away. */
export interface YamlEdit {
  /** Keys from the top, list indexes as numbers. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/**
 * Sets values in a YAML text and leaves everything else byte for byte: comments, order, quotes and
 * blank lines of what is not edited. New keys go to the end of their mapping.
 *
 * @param text one YAML document
 * @param edits applied in order
 * @throws SyntaxError where the text is not YAML
 * @throws TypeError where a path leads through a value that is no mapping or list
 */
export function editYaml(text: string, edits: readonly YamlEdit[]): string {
  return edits.reduce(applyEdit, text);
}

function applyEdit(text: string, edit: YamlEdit): string {
  const root = outlineYaml(text);
  if (!root)
    return edit.value === undefined ? text : `${endLine(text)}${toYaml(nest(edit.path, edit.value))}`;
  let node: YamlNode = root;
  for (const [depth, key] of edit.path.entries()) {
    const entry = node.entries.get(String(key));
    if (node.kind !== 'map' && node.kind !== 'list') {
      throw new TypeError(`${edit.path.slice(0, depth).join('.')} is no mapping`);
    }
    const isLast = depth === edit.path.length - 1;
    if (!entry)
      return edit.value === undefined ? text : insert(text, node, edit.path.slice(depth), edit.value);
    if (isLast && edit.value === undefined) return remove(text, node, String(key));
    if (isLast || !entry.value || isEmptyNode(text, entry.value)) {
      return replace(text, node, String(key), nest(edit.path.slice(depth + 1), edit.value));
    }
    node = entry.value;
  }
  return text;
}

function nest(path: readonly (string | number)[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** `key:` with nothing after it, or with null. */
function isEmptyNode(text: string, node: YamlNode): boolean {
  return (
    node.kind === 'scalar' && ['', '~', 'null'].includes(text.slice(node.range[0], node.range[1]).trim())
  );
}

function replace(text: string, parent: YamlNode, key: string, value: unknown): string {
  const entry = parent.entries.get(key);
  if (!entry) return text;
  const inList = parent.kind === 'list';
  const afterKey = inList ? entry.keyStart : afterColon(text, entry.keyStart, entry.value);
  const start = entry.value && entry.value.range[1] > entry.value.range[0] ? entry.value.range[0] : afterKey;
  const end = entry.value ? Math.max(trimEnd(text, start, entry.value.range[1]), start) : start;
  const indent = columnOf(text, entry.keyStart);
  const written = write(value, parent.flow, indent);
  if (!written.startsWith('\n')) {
    const tail = entry.value && isBlock(entry.value) && entry.value.kind !== 'scalar' ? afterKey : start;
    const space = /[\s[{,]$/.test(text.slice(0, tail)) ? '' : ' ';
    return text.slice(0, tail) + space + written + text.slice(end);
  }
  const comment = /^[ \t]*#[^\n]*/.exec(text.slice(afterKey, start))?.[0] ?? '';
  const behind = comment === '' ? (/^[ \t]*#[^\n]*/.exec(text.slice(end))?.[0] ?? '') : '';
  return text.slice(0, afterKey) + comment + behind + written + text.slice(end + behind.length);
}

function isBlock(node: YamlNode): boolean {
  return !node.flow;
}

function remove(text: string, parent: YamlNode, key: string): string {
  const keys = [...parent.entries.keys()];
  const entry = parent.entries.get(key);
  if (!entry) return text;
  if (parent.flow) {
    const rest = keys.filter((name) => name !== key);
    const inner = rest.map((name) => flowEntry(text, parent, name)).join(', ');
    const [open, close] = parent.kind === 'map' ? ['{', '}'] : ['[', ']'];
    return text.slice(0, parent.range[0]) + open + inner + close + text.slice(parent.range[1]);
  }
  const start = text.lastIndexOf('\n', entry.keyStart - 1) + 1;
  const valueEnd = entry.value ? entry.value.range[1] : afterColon(text, entry.keyStart, undefined);
  const lineEnd = text.indexOf('\n', trimEnd(text, entry.keyStart, valueEnd));
  const end = lineEnd === -1 ? text.length : lineEnd + 1;
  if (keys.length > 1) return text.slice(0, start) + text.slice(end);
  const empty = parent.kind === 'map' ? '{}' : '[]';
  return `${text.slice(0, start)}${' '.repeat(entry.keyStart - start)}${empty}\n${text.slice(end)}`;
}

function flowEntry(text: string, parent: YamlNode, key: string): string {
  const entry = parent.entries.get(key);
  return entry ? text.slice(entry.keyStart, entry.value?.range[1] ?? entry.keyStart) : '';
}

function insert(text: string, parent: YamlNode, path: readonly (string | number)[], value: unknown): string {
  const [key = '', ...rest] = path;
  const nested = nest(rest, value);
  if (parent.flow) {
    const close = parent.range[1] - 1;
    const before = text.slice(0, close).trimEnd();
    const comma = parent.entries.size > 0 && !before.endsWith(',') ? ', ' : '';
    const item = parent.kind === 'map' ? `${scalar(key)}: ${flow(nested)}` : flow(nested);
    return before + comma + item + text.slice(before.length);
  }
  const last = [...parent.entries.values()].at(-1);
  const indent = last ? columnOf(text, last.keyStart) : columnOf(text, parent.range[0]);
  const lastEnd = last?.value
    ? last.value.range[1]
    : afterColon(text, last?.keyStart ?? parent.range[0], undefined);
  const at = endOfLine(text, trimEnd(text, last?.keyStart ?? parent.range[0], lastEnd));
  const pad =
    parent.kind === 'list'
      ? `${' '.repeat(Math.max(0, indent - 2))}- `
      : `${' '.repeat(indent)}${scalar(key)}:`;
  const written = write(nested, false, indent);
  const space = written.startsWith('\n') || parent.kind === 'list' ? '' : ' ';
  const head = text.slice(0, at);
  return `${endLine(head)}${pad}${space}${written}\n${text.slice(at)}`;
}

/** The value as it follows its key: on the same line, or as an indented block that starts with a line break. */
function write(value: unknown, inFlow: boolean, indent: number): string {
  if (inFlow) return flow(value);
  const [first = '', ...lines] = toYaml({ k: value }).slice('k:'.length, -1).split('\n');
  const body = lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  return [first.trimStart(), ...body].join('\n');
}

function flow(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function scalar(key: string | number): string {
  return toYaml(String(key)).trimEnd();
}

function afterColon(text: string, keyStart: number, value: YamlNode | undefined): number {
  const limit = value && value.range[0] > keyStart ? value.range[0] : text.length;
  const quote = text[keyStart];
  const from = quote === '"' || quote === "'" ? text.indexOf(quote, keyStart + 1) + 1 : keyStart;
  const colon = text.indexOf(':', from);
  return colon === -1 || colon > limit ? limit : colon + 1;
}

function trimEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

function endOfLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at === -1 ? text.length : at + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
