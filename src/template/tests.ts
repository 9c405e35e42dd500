import { TemplateError } from '../model/errors.ts';
import { isMap, isUnknown, Unknown, type Value } from '../model/value.ts';
import { all, any, compare, isEqual, isIn, isTruthy, negate } from './operators.ts';
import { kindOf, toText } from './text.ts';
import { compareVersions } from './version.ts';

/** One `is NAME`; gets the operand and its arguments, none of them Unknown at the top. */
export interface TestSpec {
  /** Arguments after the operand, in order; `?` marks one that may be left out. */
  readonly parameters: readonly string[];
  readonly test: (value: Value, args: readonly (Value | undefined)[]) => boolean | Unknown;
}

/** Tests by name, Ansible's names and aliases. `defined`, `undefined`, `unknown` are the evaluator's. */
export const tests: ReadonlyMap<string, TestSpec> = new Map(Object.entries(table()));

/** Names that look at whether there is a value at all. */
export const presenceTests: ReadonlySet<string> = new Set(['defined', 'undefined', 'unknown']);

function table(): Record<string, TestSpec> {
  return { ...typeTests(), ...numberTests(), ...textTests(), ...listTests(), ...resultTests() };
}

function typeTests(): Record<string, TestSpec> {
  const isNumber = (value: Value) => typeof value === 'number';
  return {
    none: plain((value) => value === null),
    null: plain((value) => value === null),
    string: plain((value) => typeof value === 'string'),
    number: plain(isNumber),
    integer: plain((value) => Number.isInteger(value)),
    float: plain((value) => isNumber(value) && !Number.isInteger(value)),
    boolean: plain((value) => typeof value === 'boolean'),
    mapping: plain(isMap),
    sequence: plain((value) => Array.isArray(value) || typeof value === 'string'),
    iterable: plain((value) => Array.isArray(value) || typeof value === 'string' || isMap(value)),
    true: plain((value) => value === true),
    false: plain((value) => value === false),
    truthy: plain(isTruthy),
    falsy: plain((value) => !isTruthy(value)),
  };
}

function numberTests(): Record<string, TestSpec> {
  return {
    even: plain((value) => numberOf(value) % 2 === 0),
    odd: plain((value) => Math.abs(numberOf(value) % 2) === 1),
    divisibleby: withOne((value, by) => numberOf(value) % numberOf(by) === 0),
    ...names(['==', 'eq', 'equalto', 'sameas'], withOne(isEqual)),
    ...names(
      ['!=', 'ne'],
      withOne((value, other) => compare('!=', value, other)),
    ),
    ...names(
      ['<', 'lt', 'lessthan'],
      withOne((value, other) => compare('<', value, other)),
    ),
    ...names(
      ['<=', 'le'],
      withOne((value, other) => compare('<=', value, other)),
    ),
    ...names(
      ['>', 'gt', 'greaterthan'],
      withOne((value, other) => compare('>', value, other)),
    ),
    ...names(
      ['>=', 'ge'],
      withOne((value, other) => compare('>=', value, other)),
    ),
    ...names(['version', 'version_compare'], {
      parameters: ['version', 'operator?'],
      test: (value, [other = '', operator = '==']) =>
        compareVersions(toText(value), toText(other), toText(operator)),
    }),
  };
}

function textTests(): Record<string, TestSpec> {
  return {
    match: pattern((match) => match.index === 0),
    search: pattern(() => true),
    regex: pattern(() => true),
    lower: plain((value) => toText(value) === toText(value).toLowerCase()),
    upper: plain((value) => toText(value) === toText(value).toUpperCase()),
  };
}

function listTests(): Record<string, TestSpec> {
  return {
    in: withOne(isIn),
    contains: withOne((value, item) => isIn(item, value)),
    ...names(
      ['subset', 'issubset'],
      withOne((value, other) => holdsAll(other, value)),
    ),
    ...names(
      ['superset', 'issuperset'],
      withOne((value, other) => holdsAll(value, other)),
    ),
    any: plain((value) => any(listOf(value).map(isTruthy))),
    all: plain((value) => all(listOf(value).map(isTruthy))),
  };
}

