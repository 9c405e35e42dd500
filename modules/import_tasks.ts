import { defineModule } from '../src/module/index.ts';

export const importTasks = defineModule({
  name: 'import_tasks',
  summary: 'Put the tasks of another file here while the playbook is loaded.',
  notes: [
    'Keywords of this task (`when`, `tags`, `become`…) are handed to each task of the file. The name may only depend on what is known before the run.',
  ],
  kind: 'action',
  local: true,
  engine: true,
  freeForm: 'file',
  params: {
    type: 'object',
    required: ['file'],
    properties: {
      file: {
        type: 'string',
        format: 'local-file',
        description: 'Task file, relative to the file this task is in.',
      },
    },
  },
  examples: `
- import_tasks: tasks/storage.yml
`,
  async read() {
    return {};
  },
  plan() {
    return [];
  },
});
