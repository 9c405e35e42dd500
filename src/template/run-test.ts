import { TemplateError } from '../model/errors.ts';
import { isUnknown, type Unknown, type Value } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { UndefinedError } from './errors.ts';
import { presenceTests, type TestSpec, tests } from './tests.ts';

/**
 * The answer of `operand is name(args)`.
 *
 * @param operand evaluated here, since some tests ask whether it has a value
 * @throws TemplateError for a test that does not exist or has no meaning for the operand
 */
export function runTest(name: string, operand: () => Value, args: readonly Value[]): boolean | Unknown {
  const plainName = testName(name);
  if (presenceTests.has(plainName)) return isPresent(plainName, operand);
  const spec = testSpec(plainName, args.length);
  const value = operand();
  if (isUnknown(value)) return value;
  return args.find(isUnknown) ?? spec.test(value, args);
}

/** Applies a test to a value, as `select` and `selectattr` do; without a name, the value's own truth. */
export function testValue(name: string, value: Value, args: readonly Value[]): boolean | Unknown {
  return runTest(name, () => value, args);
}

/** The name without Ansible's namespace. */
export function testName(name: string): string {
  return name.replace(/^ansible\.builtin\./, '');
}

/**
 * The test of that name.
 *
 * @throws TemplateError where there is none, or where it does not take so many arguments
 */
export function testSpec(name: string, argumentCount: number): TestSpec {
  const spec = tests.get(name);
  if (!spec) {
    const nearest = suggest(name, [...tests.keys(), ...presenceTests]);
    throw new TemplateError(
      `there is no test "${name}"`,
      nearest ? { hint: `did you mean "${nearest}"?` } : {},
    );
  }
  const [least, most] = spec.args;
  if (argumentCount < least || argumentCount > most) {
    const count = least === most ? `${least}` : `${least} to ${most}`;
    throw new TemplateError(`the test "${name}" takes ${count} arguments, not ${argumentCount}`);
  }
  return spec;
}

function isPresent(name: string, operand: () => Value): boolean | Unknown {
  const value = valueOrUndefined(operand);
  if (name === 'unknown') return isUnknown(value);
  if (isUnknown(value)) return value;
  return name === 'defined' ? value !== undefined : value === undefined;
}

function valueOrUndefined(operand: () => Value): Value | undefined {
  try {
    return operand();
  } catch (error) {
    if (error instanceof UndefinedError) return undefined;
    throw error;
  }
}
