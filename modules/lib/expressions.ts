import { isMap, ParamsError, type Value } from '../../src/module/index.ts';

/** A param of format `expression` or `condition` as the engine hands it over: its text and what it came to. */
export interface Evaluated {
  readonly expression: string;
  readonly value: Value;
}

/**
 * @param param value of such a param
 * @throws ParamsError where it was not evaluated, e.g. a mapping written by the user
 */
export function evaluated(param: unknown): Evaluated {
  const given = param as Value;
  if (isMap(given) && 'expression' in given && given['value'] !== undefined) {
    return { expression: String(given['expression']), value: given['value'] };
  }
  throw new ParamsError(`${JSON.stringify(param)} is not an expression`);
}
