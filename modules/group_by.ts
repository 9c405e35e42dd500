import { defineModule } from '../src/module/index.ts';

export const groupBy = defineModule({
  name: 'group_by',
  summary: 'Put each host into a group named after one of its values.',
  kind: 'state',
  local: true,
  params: {
    type: 'object',
    required: ['key'],
    properties: {
      key: { type: 'string', description: 'Name of the group; spaces become dashes.' },
      parents: {
        type: ['string', 'array'],
        items: { type: 'string' },
        default: 'all',
        description: 'Groups that the new group belongs to.',
      },
    },
  },
  examples: `
- group_by:
    key: harbor_{{ harbor_version }}
`,
  returns: { add_group: 'name of the group', parent_groups: 'the groups it belongs to' },
  async read() {
    return {};
  },
  plan(params) {
    const key = params.key.replaceAll(' ', '-');
    const parents = [params.parents].flat().map((parent) => parent.replaceAll(' ', '-'));
    return {
      steps: [],
      effects: [{ kind: 'group_by', key, parents }],
      values: { add_group: key, parent_groups: parents },
    };
  },
});
