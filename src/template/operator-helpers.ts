import type { BinaryOperator, CompareOperator, Node, Place } from './ast.ts';
import { faultAt } from './errors.ts';

const comparisons: Readonly<Record<string, CompareOperator>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  in: 'in',
};

const arithmetic: Readonly<Record<string, BinaryOperator>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  mod: '%',
  concat: '~',
};

/** Helpers that stand for operators: `{{#if (eq a 1)}}`. They follow the operators in every way. */
const operatorHelpers: readonly string[] = [
  ...Object.keys(comparisons),
  ...Object.keys(arithmetic),
  'and',
  'or',
  'not',
];

/**
 * The operator a helper call stands for.
 *
 * @returns undefined where the name is no such helper
 * @throws TemplateError for a wrong number of arguments
 */
export function operatorNode(name: string, args: readonly Node[], at: Place): Node | undefined {
  if (!operatorHelpers.includes(name)) return undefined;
  const [first, ...rest] = args;
  const [second] = rest;
  if (name === 'not') {
    if (first && rest.length === 0) return { kind: 'not', operand: first, at };
    throw faultAt(at, '"not" takes 1 argument');
  }
  if (!first || !second) throw faultAt(at, `"${name}" takes at least 2 arguments`);
  if (name === 'and' || name === 'or') {
    return rest.reduce((left, right) => ({ kind: name, left, right, at }), first);
  }
  const comparison = comparisons[name];
  if (comparison) {
    if (rest.length > 1) throw faultAt(at, `"${name}" takes 2 arguments`);
    return { kind: 'compare', first, rest: [{ operator: comparison, operand: second }], at };
  }
  const operator = arithmetic[name] ?? '+';
  return rest.reduce((left, right) => ({ kind: 'binary', operator, left, right, at }), first);
}
