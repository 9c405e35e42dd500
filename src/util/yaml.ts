import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Fault } from '../model/errors.ts';
import { isMap as isValueMap, type Value, type ValueMap } from '../model/value.ts';
import { copyPlace, type ScalarShape, SourceText, setPlace, setStart } from './positions.ts';
import { quoteTemplateHint, separatorBefore, syntaxFaults } from './yaml-faults.ts';
import { isLargeYaml, readPlainYaml } from './yaml-plain.ts';
import { escapeTemplates, readPlainScalar } from './yaml-scalars.ts';

export { copyPlace, copyPlaces, keyPositionOf, positionInside, positionOf, startOf } from './positions.ts';
export { booleanWord } from './yaml-scalars.ts';

export interface ParseYamlOptions {
  /** As faults and positions should name it. */
  readonly file: string;
  /** Opens a `!vault` value; throws where it cannot. Without it such a value is a fault. */
  readonly decrypt?: (armoured: string) => string;
}

export interface ParsedYaml {
  /** Undefined where the text has syntax errors; null for an empty text. */
  readonly value: Value | undefined;
  readonly faults: readonly Fault[];
}

/**
 * Parses one YAML 1.2 document. The place of every value and key is kept (`positionOf`); duplicate
 * keys, tabs, unknown tags and several documents are faults.
 */
export function parseYaml(text: string, options: ParseYamlOptions): ParsedYaml {
  const source = new SourceText(options.file, text);
  const plain = isLargeYaml(text) ? readPlainYaml(source) : undefined;
  if (plain !== undefined) return { value: plain, faults: [] };
  return parseFully(source, options);
}

function parseFully(source: SourceText, options: ParseYamlOptions): ParsedYaml {
  const { text } = source;
  const documents = parseAllDocuments(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  if (!Array.isArray(documents) || documents.length === 0) return { value: null, faults: [] };
  const problems = documents.flatMap((document) =>
    document.errors.map(({ code, message, pos }) => ({ code, message, offset: pos[0] })),
  );
  const second = documents[1];
  if (problems.length === 0 && second) {
    const message = 'only one YAML document may stand in a file';
    problems.push({ code: 'MULTIPLE_DOCS', message, offset: separatorBefore(text, second.range[0]) });
  }
  if (problems.length > 0) return { value: undefined, faults: syntaxFaults(source, problems) };
  const [document] = documents;
  if (!document?.contents) return { value: null, faults: [] };
  const converter = new Converter(source, document, options);
  return { value: converter.convert(document.contents, undefined), faults: converter.faults };
}

/** Writes a value as YAML, block style, keys in their order. */
export function toYaml(value: unknown, options: { readonly indent?: number } = {}): string {
  return stringify(value, { indent: options.indent ?? 2, lineWidth: 0, aliasDuplicateObjects: false });
}

/** One node of a document with its place, for editing text in place. */
export interface YamlNode {
  readonly kind: 'map' | 'list' | 'scalar' | 'other';
  readonly flow: boolean;
  /** Start of the value, end of the value, end with trailing comment and line break. */
  readonly range: readonly [number, number, number];
  readonly entries: ReadonlyMap<string, { readonly keyStart: number; readonly value: YamlNode | undefined }>;
}

/**
 * The outline of a YAML text for edits that leave the rest of it byte for byte.
 *
 * @throws SyntaxError where the text is not YAML
 */
export function outlineYaml(text: string): YamlNode | undefined {
  const [document] = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' });
  if (!document || !('contents' in document) || !document.contents) return undefined;
  const [error] = document.errors;
  if (error) throw new SyntaxError(error.message);
  return outline(document.contents);
}

function outline(node: Node): YamlNode {
  const range = node.range ?? [0, 0, 0];
  const entries = new Map<string, { keyStart: number; value: YamlNode | undefined }>();
  if (isMap(node)) {
    for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
      if (isScalar(key)) {
        const item = { keyStart: key.range?.[0] ?? 0, value: value ? outline(value) : undefined };
        entries.set(String(key.value), item);
      }
    }
    return { kind: 'map', flow: node.flow === true, range, entries };
  }
  if (isSeq(node)) {
    for (const [index, item] of (node.items as Node[]).entries()) {
      entries.set(String(index), { keyStart: item.range?.[0] ?? 0, value: outline(item) });
    }
    return { kind: 'list', flow: node.flow === true, range, entries };
  }
  return { kind: isScalar(node) ? 'scalar' : 'other', flow: true, range, entries };
}

/** Turns parser nodes into plain values; remembers their places and gathers faults. */
class Converter {
  readonly faults: Fault[] = [];
  readonly #source: SourceText;
  readonly #document: Document;
  readonly #options: ParseYamlOptions;
  readonly #converted = new Map<Node, Value>();
  readonly #open = new Set<Node>();

  constructor(source: SourceText, document: Document, options: ParseYamlOptions) {
    this.#source = source;
    this.#document = document;
    this.#options = options;
  }

  convert(node: Node, key: string | undefined): Value {
    if (isAlias(node)) return this.#alias(node, key);
    if (isScalar(node)) return this.#scalar(node, key);
    const done = this.#converted.get(node);
    if (done !== undefined) return done;
    if (node.tag?.startsWith('!') && node.tag !== '!unsafe') this.#unknownTag(node, node.tag);
    this.#open.add(node);
    const value = this.#collection(node);
    this.#open.delete(node);
    const result = node.tag === '!unsafe' ? escapeTemplates(value) : value;
    this.#converted.set(node, result);
    return result;
  }

