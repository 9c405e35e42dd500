import { TemplateError } from '../model/errors.ts';
import { findUnknown, isMap, isUnknown, Unknown, type Value } from '../model/value.ts';
import type { BinaryOperator, CompareOperator } from './ast.ts';
import { kindOf, toText } from './text.ts';

/**
 * `left operator right` with Python's meaning.
 *
 * @throws TemplateError where the operator has no meaning for the two
 */
export function calculate(operator: BinaryOperator, left: Value, right: Value): Value {
  const unknown = operator === '~' ? (findUnknown(left) ?? findUnknown(right)) : firstUnknown(left, right);
  if (unknown) return unknown;
  if (operator === '~') return toText(left) + toText(right);
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') return left + right;
    if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  }
  if (typeof left === 'number' && typeof right === 'number') return calculateNumbers(operator, left, right);
  throw noMeaning(operator, left, right);
}

function calculateNumbers(operator: BinaryOperator, left: number, right: number): number {
  if (right === 0 && ['/', '//', '%'].includes(operator)) throw new TemplateError('division by zero');
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '//':
      return Math.floor(left / right);
    case '%':
      // The sign of the divisor, as in Python.
      return left - right * Math.floor(left / right);
    default:
      return left ** right;
  }
}

function noMeaning(operator: BinaryOperator, left: Value, right: Value): TemplateError {
  const isText = typeof left === 'string' || typeof right === 'string';
  const hint = isText && operator === '+' ? 'join text with ~, or convert with `| int`' : undefined;
  const message = `"${operator}" cannot be used on ${kindOf(left)} and ${kindOf(right)}`;
  return new TemplateError(message, hint ? { hint } : {});
}

/**
 * One comparison, three-valued: known as soon as the known parts decide it.
 *
 * @throws TemplateError where the two have no order, or the right of `in` holds nothing
 */
export function compare(operator: CompareOperator, left: Value, right: Value): boolean | Unknown {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return negate(isEqual(left, right));
    case 'in':
      return isIn(left, right);
    case 'not in':
      return negate(isIn(left, right));
    default:
      return firstUnknown(left, right) ?? isOrdered(operator, left, right);
  }
}

/** True, false, or Unknown where equality hangs on a part that is not known. */
export function isEqual(left: Value, right: Value): boolean | Unknown {
  const unknown = firstUnknown(left, right);
  if (unknown) return unknown;
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return false;
    return all(left.map((item, index) => isEqual(item, right[index] ?? null)));
  }
  if (isMap(left) && isMap(right)) {
    const keys = Object.keys(left);
    if (keys.length !== Object.keys(right).length) return false;
    if (keys.some((key) => !Object.hasOwn(right, key))) return false;
    return all(keys.map((key) => isEqual(left[key] ?? null, right[key] ?? null)));
  }
  return left === right;
}

/** Item of a list, key of a mapping, part of a text. */
export function isIn(needle: Value, haystack: Value): boolean | Unknown {
  if (haystack instanceof Unknown) return haystack;
  if (Array.isArray(haystack)) return any(haystack.map((item: Value) => isEqual(needle, item)));
  if (needle instanceof Unknown) return needle;
  if (typeof haystack === 'string' && typeof needle === 'string') return haystack.includes(needle);
  if (isMap(haystack)) return Object.hasOwn(haystack, toText(needle));
  const hint = typeof haystack === 'string' ? 'convert the left side with `| string`' : undefined;
  throw new TemplateError(
    `"in" cannot look for ${kindOf(needle)} in ${kindOf(haystack)}`,
    hint ? { hint } : {},
  );
}

function isOrdered(operator: '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean {
  const order = orderOf(left, right);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/**
 * Negative, zero or positive as `left` comes before, with or after `right`.
 *
 * @throws TemplateError unless both are numbers, both text or both lists of such
 */
export function orderOf(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (Array.isArray(left) && Array.isArray(right)) return orderOfLists(left, right);
  const hint =
    typeof left === 'string' || typeof right === 'string' ? 'convert text with `| int`' : undefined;
  throw new TemplateError(`${kindOf(left)} and ${kindOf(right)} have no order`, hint ? { hint } : {});
}

function orderOfLists(left: readonly Value[], right: readonly Value[]): number {
  for (const [index, item] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = orderOf(item, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** What counts as true where a condition is not required to be boolean: `if`, `and`, `or`, `not`. */
export function isTruthy(value: Value): boolean | Unknown {
  if (value instanceof Unknown) return value;
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

export function negate(value: boolean | Unknown): boolean | Unknown {
  return isUnknown(value) ? value : !value;
}

/** False if any is false, else unknown if any is unknown, else true. */
export function all(values: readonly (boolean | Unknown)[]): boolean | Unknown {
  if (values.includes(false)) return false;
  return values.find(isUnknown) ?? true;
}

/** True if any is true, else unknown if any is unknown, else false. */
export function any(values: readonly (boolean | Unknown)[]): boolean | Unknown {
  if (values.includes(true)) return true;
  return values.find(isUnknown) ?? false;
}

function firstUnknown(left: Value, right: Value): Unknown | undefined {
  if (left instanceof Unknown) return left;
  return right instanceof Unknown ? right : undefined;
}
