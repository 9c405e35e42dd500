import { defineModule } from '../src/module/index.ts';

export const meta = defineModule({
  name: 'meta',
  summary: 'Tell the engine itself to do something at this place of the play.',
  notes: [
    '`flush_handlers`: run the handlers notified so far. `end_play`: end the play for all hosts of the batch. `end_host`: end it for this host. `end_batch`: go on with the next batch of `serial`. `end_role`: leave out the rest of the role for this host. `clear_host_errors`: let failed hosts take part again. `clear_facts`: forget facts and what `set_fact` set. `refresh_inventory`: read the inventory again. `reset_connection`: close the connection; the next task opens a new one. `noop`: nothing.',
  ],
  kind: 'action',
  local: true,
  engine: true,
  freeForm: 'action',
  params: {
    type: 'object',
    required: ['action'],
    properties: {
      action: {
        type: 'string',
        enum: [
          'noop',
          'flush_handlers',
          'refresh_inventory',
          'clear_facts',
          'clear_host_errors',
          'end_play',
          'end_host',
          'end_batch',
          'end_role',
          'reset_connection',
        ],
        description: 'What to do; written behind the name: `meta: flush_handlers`.',
      },
    },
  },
  examples: `
- name: Restart what changed before the check below
  meta: flush_handlers
`,
  async read() {
    return {};
  },
  plan() {
    return [];
  },
});
