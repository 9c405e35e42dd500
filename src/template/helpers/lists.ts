import { TemplateError } from '../../model/errors.ts';
import { findUnknown, isMap, isUnknown, type Unknown, type Value } from '../../model/value.ts';
import { UndefinedError } from '../errors.ts';
import { isEqual, isTruthy, orderOf } from '../operators.ts';
import { follow } from '../paths.ts';
import { runTest } from '../run-test.ts';
import {
  type Arguments,
  type Helper,
  helper,
  type Keywords,
  listOf,
  numberOf,
  sequenceOf,
  shallowHelper,
  textOf,
} from './helper.ts';

/** Helpers over lists. */
export const lists: readonly Helper[] = [
  shallowHelper('length', ['value'], 'How many items, keys or letters.', ([value]) => lengthOf(value)),
  shallowHelper('count', ['value'], 'The same as `length`.', ([value]) => lengthOf(value)),
  shallowHelper('first', ['list'], 'The first item.', ([list]) => itemAt(list, 0)),
  shallowHelper('last', ['list'], 'The last item.', ([list]) => itemAt(list, -1)),
  shallowHelper('list', ['value'], 'As a list: keys of a mapping, letters of text.', ([value]) =>
    sequenceOf(value),
  ),
  shallowHelper('reverse', ['value'], 'In reverse order.', ([value]) =>
    typeof value === 'string' ? [...value].reverse().join('') : listOf(value).toReversed(),
  ),
  helper('min', ['list', 'case_sensitive?', 'attribute?'], 'The smallest item.', (args) => extreme(args, -1)),
  helper('max', ['list', 'case_sensitive?', 'attribute?'], 'The largest item.', (args) => extreme(args, 1)),
  helper('sum', ['list', 'attribute?', 'start?'], 'All numbers added.', ([list, attribute, start = 0]) =>
    keyed(listOf(list), attribute).reduce<number>((total, [key]) => total + numberOf(key), numberOf(start)),
  ),
  helper(
    'unique',
    ['list', 'case_sensitive?', 'attribute?'],
    'Each item once, in the order of their first appearance; text without regard to case unless said.',
    ([list, caseSensitive, attribute]) => {
      const items = folded(listOf(list), attribute, caseSensitive);
      const keys = items.map(([key]) => key);
      return items.filter(([key], index) => firstIndex(keys, key) === index).map(([, item]) => item);
    },
  ),
  helper(
    'sort',
    ['list', 'reverse?', 'case_sensitive?', 'attribute?'],
    'Sorted, text without regard to case unless said.',
    sorted,
  ),
  helper(
    'flatten',
    ['list', 'levels?', 'skip_nulls?'],
    'Lists in the list opened up, nulls left out unless said.',
    ([list, levels, skipNulls = true]) =>
      flatten(
        listOf(list),
        levels === undefined || levels === null ? Number.POSITIVE_INFINITY : numberOf(levels),
      ).filter((item) => item !== null || skipNulls !== true),
  ),
  helper('union', ['list', 'other'], 'Items of either list, each once.', ([list, other]) =>
    [...listOf(list), ...listOf(other)].filter((item, index, all) => firstIndex(all, item) === index),
  ),
  helper('intersect', ['list', 'other'], 'Items of both lists.', ([list, other]) =>
    listOf(list).filter(
      (item, index, all) => firstIndex(all, item) === index && firstIndex(listOf(other), item) >= 0,
    ),
  ),
  helper('difference', ['list', 'other'], 'Items that are not in the other list.', ([list, other]) =>
    listOf(list).filter(
      (item, index, all) => firstIndex(all, item) === index && firstIndex(listOf(other), item) < 0,
    ),
  ),
  shallowHelper(
    'zip',
    ['list', '...others'],
    'Lists of the items that stand at the same place.',
    ([list, ...others]) => {
      const all = [listOf(list), ...others.map(listOf)];
      const length = Math.min(...all.map((each) => each.length));
      return Array.from({ length }, (_, index) => all.map((each) => each[index] ?? null));
    },
  ),
  helper(
    'range',
    ['start', 'stop?', 'step?'],
    'Numbers from start (or 0) up to, not including, stop.',
    range,
  ),
  shallowHelper(
    'select',
    ['list', 'test?', '...arguments', '**options'],
    'Items that pass a test.',
    (args, options) => selected(args, options, true),
  ),
  shallowHelper(
    'reject',
    ['list', 'test?', '...arguments', '**options'],
    'Items that do not pass a test.',
    (args, options) => selected(args, options, false),
  ),
  shallowHelper(
    'selectattr',
    ['list', 'attribute', 'test?', '...arguments', '**options'],
    'Items whose attribute passes a test.',
    (args, options) => selectedByAttribute(args, options, true),
  ),
  shallowHelper(
    'rejectattr',
    ['list', 'attribute', 'test?', '...arguments', '**options'],
    'Items whose attribute does not pass a test.',
    (args, options) => selectedByAttribute(args, options, false),
  ),
];

