import { isMap, type Value } from '../model/value.ts';
import type { CallNode, CompareOperator, Node } from './ast.ts';
import { findHelper, isSpecial } from './call.ts';
import { faultAt } from './errors.ts';
import { parse } from './expression-parser.ts';
import { lookupHint } from './helpers/lookups.ts';
import { withoutMethods } from './methods.ts';

/**
 * How Handlebars spells what somebody wrote as Jinja: `x | default(1)` → `default x 1`. What has no spelling
 * of its own becomes `expr "…"`.
 *
 * @param jinja what stands between the braces
 * @param operators use helpers for operators too, as conditions of blocks do: `x == 1` → `eq x 1`
 * @returns undefined where the text is no expression
 * @throws TemplateError for a filter that does not exist, its place counted from the start of the text
 */
export function handlebarsFor(jinja: string, operators = false): string | undefined {
  const text = withoutMethods(jinja.trim()).replace(
    /^([^?'"]+?)\s\?\s([^?:]+?)\s:\s(.+)$/,
    '$2 if $1 else $3',
  );
  const node = parsed(text);
  if (!node) return undefined;
  return spelled(node, operators) ?? wholeExpression(text);
}

/** The same as one argument: in parentheses unless it is a lone name or literal. */
export function argumentFor(jinja: string): string | undefined {
  const text = handlebarsFor(jinja, true);
  return text === undefined || isAtom(text) ? text : `(${text})`;
}

/** True for text that can be read as an expression. */
export function isExpression(text: string): boolean {
  return parsed(text) !== undefined;
}

function parsed(text: string): Node | undefined {
  try {
    return parse(text) as Node;
  } catch {
    return undefined;
  }
}

function wholeExpression(text: string): string {
  if (!text.includes('"')) return `expr "${text}"`;
  return text.includes("'") ? `expr "${text.replaceAll('"', "'")}"` : `expr '${text}'`;
}

function spelled(node: Node, operators: boolean): string | undefined {
  const call = (name: string, ...args: readonly Node[]) => callText(name, args, [], operators);
  switch (node.kind) {
    case 'literal':
      return literalText(node.value);
    case 'path':
      return keyText(node.name, node.keys, operators);
    case 'index':
      return keyText(spelled(node.object, operators), node.keys, operators);
    case 'call':
      return spelledCall(node, operators);
    case 'test': {
      if (!['defined', 'undefined'].includes(node.name)) return undefined;
      const asked = call('defined', node.operand);
      return node.negated === (node.name === 'undefined') ? asked : asked && `not (${asked})`;
    }
    case 'conditional':
      return call('ternary', node.condition, node.whenTrue, node.whenFalse);
    case 'not':
      return operators ? call('not', node.operand) : undefined;
    case 'and':
    case 'or':
      return operators ? call(node.kind, node.left, node.right) : undefined;
    case 'compare': {
      const [only, more] = node.rest;
      const name = only && comparisons[only.operator];
      return operators && only && name && !more ? call(name, node.first, only.operand) : undefined;
    }
    default:
      return undefined;
  }
}

const comparisons: Readonly<Partial<Record<CompareOperator, string>>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  in: 'in',
};

function spelledCall(node: CallNode, operators: boolean): string | undefined {
  const [first, second, third] = node.args;
  if (node.name === 'lookup' && first?.kind === 'literal' && first.value === 'env' && second) {
    return callText('env', third ? [second, third] : [second], [], operators);
  }
  const hint = node.name === 'lookup' && first?.kind === 'literal' ? lookupHint(first.value) : undefined;
  if (hint !== undefined) throw faultAt(node.at, 'lookups are not available', hint);
  if (!isSpecial(node)) findHelper(node);
  // What these give is a list already.
  if (node.name === 'list' && first?.kind === 'call' && listMakers.has(first.name))
    return spelled(first, operators);
  const name = node.name === 'd' ? 'default' : node.name.replace(/^ansible\.builtin\./, '');
  return callText(name, node.args, node.named, operators);
}

const listMakers: ReadonlySet<string> = new Set(
  'map select reject selectattr rejectattr sort unique zip range flatten union split keys values reverse'.split(
    ' ',
  ),
);

function callText(
  name: string,
  args: readonly Node[],
  named: readonly (readonly [string, Node])[],
  operators: boolean,
): string | undefined {
  const words = [
    ...args.map((arg) => argumentText(arg, operators)),
    ...named.map(([key, value]) => {
      const text = argumentText(value, operators);
      return text === undefined ? undefined : `${key}=${text}`;
    }),
  ];
  // A name alone would be a variable.
  return words.length === 0 || words.includes(undefined) ? undefined : [name, ...words].join(' ');
}

function argumentText(node: Node, operators: boolean): string | undefined {
  const text = spelled(node, operators);
  return text === undefined || isAtom(text) ? text : `(${text})`;
}

function isAtom(text: string): boolean {
  return /^(?:"[^"]*"|'[^']*'|(?:[^\s"'[]|\[[^\]]*\])+)$/.test(text);
}

function literalText(value: Value): string | undefined {
  if (Array.isArray(value) || isMap(value)) return undefined;
  if (typeof value !== 'string') return String(value);
  const text = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? undefined : `"${text}"`;
}

/** `a.b`, `a.[0]`, `a.[b c]`; a key that must be computed, or one of a call, through `lookup`. */
function keyText(base: string | undefined, keys: readonly Node[], operators: boolean): string | undefined {
  return keys.reduce<string | undefined>((path, key) => {
    if (path === undefined) return undefined;
    const literal = key.kind === 'literal' ? String(key.value) : undefined;
    if (literal !== undefined && isPath(path) && !literal.includes(']')) {
      return `${path}.${/^[A-Za-z_]\w*$/.test(literal) ? literal : `[${literal}]`}`;
    }
    const name = argumentText(key, operators);
    return name && `lookup ${isAtom(path) ? path : `(${path})`} ${name}`;
  }, base);
}

function isPath(text: string): boolean {
  return isAtom(text) && /^[A-Za-z_]/.test(text);
}