/** Tests of a registered result. */
function resultTests(): Record<string, TestSpec> {
  return {
    ...names(
      ['failed', 'failure'],
      result((value) => flag(value, 'failed')),
    ),
    ...names(
      ['succeeded', 'success', 'successful'],
      result((value) => negate(flag(value, 'failed'))),
    ),
    ...names(
      ['changed', 'change'],
      result((value) => flag(value, 'changed')),
    ),
    ...names(
      ['skipped', 'skip'],
      result((value) => flag(value, 'skipped')),
    ),
    started: result((value) => isSet(value, 'started')),
    finished: result((value) => isSet(value, 'finished')),
    unreachable: result((value) => flag(value, 'unreachable')),
    reachable: result((value) => negate(flag(value, 'unreachable'))),
  };
}

function plain(test: (value: Value) => boolean | Unknown): TestSpec {
  return { parameters: [], test };
}

function withOne(test: (value: Value, other: Value) => boolean | Unknown): TestSpec {
  return { parameters: ['other'], test: (value, [other = null]) => test(value, other) };
}

function names(list: readonly string[], spec: TestSpec): Record<string, TestSpec> {
  return Object.fromEntries(list.map((name) => [name, spec]));
}

function pattern(holds: (match: RegExpExecArray) => boolean): TestSpec {
  return {
    parameters: ['pattern', 'ignorecase?', 'multiline?'],
    test: (value, [text = '', ignoreCase = false, multiline = false]) => {
      if (typeof value !== 'string' && typeof value !== 'number') {
        throw new TemplateError(`a pattern needs text, not ${kindOf(value)}`);
      }
      const flags = `${ignoreCase === true ? 'i' : ''}${multiline === true ? 'm' : ''}`;
      const match = toRegExp(toText(text), flags).exec(String(value));
      return match !== null && holds(match);
    },
  };
}

/**
 * A pattern the user wrote; `(?i)` at its start and Python's `(?P<name>…)` are understood.
 *
 * @throws TemplateError where it is not a valid pattern
 */
export function toRegExp(text: string, flags = ''): RegExp {
  const inline = /^(\^?\(?(?:\?:)?)\(\?([ims]+)\)/.exec(text);
  const body = (inline ? (inline[1] ?? '') + text.slice(inline[0].length) : text).replaceAll('(?P<', '(?<');
  const letters = new Set([...flags, ...(inline?.[2] ?? '')]);
  try {
    return new RegExp(body, [...letters].join(''));
  } catch (cause) {
    throw new TemplateError(`"${text}" is not a valid pattern`, { cause });
  }
}

function result(test: (value: Value) => boolean | Unknown): TestSpec {
  return plain((value) => {
    if (isMap(value)) return test(value);
    throw new TemplateError(`only a registered result can be tested so, not ${kindOf(value)}`);
  });
}

function flag(value: Value, name: string): boolean | Unknown {
  const found = isMap(value) && Object.hasOwn(value, name) ? value[name] : false;
  return found instanceof Unknown ? found : found === true;
}

/** Of an async task; any other has started and finished. */
function isSet(value: Value, name: string): boolean | Unknown {
  const found = isMap(value) && Object.hasOwn(value, name) ? value[name] : true;
  return found instanceof Unknown ? found : found === 1 || found === true;
}

function holdsAll(holder: Value, items: Value): boolean | Unknown {
  let unknown: Unknown | undefined;
  for (const item of listOf(items)) {
    const found = isIn(item, holder);
    if (found === false) return false;
    if (isUnknown(found)) unknown = found;
  }
  return unknown ?? true;
}

function listOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (isMap(value)) return Object.keys(value);
  throw new TemplateError(`a list is needed here, not ${kindOf(value)}`);
}

function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  throw new TemplateError(`a number is needed here, not ${kindOf(value)}`, {
    hint: 'convert it with `| int`',
  });
}
