import { TemplateError } from '../../model/errors.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { kindOf, toText } from '../text.ts';

/** Arguments in the order of the helper's parameters; undefined where one was not given. */
export type Arguments = readonly (Value | undefined)[];

/** Arguments that can only be given by name. */
export type Keywords = ReadonlyMap<string, Value>;

type Run = (args: Arguments, keywords: Keywords) => Value;

/** One helper: `{{ name a b }}` in templates, `a | name(b)` and `name(a, b)` in expressions. */
export interface Helper {
  readonly name: string;
  /** `list`, `separator?`, `...rest`, `*attribute`: what it takes, in order; those with * only by name. */
  readonly parameters: readonly string[];
  /** One sentence for the docs. */
  readonly summary: string;
  /** Looks only at the outermost level: Unknown deeper down does not matter. */
  readonly shallow: boolean;
  readonly run: Run;
}

/** Declares a helper. */
export function helper(name: string, parameters: readonly string[], summary: string, run: Run): Helper {
  return { name, parameters, summary, run, shallow: false };
}

/** Declares a helper that passes inner values on without looking at them. */
export function shallowHelper(
  name: string,
  parameters: readonly string[],
  summary: string,
  run: Run,
): Helper {
  return { name, parameters, summary, run, shallow: true };
}

/** The argument as text: numbers and booleans are written out. */
export function textOf(value: Value | undefined): string {
  if (value === undefined) return '';
  if (value !== null && typeof value === 'object') throw wrongKind('text', value);
  return toText(value);
}

export function numberOf(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  throw wrongKind('a number', value ?? null);
}

export function listOf(value: Value | undefined): readonly Value[] {
  if (Array.isArray(value)) return value;
  throw wrongKind('a list', value ?? null);
}

/** A list; a mapping gives its keys and text its characters, as a loop over them would. */
export function sequenceOf(value: Value | undefined): readonly Value[] {
  if (typeof value === 'string') return [...value];
  if (isMap(value)) return Object.keys(value);
  return listOf(value);
}

export function mapOf(value: Value | undefined): ValueMap {
  if (isMap(value)) return value;
  throw wrongKind('a mapping', value ?? null);
}

function wrongKind(wanted: string, value: Value): TemplateError {
  return new TemplateError(`needs ${wanted}, not ${kindOf(value)}`);
}
