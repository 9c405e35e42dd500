import { TemplateError } from '../../model/errors.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { UndefinedError } from '../errors.ts';
import { isEqual } from '../operators.ts';
import { child } from '../paths.ts';
import { toText } from '../text.ts';
import { type Arguments, type Helper, listOf, mapOf, shallowHelper, textOf } from './helper.ts';
import { lookupHint } from './lookups.ts';

/** Helpers over mappings. */
export const maps: readonly Helper[] = [
  shallowHelper('keys', ['mapping'], 'The keys, as a list.', ([map]) => Object.keys(mapOf(map))),
  shallowHelper('values', ['mapping'], 'The values, as a list.', ([map]) => Object.values(mapOf(map))),
  shallowHelper(
    'dict2items',
    ['mapping', 'key_name?', 'value_name?'],
    'A list of `{key, value}`.',
    ([map, keyName = 'key', valueName = 'value']) =>
      Object.entries(mapOf(map)).map(([key, value]) => ({
        [textOf(keyName)]: key,
        [textOf(valueName)]: value,
      })),
  ),
  shallowHelper(
    'items2dict',
    ['list', 'key_name?', 'value_name?'],
    'The mapping that `dict2items` came from.',
    ([list, keyName = 'key', valueName = 'value']) =>
      Object.fromEntries(
        listOf(list).map((item) => [toText(keyOf(item, textOf(keyName))), keyOf(item, textOf(valueName))]),
      ),
  ),
  shallowHelper(
    'combine',
    ['mapping', '...others', '*recursive', '*list_merge'],
    'One mapping, later ones win; `recursive=true` merges inner mappings too; `list_merge` is replace, keep, append, prepend, append_rp or prepend_rp.',
    ([first, ...others], keywords) => {
      const options = {
        recursive: keywords.get('recursive') === true,
        listMerge: textOf(keywords.get('list_merge') ?? 'replace'),
      };
      if (!mergers.has(options.listMerge)) throw noListMerge(options.listMerge);
      const all = [first, ...others]
        .flatMap((each) => (Array.isArray(each) ? each : [each ?? null]))
        .filter((each) => each !== null);
      return all.map(mapOf).reduce((merged, each) => merge(merged, each, options), {});
    },
  ),
  shallowHelper('lookup', ['container', 'key'], 'The value under a computed key.', lookup),
  shallowHelper(
    'extract',
    ['key', 'container', 'morekeys?'],
    'The same with the arguments the other way round; more keys go further in.',
    ([key, from, more]) =>
      [more ?? []].flat().reduce<Value>((inner, next) => lookup([inner, next]), lookup([from, key])),
  ),
  shallowHelper(
    'dict',
    ['pairs'],
    'A mapping from a list of pairs: `dict(names | zip(values))`.',
    ([pairs]) => Object.fromEntries(listOf(pairs).map((pair) => [toText(itemOf(pair, 0)), itemOf(pair, 1)])),
  ),
];

interface MergeOptions {
  readonly recursive: boolean;
  readonly listMerge: string;
}

function merge(left: ValueMap, right: ValueMap, options: MergeOptions): ValueMap {
  const merged: Record<string, Value> = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const before = Object.hasOwn(left, key) ? left[key] : undefined;
    merged[key] = before === undefined ? value : mergeValues(before, value, options);
  }
  return merged;
}

function mergeValues(before: Value, after: Value, options: MergeOptions): Value {
  if (options.recursive && isMap(before) && isMap(after)) return merge(before, after, options);
  if (Array.isArray(before) && Array.isArray(after)) return mergeLists(before, after, options.listMerge);
  return after;
}

function mergeLists(before: readonly Value[], after: readonly Value[], how: string): Value {
  const without = (list: readonly Value[], other: readonly Value[]) =>
    list.filter((item) => !other.some((same) => isEqual(same, item) === true));
  switch (how) {
    case 'replace':
      return after;
    case 'keep':
      return before;
    case 'append':
      return [...before, ...after];
    case 'prepend':
      return [...after, ...before];
    case 'append_rp':
      return [...without(before, after), ...after];
    case 'prepend_rp':
      return [...after, ...without(before, after)];
    default:
      throw noListMerge(how);
  }
}

const mergers: ReadonlySet<string> = new Set([
  'replace',
  'keep',
  'append',
  'prepend',
  'append_rp',
  'prepend_rp',
]);

function noListMerge(how: string): TemplateError {
  return new TemplateError(`has no list_merge "${how}"`, { hint: `one of ${[...mergers].join(', ')}` });
}

function lookup([container, key]: Arguments): Value {
  const hint = lookupHint(container);
  if (hint !== undefined) throw new TemplateError('takes a container and a key', { hint });
  const found = child(container ?? null, typeof key === 'number' ? key : textOf(key));
  if (found === undefined) throw new UndefinedError(`there is no key "${textOf(key)}"`);
  return found;
}

function keyOf(item: Value, name: string): Value {
  const value = isMap(item) && Object.hasOwn(item, name) ? item[name] : undefined;
  if (value === undefined) throw new TemplateError(`needs "${name}" in each item`);
  return value;
}

function itemOf(pair: Value, index: number): Value {
  const item = listOf(pair)[index];
  if (item === undefined) throw new TemplateError('needs two items in each pair');
  return item;
}
