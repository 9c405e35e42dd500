import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { placeOf, setPlace } from '../util/positions.ts';
import { copyPlaces, keyPositionOf, positionOf } from '../util/yaml.ts';
import type { FileContext } from './context.ts';
import { type KeyValueToken, splitKeyValues } from './key-value.ts';
import { typeName } from './keyword-values.ts';

/** What a task calls. */
export interface ModuleCall {
  readonly module: string;
  readonly params: ValueMap;
}

/** Statements that look like modules and are carried out by the engine or the loader. */
export const statements: ReadonlyMap<string, { readonly freeForm: string }> = new Map([
  ['include_tasks', { freeForm: 'file' }],
  ['import_tasks', { freeForm: 'file' }],
  ['include_role', { freeForm: 'name' }],
  ['import_role', { freeForm: 'name' }],
  ['meta', { freeForm: 'action' }],
]);

/** What stands before a module's name where it is written with its collection. */
export const collections =
  /^(?:ansible\.(?:builtin|legacy|posix|utils)|community\.(?:docker|general|mysql|crypto|harbor))\./;

/** Params that may stand as key=value inside the free text of a command. */
const commandOptions: ReadonlySet<string> = new Set([
  'chdir',
  'creates',
  'executable',
  'removes',
  'stdin',
  'stdin_add_newline',
  'strip_empty_ends',
]);

const commandModules: ReadonlySet<string> = new Set(['command', 'shell', 'script']);

/** A module's name without the collection it lives in for Ansible. */
export function shortModuleName(name: string): string {
  return name.replace(collections, '');
}

/** True for what a task can call: a registered module, or a statement. */
export function isCallable(context: FileContext, name: string): boolean {
  return statements.has(name) || context.options.modules.has(name);
}

/**
 * Reads the params of a module call in any of its forms: a mapping, `key=value` text, free text,
 * or nothing. The place of each param is kept.
 *
 * @param map the task
 * @param key the key of the module in it
 * @param module its short name
 */
export function readParams(context: FileContext, map: ValueMap, key: string, module: string): ValueMap {
  const value = map[key] ?? null;
  if (value === null) return {};
  if (isMap(value)) return value;
  if (typeof value === 'string') return readText(context, map, key, module, value);
  const freeForm = freeFormOf(context, module);
  if (freeForm && !Array.isArray(value))
    return keepPlace({ [freeForm]: String(value) }, map, key, [freeForm]);
  context.faults.error('wrong-type', `the params of ${module} must be a mapping, not ${typeName(value)}`, {
    position: positionOf(map, key),
  });
  return {};
}

/** Joins `args:` to the params; what the module call says wins. */
export function addArgs(context: FileContext, map: ValueMap, params: ValueMap): ValueMap {
  const args = map['args'];
  if (args === undefined || args === null) return params;
  if (!isMap(args)) {
    context.faults.error('wrong-type', `"args" must be a mapping, not ${typeName(args)}`, {
      position: positionOf(map, 'args'),
    });
    return params;
  }
  const joined: Record<string, Value> = { ...args, ...params };
  copyPlaces(args, joined);
  copyPlaces(params, joined);
  return joined;
}

/** Reads `action: name params` and `action: {module: name, …}`. */
export function readAction(context: FileContext, map: ValueMap, key: string): ModuleCall | undefined {
  const value = map[key];
  if (isMap(value) && typeof value['module'] === 'string') {
    const { module, ...rest } = value;
    const params: Record<string, Value> = rest;
    copyPlaces(value, params);
    return { module: shortModuleName(String(module)), params };
  }
  const match = typeof value === 'string' ? /^\s*([\w.]+)\s*(.*)$/s.exec(value) : undefined;
  if (!match) {
    context.faults.error('wrong-type', `"${key}" must name a module and its params`, {
      position: positionOf(map, key),
      hint: 'better: write the module as a key of the task',
    });
    return undefined;
  }
  const [whole, name = '', text = ''] = match;
  const module = shortModuleName(name);
  const params = text === '' ? {} : readText(context, map, key, module, text, whole.length - text.length);
  return { module, params };
}

function readText(
  context: FileContext,
  map: ValueMap,
  key: string,
  module: string,
  text: string,
  shift = 0,
): ValueMap {
  const freeForm = freeFormOf(context, module);
  if (commandModules.has(module) && freeForm) return readCommand(map, key, text, freeForm, shift);
  const tokens = splitKeyValues(text);
  const words = tokens?.filter((token) => token.key === undefined) ?? [];
  if (tokens && words.length === 0) return toParams(map, key, tokens, shift);
  if (tokens && freeForm && words.length === tokens.length) {
    return keepPlace({ [freeForm]: text.trim() }, map, key, [freeForm], shift);
  }
  const example = freeForm ?? 'name';
  context.faults.error('module-form', `cannot read the params of ${module}: ${JSON.stringify(text)}`, {
    position: positionOf(map, key) ?? keyPositionOf(map, key),
    hint: `write them as a mapping: {${example}: …}`,
  });
  return {};
}

function readCommand(map: ValueMap, key: string, text: string, freeForm: string, shift: number): ValueMap {
  const options = (splitKeyValues(text) ?? []).filter((token) => commandOptions.has(token.key ?? ''));
  let command = text;
  for (const { key: name } of options) {
    command = command.replace(new RegExp(`(^|\\s)${name}=(?:"[^"]*"|'[^']*'|\\S+)`), '$1');
  }
  const params: Record<string, Value> = { ...toParams(map, key, options, shift) };
  copyPlaces(toParams(map, key, options, shift), params);
  if (command.trim() !== '') params[freeForm] = command.trim();
  return keepPlace(params, map, key, [freeForm], shift);
}

function toParams(map: ValueMap, key: string, tokens: readonly KeyValueToken[], shift: number): ValueMap {
  const params: Record<string, Value> = {};
  for (const { key: name, value, offset } of tokens) {
    if (name === undefined) continue;
    params[name] = value;
    keepPlace(params, map, key, [name], shift + offset);
  }
  return params;
}

/** Params cut out of a text stand where their part of the text stands. */
function keepPlace<T extends ValueMap>(
  params: T,
  map: ValueMap,
  key: string,
  names: readonly string[],
  shift = 0,
): T {
  const place = placeOf(map, key);
  if (!place) return params;
  const exact = place.shape === 'plain';
  for (const name of names) {
    const value = exact ? place.value + shift : place.value;
    setPlace(params, name, {
      ...place,
      value,
      key: value,
      shape: exact || shift === 0 ? place.shape : 'other',
    });
  }
  return params;
}

function freeFormOf(context: FileContext, module: string): string | undefined {
  return statements.get(module)?.freeForm ?? context.options.modules.get(module)?.freeForm;
}
