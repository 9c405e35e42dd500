import { TemplateError } from '../model/errors.ts';
import { suggest } from '../util/suggest.ts';
import type { Place } from './ast.ts';

/** A name or key that does not exist; what `default` and `is defined` look for. */
export class UndefinedError extends TemplateError {}

/** Variables that need each other; names the chain. */
export class CycleError extends TemplateError {}

/** A TemplateError at a place inside the string. */
export function faultAt(at: Place, message: string, hint?: string): TemplateError {
  return new TemplateError(message, options(at, hint));
}

/** Says that a name or a key below it is missing, with the nearest existing one as hint. */
export function undefinedAt(at: Place, path: string, missing: Missing): UndefinedError {
  const nearest = suggest(missing.key, missing.candidates);
  const message = missing.parent
    ? `"${path}" is not defined: "${missing.parent}" has no "${missing.key}"`
    : `"${path}" is not defined`;
  return new UndefinedError(message, options(at, nearest ? `did you mean "${nearest}"?` : undefined));
}

/** Where a path broke off. */
export interface Missing {
  readonly key: string;
  /** Path of what has no such key; undefined where the variable itself does not exist. */
  readonly parent: string | undefined;
  /** Lazily: listing every name costs. */
  readonly candidates: Iterable<string>;
}

/** Gives an error of a helper or operator, which know no place, the place of its node. */
export function placed(error: unknown, at: Place): unknown {
  if (!(error instanceof TemplateError) || error.col !== undefined) return error;
  return again(error, error.message, options(at, error.hint));
}

/** The same kind of error with another message and place; the old one becomes its cause. */
export function again(
  error: TemplateError,
  message: string,
  place: { readonly col?: number; readonly line?: number } = {},
): TemplateError {
  const moved = { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }), ...place };
  if (error instanceof UndefinedError) return new UndefinedError(message, moved);
  return error instanceof CycleError ? new CycleError(message, moved) : new TemplateError(message, moved);
}

function options(at: Place, hint: string | undefined): { col: number; line: number; hint?: string } {
  return hint === undefined ? { col: at.col, line: at.line } : { col: at.col, line: at.line, hint };
}
