import { TemplateError } from '../../model/errors.ts';
import { findUnknown, isUnknown, type Value } from '../../model/value.ts';
import { again, UndefinedError } from '../errors.ts';
import type { Arguments, Helper, Keywords } from './helper.ts';

/** Runs a helper unless an argument is unknown. */
export function runHelper(found: Helper, args: Arguments, keywords: Keywords): Value {
  for (const arg of [...args, ...keywords.values()]) {
    if (arg === undefined) continue;
    const unknown = found.shallow ? (isUnknown(arg) ? arg : undefined) : findUnknown(arg);
    if (unknown) return unknown;
  }
  try {
    return found.run(args, keywords);
  } catch (error) {
    if (!(error instanceof TemplateError) || error instanceof UndefinedError) throw error;
    throw again(error, `"${found.name}" ${error.message}`);
  }
}
