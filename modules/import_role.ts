import { defineModule } from '../src/module/index.ts';
import { roleFileParams } from './lib/role-params.ts';

export const importRole = defineModule({
  name: 'import_role',
  summary: 'Put the tasks of a role here while the playbook is loaded.',
  notes: [
    'Keywords of this task (`when`, `tags`, `become`…) are handed to each task of the role. Its name may hold no variables. docs/roles.md has the rules.',
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
      public: {
        type: 'boolean',
        default: true,
        description: 'Whether the other tasks of the play see the defaults and vars of the role.',
      },
      allow_duplicates: {
        type: 'boolean',
        default: true,
        description: 'Whether it runs again where it was imported in the same way before.',
      },
    },
  },
  examples: `
- import_role:
    name: storage
`,
  async read() {
    return {};
  },
  plan() {
    return [];
  },
});
