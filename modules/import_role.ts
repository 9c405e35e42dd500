import { defineModule } from '../src/module/index.ts';

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
      name: { type: 'string', description: 'Name of the role.' },
      tasks_from: { type: 'string', default: 'main', description: 'File of its `tasks/` to run.' },
      vars_from: { type: 'string', default: 'main', description: 'File of its `vars/` to read.' },
      defaults_from: { type: 'string', default: 'main', description: 'File of its `defaults/` to read.' },
      handlers_from: { type: 'string', default: 'main', description: 'File of its `handlers/` to read.' },
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
      rolespec_validate: {
        type: 'boolean',
        default: true,
        description: 'Whether its variables are held against its argument specs.',
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
