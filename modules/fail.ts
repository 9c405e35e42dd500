import { defineModule } from '../src/module/index.ts';

export const fail = defineModule({
  name: 'fail',
  summary: 'Fail with a message of your own.',
  kind: 'action',
  local: true,
  params: {
    type: 'object',
    properties: {
      msg: {
        type: 'string',
        default: 'Failed as requested from task',
        description: 'Why; say what to do about it.',
      },
    },
  },
  examples: `
- fail:
    msg: Set harbor_hostname to the name clients use.
  when: harbor_hostname is not defined
`,
  returns: { msg: 'the message' },
  async read() {
    return {};
  },
  plan(params) {
    return { steps: [], failure: params.msg, values: { msg: params.msg } };
  },
});
