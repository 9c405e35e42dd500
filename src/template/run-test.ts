import { TemplateError } from '../model/errors.ts';
import { isUnknown, type Unknown, type Value } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { UndefinedError } from './errors.ts';
import { arrange } from './helpers/arrange.ts';
import { presenceTests, type TestSpec, tests } from './tests.ts';

type Named = readonly (readonly [string, Value])[];

/**
 * The answer of `operand is name(args)`.
 *
 * @param operand evaluated here, since some tests ask whether it has a value
 * @throws TemplateError for a test that does not exist or has no meaning for the operand
 */
export function runTest(
  name: string,
  operand: () => Value,
  args: readonly Value[],
  named: Named = [],
): boolean | Unknown {
  const plainName = testName(name);
  if (presenceTests.has(plainName)) return isPresent(plainName, operand);
  const spec = testSpec(plainName);
  const arranged = arrange({ name: plainName, parameters: spec.parameters }, args, named).args;
  const value = operand();
  if (isUnknown(value)) return value;
  return arranged.find(isUnknown) ?? spec.test(value, arranged);
}

/** The name without Ansible's namespace. */
export function testName(name: string): string {
  return name.replace(/^ansible\.builtin\./, '');
}

/** @throws TemplateError where there is no test of that name */
export function testSpec(name: string): TestSpec {
  const spec = tests.get(name);
  if (spec) return spec;
  const nearest = suggest(name, [...tests.keys(), ...presenceTests]);
  throw new TemplateError(
    `there is no test "${name}"`,
    nearest ? { hint: `did you mean "${nearest}"?` } : {},
  );
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
