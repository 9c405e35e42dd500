import { TemplateError } from '../../model/errors.ts';
import { suggest } from '../../util/suggest.ts';
import type { Helper } from './helper.ts';

/**
 * Puts positional and named arguments in the order of the helper's parameters.
 *
 * @throws TemplateError for too few, too many or unknown ones
 */
export function arrange<T>(
  found: Pick<Helper, 'name' | 'parameters'>,
  positional: readonly T[],
  named: readonly (readonly [string, T])[],
): { args: (T | undefined)[]; keywords: ReadonlyMap<string, T> } {
  const ordered = found.parameters.filter((parameter) => !parameter.startsWith('*'));
  const names = ordered.map((parameter) => parameter.replace(/^\.\.\.|\?$/g, ''));
  if (!ordered.at(-1)?.startsWith('...') && positional.length > names.length) {
    throw new TemplateError(`"${found.name}" takes at most ${names.length} arguments: ${names.join(', ')}`);
  }
  const args: (T | undefined)[] = [...positional];
  const keywords = new Map<string, T>();
  for (const [name, value] of named) {
    const index = names.indexOf(name);
    if (index >= 0) args[index] = value;
    else if (found.parameters.includes(`*${name}`) || found.parameters.includes('**options')) {
      keywords.set(name, value);
    } else throw noSuchArgument(found, name);
  }
  const missing = ordered.findIndex((name, index) => !/^\.\.\.|\?$/.test(name) && args[index] === undefined);
  if (missing >= 0) throw new TemplateError(`"${found.name}" needs the argument "${names[missing]}"`);
  return { args, keywords };
}

function noSuchArgument(found: Pick<Helper, 'name' | 'parameters'>, name: string): TemplateError {
  const names = found.parameters.map((parameter) => parameter.replace(/^\.\.\.|^\*|\?$/g, ''));
  const nearest = suggest(name, names);
  const hint = nearest ? `did you mean "${nearest}"?` : `it takes ${names.join(', ')}`;
  return new TemplateError(`"${found.name}" has no argument "${name}"`, { hint });
}