/**
 * The value under a dotted path of an item.
 *
 * @throws UndefinedError where there is none
 */
export function attributeOf(item: Value | undefined, path: string): Value {
  const keys = path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const found = follow(item ?? null, keys, 'the item');
  if (found.missing) throw new UndefinedError(`"${found.missing.key}" is missing in an item`);
  return found.value;
}

function lengthOf(value: Value | undefined): number {
  if (isMap(value)) return Object.keys(value).length;
  return typeof value === 'string' ? [...value].length : listOf(value).length;
}

function itemAt(list: Value | undefined, index: number): Value {
  const item = sequenceOf(list).at(index);
  if (item === undefined) throw new UndefinedError('the list is empty');
  return item;
}

function extreme([list, caseSensitive, attribute]: Arguments, sign: 1 | -1): Value {
  const items = folded(listOf(list), attribute, caseSensitive);
  const [first] = items;
  if (!first) throw new UndefinedError('the list is empty');
  return items.reduce((best, item) => (orderOf(item[0], best[0]) * sign > 0 ? item : best), first)[1];
}

function sorted([list, reverse, caseSensitive, attribute]: Arguments): Value {
  const paths = typeof attribute === 'string' ? attribute.split(',').map((path) => path.trim()) : [attribute];
  const columns = paths.map((path) => folded(sequenceOf(list), path, caseSensitive).map(([key]) => key));
  const items = sequenceOf(list).map((item, row) => {
    const keys = columns.map((column) => column[row] ?? null);
    return [keys.length === 1 ? (keys[0] ?? null) : keys, item] as const;
  });
  const sign = reverse === true ? -1 : 1;
  return items.sort(([a], [b]) => orderOf(a, b) * sign).map(([, item]) => item);
}

/** Keys of the items, text in lower case unless its case counts. */
function folded(
  list: readonly Value[],
  attribute: Value | undefined,
  caseSensitive: Value | undefined,
): (readonly [Value, Value])[] {
  return keyed(list, attribute).map(([key, item]) => [
    typeof key === 'string' && caseSensitive !== true ? key.toLowerCase() : key,
    item,
  ]);
}

function keyed(list: readonly Value[], attribute: Value | undefined): (readonly [Value, Value])[] {
  if (attribute === undefined) return list.map((item) => [item, item]);
  return list.map((item) => [attributeOf(item, textOf(attribute)), item]);
}

function flatten(list: readonly Value[], levels: number): Value[] {
  return list.flatMap((item) => (Array.isArray(item) && levels > 0 ? flatten(item, levels - 1) : [item]));
}

function firstIndex(list: readonly Value[], item: Value): number {
  return list.findIndex((other) => isEqual(other, item) === true);
}

const longestRange = 100_000;

function range([first, second, third]: Arguments): Value {
  const [start, stop] = second === undefined ? [0, numberOf(first)] : [numberOf(first), numberOf(second)];
  const step = third === undefined ? 1 : numberOf(third);
  if (step === 0) throw new TemplateError('needs a step other than 0');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > longestRange) throw new TemplateError(`makes no more than ${longestRange} numbers`);
  return Array.from({ length }, (_, index) => start + index * step);
}

function selected([list, test, ...args]: Arguments, options: Keywords, wanted: boolean): Value {
  return chosen(listOf(list), (item) => passes(item, test, args, options), wanted);
}

function selectedByAttribute(
  [list, attribute, test, ...args]: Arguments,
  options: Keywords,
  wanted: boolean,
): Value {
  const path = textOf(attribute);
  return chosen(
    listOf(list),
    (item) => {
      if (isUnknown(item)) return item;
      if (test === 'defined' || test === 'undefined') {
        return isPresent(item, path) === (test === 'defined');
      }
      return passes(attributeOf(item, path), test, args, options);
    },
    wanted,
  );
}

/** One undecided item makes the whole list undecided. */
function chosen(list: readonly Value[], test: (item: Value) => boolean | Unknown, wanted: boolean): Value {
  const results = list.map(test);
  const unknown = results.find(isUnknown);
  return unknown ?? list.filter((_, index) => results[index] === wanted);
}

function passes(item: Value, test: Value | undefined, args: Arguments, options: Keywords): boolean | Unknown {
  if (test === undefined) return isTruthy(item);
  const known = args.flatMap((arg) => (arg === undefined ? [] : [arg]));
  return findUnknown(known) ?? runTest(textOf(test), () => item, known, [...options]);
}

function isPresent(item: Value, path: string): boolean {
  try {
    attributeOf(item, path);
    return true;
  } catch (error) {
    if (error instanceof UndefinedError) return false;
    throw error;
  }
}
