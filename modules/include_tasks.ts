import { defineModule } from '../src/module/index.ts';

export const includeTasks = defineModule({
  name: 'include_tasks',
  summary: 'Run the tasks of another file, chosen when this task has its turn.',
  notes: [
    '`when`, `loop` and the like decide about the inclusion itself; `apply` hands keywords to the tasks of the file. The name may depend on facts and registered results.',
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
      apply: {
        type: 'object',
        description: 'Keywords for the tasks of the file, e.g. `tags` or `become`.',
      },
    },
  },
  examples: `
- include_tasks: tasks/storage.yml
`,
  async read() {
    return {};
  },
  plan() {
    return [];
  },
});