  #alias(node: Alias, key: string | undefined): Value {
    const target = node.resolve(this.#document);
    if (!target) {
      this.#error(node, 'unknown-anchor', `there is no anchor &${node.source} before this place`);
      return null;
    }
    if (this.#open.has(target)) {
      this.#error(node, 'cyclic-anchor', `*${node.source} contains itself`);
      return null;
    }
    return this.convert(target, key);
  }

  #scalar(node: Scalar, key: string | undefined): Value {
    const value = node.value as Value;
    switch (node.tag) {
      case undefined:
        break;
      case '!vault':
        return this.#vault(node, String(value));
      case '!unsafe':
        return escapeTemplates(String(value));
      default:
        if (node.tag.startsWith('!')) this.#unknownTag(node, node.tag);
        return value;
    }
    if (node.type !== 'PLAIN') return value;
    const reading = readPlainScalar(key, node.source ?? String(value), value);
    if (reading.fault) this.faults.push({ ...reading.fault, position: this.#place(node) });
    return reading.value;
  }

  #vault(node: Node, armoured: string): Value {
    if (!this.#options.decrypt) {
      const hint = 'give its password with --vault-password-file';
      this.#error(node, 'vault-no-password', 'this value is encrypted', hint);
      return null;
    }
    try {
      return this.#options.decrypt(armoured);
    } catch (error) {
      const hint = error instanceof Error && 'hint' in error ? String(error.hint ?? '') : '';
      this.#error(node, 'vault', error instanceof Error ? error.message : String(error), hint);
      return null;
    }
  }

  #collection(node: Node): Value {
    if (isSeq(node)) return this.#list(node);
    if (!isMap(node)) return null;
    const [start, end] = node.range ?? [0, 0];
    const text = this.#source.text.slice(start, end);
    if (!node.flow || !text.startsWith('{{')) return this.#map(node);
    const message = 'a value that starts with {{ must be quoted: YAML reads { as the start of a mapping';
    this.#error(node, 'unquoted-template', message, quoteTemplateHint(text.split('\n')[0] ?? ''));
    return text;
  }

  #list(node: YAMLSeq): Value {
    const list: Value[] = [];
    setStart(list, this.#source, node.range?.[0] ?? 0);
    for (const [index, item] of (node.items as (Node | null)[]).entries()) {
      list.push(item ? this.convert(item, undefined) : null);
      this.#remember(list, index, item, item);
    }
    return list;
  }

  #map(node: YAMLMap): Value {
    const map: Record<string, Value> = {};
    setStart(map, this.#source, node.range?.[0] ?? 0);
    const merged: Node[] = [];
    const seen = new Map<string, Node>();
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      const key = this.#key(pair.key ?? node);
      if (key === undefined || !pair.key || this.#isDuplicate(seen, key, pair.key)) continue;
      if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.value) {
        merged.push(pair.value);
        continue;
      }
      map[key] = pair.value ? this.convert(pair.value, key) : null;
      this.#remember(map, key, pair.key, pair.value);
    }
    for (const value of merged) this.#merge(map, value);
    return map;
  }

  #isDuplicate(seen: Map<string, Node>, key: string, node: Node): boolean {
    const first = seen.get(key);
    if (!first) {
      seen.set(key, node);
      return false;
    }
    const hint = key === '<<' ? 'write <<: [*a, *b]' : 'remove one of them';
    const { line } = this.#place(first);
    this.#error(node, 'duplicate-key', `"${key}" stands twice in this mapping, first on line ${line}`, hint);
    return true;
  }

  #key(node: Node): string | undefined {
    if (isAlias(node)) return String(this.#alias(node, undefined));
    if (isScalar(node) && node.value !== null) {
      const key = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
      if (key !== '__proto__') return key;
      this.#error(node, 'bad-key', 'the key __proto__ is not allowed');
    } else {
      this.#error(node, 'bad-key', 'a key must be text');
    }
    return undefined;
  }

  /** `<<: *a` and `<<: [*a, *b]`: keys already there win, then those of the earlier mapping. */
  #merge(map: Record<string, Value>, node: Node): void {
    const value = this.convert(node, undefined);
    for (const item of Array.isArray(value) ? (value as readonly Value[]) : [value]) {
      if (!isValueMap(item)) {
        this.#error(node, 'bad-merge', '<< takes a mapping or a list of mappings', 'write <<: *anchor');
        continue;
      }
      for (const [key, entry] of Object.entries(item as ValueMap)) {
        if (Object.hasOwn(map, key)) continue;
        map[key] = entry;
        copyPlace(item, key, map);
      }
    }
  }

  #remember(container: object, key: string | number, keyNode: Node | null, node: Node | null): void {
    const keyAt = keyNode?.range?.[0] ?? 0;
    const value = node?.range?.[0] ?? keyAt;
    setPlace(container, key, { source: this.#source, value, key: keyAt, shape: shapeOf(node) });
  }

  #unknownTag(node: Node, tag: string): void {
    this.#error(node, 'unknown-tag', `unknown YAML tag ${tag}`, 'known are !vault and !unsafe');
  }

  #place(node: Node) {
    return this.#source.positionAt(node.range?.[0] ?? 0);
  }

  #error(node: Node, code: string, message: string, hint = ''): void {
    const fault: Fault = { severity: 'error', code, message, position: this.#place(node) };
    this.faults.push(hint ? { ...fault, hint } : fault);
  }
}

function shapeOf(node: Node | null): ScalarShape {
  if (!isScalar(node)) return 'other';
  switch (node.type) {
    case 'PLAIN':
      return node.source?.includes('\n') ? 'other' : 'plain';
    case 'QUOTE_SINGLE':
      return 'single';
    case 'QUOTE_DOUBLE':
      return 'double';
    default:
      return 'block';
  }
}
