import { TemplateError } from '../../src/model/errors.ts';
import { Unknown, type ValueMap } from '../../src/model/value.ts';
import { type Layer, Scope } from '../../src/template/index.ts';

/** A value only a real run can tell. */
export const unknown = new Unknown('task "make it" was only simulated');

/** A scope with variables the user wrote, and data of a host above them. */
export function scopeOf(written: ValueMap, data: ValueMap = {}): Scope {
  return new Scope([layer('group_vars/all.yml', 4, written, true), layer('registered', 19, data, false)]);
}

export function layer(origin: string, level: number, values: ValueMap, templated: boolean): Layer {
  return { origin, level, values, templated };
}

/** The error that work throws, as `message | hint | line:col`. */
export function errorOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const place = error.col === undefined ? '' : ` | ${error.line}:${error.col}`;
    return `${error.message}${error.hint ? ` | ${error.hint}` : ''}${place}`;
  }
  return 'no error';
}
