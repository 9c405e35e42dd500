import { defineModule, isUnknown, type Plan } from '../src/module/index.ts';
import { type Evaluated, evaluated } from './lib/expressions.ts';

// `that` is not templated: the engine evaluates each condition and hands over its text and its value
// (true, false, or Unknown where check mode cannot tell), so that the message can quote it.
export const assert = defineModule({
  name: 'assert',
  summary: 'Fail unless all conditions hold.',
  notes: [
    'In check mode a condition that hangs on something only simulated makes the task "decided at run time"; one that is false already fails it.',
  ],
  kind: 'action',
  local: true,
  acceptsUnknown: true,
  params: {
    type: 'object',
    required: ['that'],
    properties: {
      that: {
        type: ['string', 'boolean', 'object', 'array'],
        format: 'condition',
        items: { type: ['string', 'boolean', 'object'], format: 'condition' },
        description: 'One condition or a list of them, written as for `when`.',
      },
      fail_msg: { type: 'string', description: 'Message where a condition does not hold.' },
      msg: { type: 'string', description: 'Another name of `fail_msg`.' },
      success_msg: { type: 'string', description: 'Message where all hold.' },
      quiet: { type: 'boolean', default: false, description: 'Whether to register no more than needed.' },
    },
  },
  examples: `
- assert:
    that:
      - groups['harbor'] | length >= 2
      - harbor_hostname is defined
    fail_msg: Two Harbor nodes and their common name are needed.
`,
  returns: {
    msg: '"All assertions passed" or the message given',
    assertion: 'text of the first condition that does not hold',
    evaluated_to: 'false, where one does not hold',
  },
  async read() {
    return {};
  },
  plan(params) {
    const conditions = [params.that].flat().map(evaluated);
    const failed = conditions.find((condition) => !isUnknown(condition.value) && condition.value !== true);
    if (failed) return failure(failed, params.fail_msg ?? params.msg);
    const unknown = conditions.find((condition) => isUnknown(condition.value));
    if (unknown) return { steps: [], unknown: `"${unknown.expression}" is decided at run time` };
    const msg = params.success_msg ?? 'All assertions passed';
    // What nobody has written, or wants to see, is registered only.
    const shown = params.success_msg === undefined || params.quiet ? {} : { message: msg };
    return { steps: [], ...shown, values: { msg } };
  },
});

function failure({ expression, value }: Evaluated, given: string | undefined): Plan {
  if (typeof value !== 'boolean') {
    return { steps: [], failure: `"${expression}" is not a condition: it is neither true nor false` };
  }
  const msg = given ?? `Assertion failed: ${expression}`;
  return { steps: [], failure: msg, values: { msg, assertion: expression, evaluated_to: false } };
}
