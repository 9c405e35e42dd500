import { expect, it } from 'vitest';
import { validateArgumentSpec } from '../../modules/validate_argument_spec.ts';
import { Unknown } from '../../src/model/value.ts';

const argument_spec = { port: { type: 'int', required: true }, name: { type: 'str' } };

it.each([
  [{ port: 80 }, { values: { msg: 'The arg spec validation passed' } }],
  [{ port: new Unknown('made by a step') }, { unknown: 'made by a step' }],
  [
    { port: new Unknown('made by a step'), name: [] },
    { failure: 'Validation of arguments failed:\n"name" must be a string, not a list' },
  ],
  [{}, { failure: 'Validation of arguments failed:\n"port" is required' }],
])('%j', (provided_arguments, plan) => {
  expect(validateArgumentSpec.plan({ argument_spec, provided_arguments }, {})).toMatchObject(plan);
});
