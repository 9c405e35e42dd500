import { defineModule, type Value } from '../src/module/index.ts';
import { evaluated } from './lib/expressions.ts';

export const debug = defineModule({
  name: 'debug',
  summary: 'Print a message or the value of an expression.',
  kind: 'action',
  local: true,
  acceptsUnknown: true,
  freeForm: 'msg',
  params: {
    type: 'object',
    properties: {
      msg: {
        description: 'What to print: text, or any value. "Hello world!" where `var` is not given either.',
      },
      var: {
        type: ['string', 'object'],
        format: 'expression',
        description: 'An expression, without braces; its text and its value are printed.',
      },
      verbosity: {
        type: 'integer',
        default: 0,
        minimum: 0,
        description: 'How many `-v` it takes for the message to be printed.',
      },
    },
  },
  examples: `
- debug:
    msg: Harbor answers at {{ harbor_hostname }}
- debug:
    var: groups['harbor'] | length
    verbosity: 1
`,
  returns: { msg: 'the message; with `var` the key is the expression itself' },
  async read(host) {
    return { verbosity: host.verbosity };
  },
  plan(params, current) {
    if (params.msg !== undefined && params.var !== undefined) {
      return { steps: [], failure: 'msg and var cannot be given together' };
    }
    if (params.verbosity > current.verbosity) {
      return { steps: [], skip: `needs ${params.verbosity} times -v` };
    }
    if (params.var === undefined) {
      return { steps: [], values: { msg: (params.msg ?? 'Hello world!') as Value } };
    }
    const { expression, value } = evaluated(params.var);
    return { steps: [], values: { [expression]: value } };
  },
});
