import { TemplateError } from '../model/errors.ts';
import { isUnknown, type Unknown, type Value } from '../model/value.ts';
import type { CompareNode, ConditionalNode, IndexNode, Node, PathNode, TestNode } from './ast.ts';
import { callHelper, isSpecial, special } from './call.ts';
import { faultAt, placed, undefinedAt } from './errors.ts';
import { all, calculate, compare, isTruthy, negate } from './operators.ts';
import { type Found, follow, type Key } from './paths.ts';
import { runTest } from './run-test.ts';

/** Where names come from while an expression is evaluated. */
export interface Names {
  /** Follows a name and keys below it: block items and parameters first, `depth` blocks skipped, then variables. */
  resolve(name: string, keys: readonly Key[], depth: number): Found;
  /** The item of the enclosing block, or of the one `depth` blocks further out. */
  item(depth: number): Value | undefined;
  /** `@index`, `@key`, `@first`, `@last`, `@root`… */
  data(name: string, depth: number, keys: readonly Key[]): Found;
}

/**
 * The value of an expression. Operands that are not needed are not looked at.
 *
 * @throws UndefinedError for a missing name or key, TemplateError for anything else that has no value
 */
export function evaluateNode(node: Node, names: Names): Value {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'path':
      return evaluatePath(node, names);
    case 'index':
      return evaluateIndex(node, names);
    case 'list':
      return node.items.map((item) => evaluateNode(item, names));
    case 'map':
      return evaluateMap(node.entries, names);
    case 'not':
      return negate(isTruthy(evaluateNode(node.operand, names)));
    case 'negate':
      return at(node, () => calculate('-', 0, evaluateNode(node.operand, names)));
    case 'and':
    case 'or':
      return evaluateLogic(node.kind, node.left, node.right, names);
    case 'binary':
      return at(node, () =>
        calculate(node.operator, evaluateNode(node.left, names), evaluateNode(node.right, names)),
      );
    case 'compare':
      return evaluateCompare(node, names);
    case 'conditional':
      return evaluateConditional(node, names);
    case 'test':
      return evaluateTest(node, names);
    case 'call':
      if (isSpecial(node)) return special(node, (inner) => evaluateNode(inner, names));
      return at(node, () => callHelper(node, (inner) => evaluateNode(inner, names)));
  }
}

function at<T>(node: Node, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw placed(error, node.at);
  }
}

function evaluatePath(node: PathNode, names: Names): Value {
  const keys = keysOf(node.keys, names);
  if (isUnknown(keys)) return keys;
  const found = at(node, () => lookUp(node, keys, names));
  if (found.missing) throw undefinedAt(node.at, node.text, found.missing);
  return found.value;
}

function lookUp(node: PathNode, keys: readonly Key[], names: Names): Found {
  if (node.root === 'data') return names.data(node.name, node.depth, keys);
  if (node.root === 'name') return names.resolve(node.name, keys, node.depth);
  const item = names.item(node.depth);
  if (item === undefined) {
    const hint =
      node.text.startsWith('.') || node.text === 'this' ? 'write \\{{ to keep braces as text' : undefined;
    throw faultAt(node.at, `"${node.text}" means the item of a block, and there is none around it`, hint);
  }
  return follow(item, keys, node.depth > 0 ? '..' : 'this');
}

function evaluateIndex(node: IndexNode, names: Names): Value {
  const keys = keysOf(node.keys, names);
  const object = evaluateNode(node.object, names);
  if (isUnknown(keys)) return keys;
  const found = follow(object, keys, 'the value');
  if (found.missing) throw undefinedAt(node.at, found.missing.key, found.missing);
  return found.value;
}

function keysOf(nodes: readonly Node[], names: Names): readonly Key[] | Unknown {
  const keys: Key[] = [];
  for (const node of nodes) {
    const key = evaluateNode(node, names);
    if (isUnknown(key)) return key;
    if (typeof key !== 'string' && typeof key !== 'number') {
      throw faultAt(node.at, 'a key must be text or a number');
    }
    keys.push(key);
  }
  return keys;
}

function evaluateMap(entries: readonly (readonly [Node, Node])[], names: Names): Value {
  const pairs: [string, Value][] = [];
  for (const [keyNode, valueNode] of entries) {
    const key = evaluateNode(keyNode, names);
    if (isUnknown(key)) return key;
    pairs.push([String(key), evaluateNode(valueNode, names)]);
  }
  return Object.fromEntries(pairs);
}

/**
 * `and` and `or` give one of their operands, as in Python. With an unknown left side the right one may
 * still decide; if it has no value (say, because the left side guards it), nothing is decided.
 */
function evaluateLogic(kind: 'and' | 'or', leftNode: Node, rightNode: Node, names: Names): Value {
  const left = evaluateNode(leftNode, names);
  const decisive = kind === 'or';
  const truth = isTruthy(left);
  if (truth === decisive) return left;
  if (!isUnknown(truth)) return evaluateNode(rightNode, names);
  try {
    const right = evaluateNode(rightNode, names);
    return right === decisive ? right : truth;
  } catch (error) {
    if (error instanceof TemplateError) return truth;
    throw error;
  }
}

function evaluateCompare(node: CompareNode, names: Names): boolean | Unknown {
  const results: (boolean | Unknown)[] = [];
  let left = evaluateNode(node.first, names);
  for (const { operator, operand } of node.rest) {
    const right = evaluateNode(operand, names);
    const result = at(node, () => compare(operator, left, right));
    if (result === false) return false;
    results.push(result);
    left = right;
  }
  return all(results);
}

function evaluateConditional(node: ConditionalNode, names: Names): Value {
  const truth = isTruthy(evaluateNode(node.condition, names));
  if (isUnknown(truth)) return truth;
  return evaluateNode(truth ? node.whenTrue : node.whenFalse, names);
}

function evaluateTest(node: TestNode, names: Names): boolean | Unknown {
  const result = at(node, () =>
    runTest(
      node.name,
      () => evaluateNode(node.operand, names),
      node.args.map((arg) => evaluateNode(arg, names)),
      node.named.map(([name, value]) => [name, evaluateNode(value, names)] as const),
    ),
  );
  return node.negated ? negate(result) : result;
}
