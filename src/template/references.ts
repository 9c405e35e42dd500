import { TemplateError } from '../model/errors.ts';
import { isMap, type Value } from '../model/value.ts';
import type { BlockPart, CallNode, Node, Part, PathNode, Place } from './ast.ts';
import { specialNames } from './call.ts';
import { parseExpression } from './expression.ts';
import { compile, isTemplate } from './render.ts';
import { presenceTests } from './tests.ts';

/** One use of a variable in a text. */
export interface Reference {
  readonly name: string;
  /** Keys below it as far as they are literal. */
  readonly keys: readonly (string | number)[];
  readonly text: string;
  readonly at: Place;
  /** Inside `default`, `defined` or `is defined`: it may be missing. */
  readonly guarded: boolean;
  /** Inside a block that has an item: the name may be a key of that. */
  readonly mayBeKey: boolean;
}

/**
 * Every variable a value's templates may look at, at any depth. Syntax errors are left out: they are
 * templateFaults' business.
 */
export function freeVariables(value: Value): Set<string> {
  const names = new Set<string>();
  for (const text of stringsOf(value)) {
    for (const reference of referencesOfTemplate(text)) names.add(reference.name);
  }
  return names;
}

/** Every variable an expression may look at. */
export function freeVariablesOfExpression(expression: string | boolean): Set<string> {
  if (typeof expression === 'boolean') return new Set();
  return new Set(referencesOfExpression(expression).map((reference) => reference.name));
}

/** Uses of variables in a template, in order; none for text that cannot be parsed. */
export function referencesOfTemplate(text: string): Reference[] {
  if (!isTemplate(text)) return [];
  const parts = parsedOr(() => compile(text).parts, []);
  const found: Reference[] = [];
  collectParts(parts, { found, guarded: false, mayBeKey: false, params: new Set() });
  return found;
}

/** Uses of variables in an expression, in order; none for text that cannot be parsed. */
export function referencesOfExpression(text: string): Reference[] {
  const node = parsedOr<Node | undefined>(() => parseExpression(text), undefined);
  const found: Reference[] = [];
  if (node) collect(node, { found, guarded: false, mayBeKey: false, params: new Set() });
  return found;
}

/** The calls of one helper in a text, wherever they stand; none for text that cannot be parsed. */
export function callsIn(text: string, kind: 'template' | 'expression', name: string): CallNode[] {
  const found: CallNode[] = [];
  const visit = (node: Node) => {
    if (node.kind === 'call' && node.name === name) found.push(node);
  };
  const walk = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (part.kind === 'output') visitNodes(part.node, visit);
      if (part.kind !== 'block') continue;
      for (const arg of part.args) visitNodes(arg, visit);
      walk(part.body);
      walk(part.otherwise);
    }
  };
  if (kind === 'template') walk(isTemplate(text) ? parsedOr(() => compile(text).parts, []) : []);
  else parsedOr(() => visitNodes(parseExpression(text), visit), undefined);
  return found;
}

/** Calls `visit` for every node of an expression, outermost first. */
export function visitNodes(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const inner of childrenOf(node)) visitNodes(inner, visit);
}

interface Walk {
  readonly found: Reference[];
  readonly guarded: boolean;
  readonly mayBeKey: boolean;
  readonly params: ReadonlySet<string>;
}

function collectParts(parts: readonly Part[], walk: Walk): void {
  for (const part of parts) {
    if (part.kind === 'output') collect(part.node, walk);
    if (part.kind === 'block') collectBlock(part, walk);
  }
}

function collectBlock(block: BlockPart, walk: Walk): void {
  for (const arg of block.args) collect(arg, walk);
  for (const [, value] of block.named) collect(value, walk);
  const hasItem = block.name === 'each' || block.name === 'with';
  const params = new Set([...walk.params, ...block.params]);
  collectParts(block.body, hasItem ? { ...walk, mayBeKey: true, params } : walk);
  collectParts(block.otherwise, walk);
}

function collect(node: Node, walk: Walk): void {
  if (node.kind === 'path') collectPath(node, walk);
  const guards = guardsFirst(node);
  for (const [index, inner] of childrenOf(node).entries()) {
    collect(inner, guards && index === 0 ? { ...walk, guarded: true } : walk);
  }
}

function guardsFirst(node: Node): boolean {
  if (node.kind === 'test') return presenceTests.has(node.name);
  return node.kind === 'call' && isGuard(node);
}

function isGuard(node: CallNode): boolean {
  return specialNames.has(node.name) && node.name !== 'ternary' && node.name !== 'mandatory';
}

function collectPath(node: PathNode, walk: Walk): void {
  const [root, ...rest] = rootOf(node);
  if (root === undefined || walk.params.has(root)) return;
  const isRootData = node.root === 'data';
  walk.found.push({
    name: root,
    keys: rest,
    text: node.text,
    at: node.at,
    guarded: walk.guarded,
    mayBeKey: walk.mayBeKey && !isRootData,
  });
}

/** The variable and its literal keys; nothing for items and block data. */
function rootOf(node: PathNode): readonly [string, ...(string | number)[]] | readonly [] {
  const keys = literalKeys(node.keys);
  if (node.root === 'name') return node.name === 'omit' ? [] : [node.name, ...keys];
  if (node.root === 'data' && node.name === 'root' && keys[0] !== undefined) {
    return [String(keys[0]), ...keys.slice(1)];
  }
  return [];
}

function literalKeys(nodes: readonly Node[]): (string | number)[] {
  const keys: (string | number)[] = [];
  for (const node of nodes) {
    if (node.kind !== 'literal') break;
    if (typeof node.value !== 'string' && typeof node.value !== 'number') break;
    keys.push(node.value);
  }
  return keys;
}

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
      return [];
    case 'path':
      return node.keys;
    case 'index':
      return [node.object, ...node.keys];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flat();
    case 'not':
    case 'negate':
      return [node.operand];
    case 'and':
    case 'or':
    case 'binary':
      return [node.left, node.right];
    case 'compare':
      return [node.first, ...node.rest.map((pair) => pair.operand)];
    case 'conditional':
      return [node.condition, node.whenTrue, node.whenFalse];
    case 'test':
      return [node.operand, ...node.args, ...node.named.map(([, value]) => value)];
    case 'call':
      return [...node.args, ...node.named.map(([, value]) => value)];
  }
}

function* stringsOf(value: Value): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* stringsOf(item);
  else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* stringsOf(item);
    }
  }
}

function parsedOr<T>(parse: () => T, otherwise: T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TemplateError) return otherwise;
    throw error;
  }
}
