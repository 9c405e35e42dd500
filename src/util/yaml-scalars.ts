import type { Fault } from '../model/errors.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { copyPlaces } from './positions.ts';

/** What a scalar is worth, and what to tell the user about the way it is written. */
export interface ScalarReading {
  readonly value: Value;
  readonly fault?: Omit<Fault, 'position'>;
}

const modeKeys: ReadonlySet<string> = new Set(['mode', 'directory_mode', 'umask']);

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['y', true],
  ['t', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
  ['n', false],
  ['f', false],
]);

/**
 * The boolean that a word stands for where a boolean is wanted: YAML 1.1's yes, no, on, off and the
 * words Ansible takes besides. In YAML 1.2 such words are text.
 *
 * @returns undefined for any other text
 */
export function booleanWord(text: string): boolean | undefined {
  return booleanWords.get(text.trim().toLowerCase());
}

/**
 * Applies the rules of this project to a plain (unquoted, untagged) scalar.
 *
 * @param key the mapping key it stands under, if any
 * @param source its text in the file
 * @param value what YAML 1.2's core schema makes of it
 */
export function readPlainScalar(key: string | undefined, source: string, value: Value): ScalarReading {
  if (typeof value === 'number') return readNumber(key, source, value);
  if (typeof value === 'string' && /^(?:yes|no|on|off)$/i.test(value)) {
    const meant = booleanWord(value) ? 'true' : 'false';
    return {
      value,
      fault: {
        severity: 'warning',
        code: 'boolean-word',
        message: `\`${value}\` is text in YAML 1.2`,
        hint: `write ${meant}, or quote it if text is meant`,
      },
    };
  }
  return { value };
}

/** `!unsafe` text is never templated: its braces are escaped the way the template language knows. */
export function escapeTemplates(value: Value): Value {
  if (typeof value === 'string') return value.replaceAll(/(?<!\\)\{[{%]/g, '\\$&');
  if (Array.isArray(value)) {
    const list = (value as readonly Value[]).map(escapeTemplates);
    copyPlaces(value, list);
    return list;
  }
  if (!isMap(value)) return value;
  const copy: Record<string, Value> = {};
  for (const [key, item] of Object.entries(value as ValueMap)) copy[key] = escapeTemplates(item);
  copyPlaces(value, copy);
  return copy;
}

function readNumber(key: string | undefined, source: string, value: number): ScalarReading {
  const isMode = key !== undefined && modeKeys.has(key);
  if (isMode && /^0[0-7]*$/.test(source)) return { value: source };
  if (isMode && /^0o[0-7]+$/.test(source)) return { value: `0${source.slice(2)}` };
  if (isMode && /^[0-7]{3,4}$/.test(source)) {
    return { value, fault: decimalMode(key, source) };
  }
  if (/^[-+]?0\d/.test(source) && Number.isInteger(value)) {
    return {
      value,
      fault: {
        severity: 'warning',
        code: 'leading-zero',
        message: `\`${source}\` is the decimal number ${value} here, and an octal one in YAML 1.1`,
        hint: `quote it if text is meant: "${source}"`,
      },
    };
  }
  if (/^[-+]?\d+$/.test(source) && !Number.isSafeInteger(value)) {
    return {
      value: source,
      fault: {
        severity: 'warning',
        code: 'big-integer',
        message: `\`${source}\` is too big for a whole number and is kept as text`,
        hint: `quote it: "${source}"`,
      },
    };
  }
  return { value };
}

function decimalMode(key: string, source: string): Omit<Fault, 'position'> {
  const octal = source.length === 3 ? `0${source}` : source;
  return {
    severity: 'error',
    code: 'decimal-mode',
    message: `${key}: ${source} is a decimal number, not permission bits`,
    hint: `did you mean '${octal}'?`,
  };
}
