import { defineModule } from '../src/module/index.ts';
import { commandParams, commandResult, commandReturns, planCommand, readGuards } from './lib/commands.ts';

export const shell = defineModule({
  name: 'shell',
  summary: 'Run a command line on the host through its shell.',
  notes: [
    'Quote what comes from variables with the `quote` helper; where no pipe, glob or redirection is needed, `command` is safer.',
    'It counts as a change unless `creates`, `removes` or `changed_when` says otherwise. With both `changed_when: false` and `check_mode: false` it counts as a read: check mode runs it too.',
  ],
  kind: 'action',
  background: true,
  freeForm: 'cmd',
  params: {
    type: 'object',
    required: ['cmd'],
    properties: {
      cmd: { type: 'string', description: 'Shell text; several lines are allowed.' },
      executable: {
        type: 'string',
        format: 'path',
        description: 'Absolute path of the shell that reads it; /bin/sh unless given.',
      },
      ...commandParams,
    },
  },
  examples: `
- name: Count the repositories
  shell: ls /data/registry | wc -l
- shell: |
    set -o pipefail
    zcat dump.sql.gz | tail -n 1
  args:
    executable: /bin/bash
    chdir: /var/backups
`,
  returns: commandReturns,
  read: readGuards,
  plan(params, current) {
    const shellOption = params.executable === undefined ? {} : { executable: params.executable };
    return planCommand(params, current, params.cmd, { script: params.cmd, ...shellOption });
  },
  result: (context) => commandResult(context, context.params.cmd),
});
