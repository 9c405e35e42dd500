import { isMap, type Value } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { isTemplate } from '../template/index.ts';
import { suggest } from '../util/suggest.ts';
import type { Definition } from './definitions.ts';

/** A key that something written in full does not have. */
export interface MissingKey {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Keys that every registered result may have. */
const commonKeys: readonly string[] = [
  ...['changed', 'failed', 'skipped', 'unreachable', 'msg', 'results', 'attempts', 'warnings', 'diff'],
  ...['failed_when_result', 'skip_reason', 'skipped_reason', 'false_condition', 'exception', 'ansible_facts'],
];

/**
 * The first key that a value as written does not have. What hangs on a template is not judged.
 *
 * @param path the variable, for the message
 */
export function missingKey(
  path: string,
  value: Value,
  keys: readonly (string | number)[],
): MissingKey | undefined {
  let current = value;
  let walked = path;
  for (const key of keys) {
    if (!isMap(current) && !Array.isArray(current)) return undefined;
    if (isMap(current) && Object.keys(current).some(isTemplate)) return undefined;
    const next: Value | undefined = isMap(current) ? ownKey(current, key) : itemAt(current, key);
    if (next === undefined)
      return absent(`${walked}.${key}`, walked, String(key), isMap(current) ? current : {});
    walked = `${walked}.${key}`;
    current = next;
  }
  return undefined;
}

/**
 * A key of a registered result that its module does not give: for a loop certainly, else only where the
 * name of another key is near.
 */
export function missingResultKey(
  definition: Definition,
  key: string,
  module: Module | undefined,
): MissingKey | undefined {
  const own = Object.keys(module?.returns ?? {});
  if (commonKeys.includes(key) || !module) return undefined;
  const { name, site } = definition;
  if (site.task.keywords.loop !== undefined) {
    const message = `"${name}.${key}" is not defined: the task that registers "${name}" has a loop`;
    return { severity: 'error', message, hint: `each item's result is in ${name}.results` };
  }
  if (own.includes(key)) return undefined;
  const nearest = suggest(key, [...own, ...commonKeys]);
  if (nearest === undefined) return undefined;
  const message = `${module.name} registers no "${key}"`;
  return { severity: 'warning', message, hint: `did you mean "${name}.${nearest}"?` };
}

function absent(path: string, parent: string, key: string, container: object): MissingKey {
  const nearest = suggest(key, Object.keys(container));
  const message = `"${path}" is not defined: "${parent}" has no "${key}"`;
  return { severity: 'error', message, hint: nearest && `did you mean "${nearest}"?` };
}

function ownKey(map: { readonly [key: string]: Value }, key: string | number): Value | undefined {
  return Object.hasOwn(map, key) ? map[String(key)] : undefined;
}

function itemAt(list: readonly Value[], key: string | number): Value | undefined {
  return key === 'length' ? list.length : typeof key === 'number' ? list.at(key) : undefined;
}
