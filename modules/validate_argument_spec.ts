import {
  type ArgumentFault,
  argumentFaults,
  defineModule,
  findUnknown,
  isMap,
  type Plan,
  type ValueMap,
} from '../src/module/index.ts';

export const validateArgumentSpec = defineModule({
  name: 'validate_argument_spec',
  summary: 'Fail unless variables fit their description.',
  notes: [
    'A role with `meta/argument_specs.yml` begins with a task of this kind. What is written down is held against the description before the run already.',
  ],
  kind: 'action',
  local: true,
  acceptsUnknown: true,
  params: {
    type: 'object',
    required: ['argument_spec'],
    properties: {
      argument_spec: {
        type: 'object',
        description:
          'The description by argument: `type`, `required`, `choices`, `elements`, `options`, `no_log`.',
      },
      provided_arguments: { type: 'object', description: 'The values by argument.' },
      validate_args_context: { type: 'object', description: 'Which role it is for, for messages.' },
    },
  },
  examples: `
- validate_argument_spec:
    argument_spec:
      web_port: {type: int, required: true}
    provided_arguments:
      web_port: 8080
`,
  returns: {
    argument_errors: 'what does not fit, one text each',
    argument_spec_data: 'the description',
    validate_args_context: 'which role it was for',
  },
  async read() {
    return {};
  },
  plan(params) {
    const spec = mapOf(params.argument_spec);
    const given = mapOf(params.provided_arguments);
    const about = mapOf(params.validate_args_context);
    const faults = argumentFaults(spec, given);
    if (faults.length > 0) return failure(faults, spec, about);
    const unknown = findUnknown(given);
    if (unknown) return { steps: [], unknown: unknown.reason };
    const msg = 'The arg spec validation passed';
    return { steps: [], values: { msg, validate_args_context: about } };
  },
});

function failure(faults: readonly ArgumentFault[], spec: ValueMap, about: ValueMap): Plan {
  const errors = faults.map(({ message, hint }) => (hint ? `${message} (${hint})` : message));
  return {
    steps: [],
    failure: `Validation of arguments failed:\n${errors.join('\n')}`,
    values: { argument_errors: errors, argument_spec_data: spec, validate_args_context: about },
  };
}

function mapOf(value: unknown): ValueMap {
  return isMap(value) ? value : {};
}
