import { TemplateError } from '../../model/errors.ts';
import { isMap, type Value } from '../../model/value.ts';
import { UndefinedError } from '../errors.ts';
import { isEqual, orderOf } from '../operators.ts';
import {
  type Arguments,
  type Helper,
  helper,
  listOf,
  mapOf,
  numberOf,
  sequenceOf,
  shallowHelper,
  textOf,
} from './helper.ts';
import { attributeOf } from './lists.ts';

/** Helpers that put items together, or apart, in another shape. */
export const groups: readonly Helper[] = [
  helper('product', ['list', '...others'], 'Every item of one list with every item of the others.', (args) =>
    args
      .map(sequenceOf)
      .reduce<Value[][]>((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]]),
  ),
  helper(
    'zip_longest',
    ['list', '...others', '*fillvalue'],
    'As `zip`, up to the end of the longest list.',
    (args, keywords) => {
      const lists = args.map(sequenceOf);
      const length = Math.max(...lists.map((list) => list.length));
      const fill = keywords.get('fillvalue') ?? null;
      return Array.from({ length }, (_, index) =>
        lists.map((list) => (index < list.length ? (list[index] ?? null) : fill)),
      );
    },
  ),
  shallowHelper(
    'part',
    ['list', 'start', 'end?'],
    'Items, or letters, from a place up to, not including, another; `list[1:3]` in conditions.',
    ([list, start, end]) => {
      const [from, to] = [numberOf(start), end === undefined || end === null ? undefined : numberOf(end)];
      return typeof list === 'string' ? [...list].slice(from, to).join('') : listOf(list).slice(from, to);
    },
  ),
  helper(
    'symmetric_difference',
    ['list', 'other'],
    'Items of only one of the two lists.',
    ([list, other]) => {
      const [left, right] = [listOf(list), listOf(other)];
      return distinct([...without(left, right), ...without(right, left)]);
    },
  ),
  helper(
    'subelements',
    ['list', 'path', 'skip_missing?'],
    'A pair of the item and of each item of the list under a path of it.',
    subelements,
  ),
  helper(
    'groupby',
    ['list', 'attribute'],
    'Pairs of a value of the attribute and the items that have it, sorted by that value.',
    ([list, attribute]) => {
      const keyed = listOf(list).map((item) => ({ key: attributeOf(item, textOf(attribute)), item }));
      const keys = distinct(keyed.map(({ key }) => key)).sort(orderOf);
      return keys.map((key) => [
        key,
        keyed.filter((each) => isEqual(each.key, key) === true).map(({ item }) => item),
      ]);
    },
  ),
  helper(
    'batch',
    ['list', 'size', 'fill?'],
    'Lists of so many items each; the last is filled up where a fill is given.',
    ([list, size, fill]) => {
      const [items, length] = [listOf(list), numberOf(size)];
      if (!Number.isInteger(length) || length < 1) throw new TemplateError('needs a size of at least 1');
      const rows = Array.from({ length: Math.ceil(items.length / length) }, (_, row) =>
        items.slice(row * length, (row + 1) * length),
      );
      if (fill === undefined || fill === null) return rows;
      return rows.map((row) => [...row, ...Array.from({ length: length - row.length }, () => fill)]);
    },
  ),
  helper(
    'dictsort',
    ['mapping', 'case_sensitive?', 'by?', 'reverse?'],
    'Pairs of key and value, sorted by key (or `by="value"`).',
    ([mapping, caseSensitive, by = 'key', reverse]) => {
      const at = by === 'value' ? 1 : 0;
      const folded = (value: Value) =>
        typeof value === 'string' && caseSensitive !== true ? value.toLowerCase() : value;
      const sign = reverse === true ? -1 : 1;
      return Object.entries(mapOf(mapping)).sort((a, b) => orderOf(folded(a[at]), folded(b[at])) * sign);
    },
  ),
];

function subelements([list, path, skipMissing]: Arguments): Value {
  const owners = isMap(list) ? Object.values(list) : listOf(list);
  const keys = Array.isArray(path) ? path.map((key: Value) => textOf(key)).join('.') : textOf(path);
  return owners.flatMap((owner) => innerList(owner, keys, skipMissing === true).map((item) => [owner, item]));
}

function innerList(owner: Value, path: string, mayMiss: boolean): readonly Value[] {
  try {
    return listOf(attributeOf(owner, path));
  } catch (error) {
    if (mayMiss && error instanceof UndefinedError) return [];
    throw error;
  }
}

function without(list: readonly Value[], other: readonly Value[]): Value[] {
  return list.filter((item) => !other.some((each) => isEqual(each, item) === true));
}

function distinct(list: readonly Value[]): Value[] {
  return list.filter((item, index) => list.findIndex((other) => isEqual(other, item) === true) === index);
}
