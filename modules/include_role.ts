import { defineModule } from '../src/module/index.ts';
import { roleFileParams } from './lib/role-params.ts';

export const includeRole = defineModule({
  name: 'include_role',
  summary: 'Run a role, chosen when this task has its turn.',
  notes: [
    '`when`, `loop` and the like decide about the inclusion itself; `apply` hands keywords to the tasks of the role, and `vars` of this task win over the variables of the role. docs/roles.md has the rules.',
  ],
  kind: 'action',
  local: true,
  engine: true,
  freeForm: 'name',
  params: {
    type: 'object',
    required: ['name'],
    properties: {
      ...roleFileParams,
      apply: {
        type: 'object',
        description: 'Keywords for the tasks of the role, e.g. `tags` or `become`.',
      },
      public: {
        type: 'boolean',
        default: false,
        description: 'Whether the tasks after it see the defaults and vars of the role.',
      },
      allow_duplicates: {
        type: 'boolean',
        default: true,
        description: 'Whether it runs again where it was included in the same way before.',
      },
    },
  },
  examples: `
- include_role:
    name: storage
    tasks_from: mount
  vars:
    mount_point: /data
`,
  async read() {
    return {};
  },
  plan() {
    return [];
  },
});
