import { ParamsError } from '../model/errors.ts';
import type { CommonKeywords } from '../model/playbook.ts';
import { findUnknown, isMap, isUnknown, type Unknown, type Value } from '../model/value.ts';
import { render, type Scope } from '../template/index.ts';
import { everyLevel, innermost } from './compile.ts';

type Chain = readonly CommonKeywords[];

/** A keyword that must be true or false. In check mode an unknown one counts as its default. */
export function booleanKeyword(
  chain: Chain,
  key: keyof CommonKeywords,
  scope: Scope,
  fallback: boolean,
): boolean {
  const written = innermost(chain, key);
  if (written === undefined) return fallback;
  if (typeof written === 'boolean') return written;
  return toBoolean(key, render(written as Value, scope), fallback);
}

/** A keyword that must be a number not below zero; undefined where no level sets it. */
export function numberKeyword(chain: Chain, key: keyof CommonKeywords, scope: Scope): number | undefined {
  const written = innermost(chain, key);
  return written === undefined ? undefined : toNumber(key, written as Value, scope);
}

/** Renders and converts a number, e.g. `retries` or `delay`. */
export function toNumber(key: string, written: Value, scope: Scope): number | undefined {
  const value = render(written, scope);
  if (isUnknown(value)) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new ParamsError(`${key} must be a number, not ${JSON.stringify(value)}`);
}

function toBoolean(key: string, value: Value, fallback: boolean): boolean {
  if (typeof value === 'boolean') return value;
  if (isUnknown(value)) return fallback;
  if (typeof value === 'string' && /^(true|yes|on)$/i.test(value)) return true;
  if (typeof value === 'string' && /^(false|no|off)$/i.test(value)) return false;
  throw new ParamsError(`${key} must be true or false, not ${JSON.stringify(value)}`);
}

/** `environment:` of all levels, inner names winning, as text; Unknown where a part of it is. */
export function environmentOf(chain: Chain, scope: Scope): Readonly<Record<string, string>> | Unknown {
  const merged: Record<string, string> = {};
  for (const level of everyLevel(chain, 'environment')) {
    const value = render(level, scope);
    const unknown = findUnknown(value);
    if (unknown) return unknown;
    if (!isMap(value)) throw new ParamsError('environment must be a mapping of names to text');
    for (const [name, item] of Object.entries(value)) {
      if (item === null) continue;
      merged[name] = typeof item === 'object' ? JSON.stringify(item) : String(item);
    }
  }
  return merged;
}
