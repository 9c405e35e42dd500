import { isMap, Unknown, type Value } from '../model/value.ts';
import type { Missing } from './errors.ts';

export type Key = string | number;

/** What a path leads to, or where it breaks off. */
export type Found =
  | { readonly value: Value; readonly missing?: never }
  | { readonly missing: Missing; readonly value?: never };

/**
 * Follows keys into a value. Only what data holds itself is seen, never what JavaScript adds to it,
 * except `length` of lists and text. Below Unknown everything is Unknown.
 *
 * @param path how the value is called, for the message
 */
export function follow(value: Value, keys: readonly Key[], path: string): Found {
  let current = value;
  let walked = path;
  for (const key of keys) {
    if (current instanceof Unknown) return { value: current };
    const next = child(current, key);
    if (next === undefined) {
      return { missing: { key: String(key), parent: walked, candidates: keysOf(current) } };
    }
    current = next;
    walked = extendPath(walked, key);
  }
  return { value: current };
}

/** The value under one key, or undefined. */
export function child(container: Value, key: Key): Value | undefined {
  if (Array.isArray(container) || typeof container === 'string') {
    if (key === 'length') return container.length;
    const index = typeof key === 'number' ? key : /^-?\d+$/.test(key) ? Number(key) : undefined;
    return index === undefined ? undefined : container.at(index);
  }
  if (!isMap(container)) return undefined;
  return Object.hasOwn(container, key) ? container[String(key)] : undefined;
}

/** `a.b`, `a[0]`, `a['b c']`. */
export function extendPath(path: string, key: Key): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}['${key}']`;
}

function keysOf(container: Value): string[] {
  return isMap(container) ? Object.keys(container) : [];
}
