import { TemplateError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { toText } from '../text.ts';
import { type Arguments, type Helper, helper, numberOf, textOf } from './helper.ts';

/** Helpers that change the type of a value, and arithmetic that has no operator. */
export const types: readonly Helper[] = [
  helper(
    'int',
    ['value', 'default?', 'base?'],
    'A whole number; text that is none gives the default (0).',
    toInt,
  ),
  helper(
    'float',
    ['value', 'default?'],
    'A number; text that is none gives the default (0).',
    ([value, fallback = 0]) => numeric(value) ?? fallback,
  ),
  helper('bool', ['value'], 'true for true, yes, on, 1 (any case), false for everything else.', ([value]) =>
    ['true', 'yes', 'on', '1'].includes(
      toText(value ?? null)
        .trim()
        .toLowerCase(),
    ),
  ),
  helper('abs', ['number'], 'Without its sign.', ([value]) => Math.abs(numberOf(value))),
  helper(
    'round',
    ['number', 'precision?', 'method?'],
    'Rounded; the method is common, ceil or floor.',
    rounded,
  ),
  helper('pow', ['number', 'exponent'], 'Raised to a power.', ([value, exponent]) =>
    finite(numberOf(value) ** numberOf(exponent)),
  ),
  helper('root', ['number', 'base?'], 'The square root, or another.', ([value, base = 2]) =>
    finite(numberOf(base) === 2 ? Math.sqrt(numberOf(value)) : numberOf(value) ** (1 / numberOf(base))),
  ),
  helper('log', ['number', 'base?'], 'The natural logarithm, or that of a base.', ([value, base]) =>
    finite(
      base === 10
        ? Math.log10(numberOf(value))
        : Math.log(numberOf(value)) / Math.log(base === undefined ? Math.E : numberOf(base)),
    ),
  ),
  helper('human_readable', ['bytes'], 'Bytes as text for people: 1.50 GB.', ([value]) =>
    humanReadable(numberOf(value)),
  ),
  helper('human_to_bytes', ['text'], 'Bytes from text such as 10G or 512 MB (powers of 1024).', ([text]) =>
    humanToBytes(textOf(text)),
  ),
  helper('type_debug', ['value'], "The kind of a value in Ansible's words: str, int, dict…", ([value]) =>
    typeName(value ?? null),
  ),
];

function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  const names: Readonly<Record<string, string>> = { string: 'str', boolean: 'bool' };
  return names[typeof value] ?? (Array.isArray(value) ? 'list' : 'dict');
}

function toInt([value, fallback = 0, base = 10]: Arguments): Value {
  if (numberOf(base) !== 10) {
    const parsed = Number.parseInt(textOf(value), numberOf(base));
    return Number.isNaN(parsed) ? fallback : parsed;
  }
  const number = numeric(value);
  return number === undefined ? fallback : Math.trunc(number);
}

function numeric(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || !/^\s*[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(value))
    return undefined;
  return Number(value.replaceAll('_', ''));
}

function rounded([value, precision = 0, method = 'common']: Arguments): number {
  const factor = 10 ** numberOf(precision);
  const scaled = numberOf(value) * factor;
  switch (method) {
    case 'common':
      return toEven(scaled) / factor;
    case 'ceil':
      return Math.ceil(scaled) / factor;
    case 'floor':
      return Math.floor(scaled) / factor;
    default:
      throw new TemplateError(`has no method "${textOf(method)}"`, { hint: 'one of common, ceil, floor' });
  }
}

function finite(number: number): number {
  if (Number.isFinite(number)) return number;
  throw new TemplateError('has no result for this number');
}

/** As Python: a half goes to the even neighbour. */
function toEven(number: number): number {
  const below = Math.floor(number);
  if (number - below !== 0.5) return Math.round(number);
  return below % 2 === 0 ? below : below + 1;
}

const units = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

function humanReadable(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const unit = power === 0 ? 'Bytes' : `${units[power]}B`;
  return `${(bytes / 1024 ** power).toFixed(2)} ${unit}`;
}

function humanToBytes(text: string): number {
  const [, digits, unit = ''] = /^\s*([\d.]+)\s*([KMGTPE]?)(?:i?B)?(?:ytes)?\s*$/i.exec(text) ?? [];
  if (digits === undefined)
    throw new TemplateError(`cannot read ${JSON.stringify(text)}`, { hint: 'e.g. 10G, 512 MB' });
  return Math.round(Number(digits) * 1024 ** units.indexOf(unit.toUpperCase()));
}
