import { defineModule, type HostAccess, ParamsError, quote } from '../src/module/index.ts';
import { commandParams, commandResult, commandReturns, planCommand, readGuards } from './lib/commands.ts';
import { splitWords } from './lib/shell-words.ts';

export const script = defineModule({
  name: 'script',
  summary: 'Run a script of the control node on the host.',
  notes: [
    'The file is handed over in a private directory for the time of the run and started there; without `executable` its first line (`#!…`) decides what runs it.',
  ],
  kind: 'action',
  background: true,
  freeForm: 'cmd',
  params: {
    type: 'object',
    required: ['cmd'],
    properties: {
      cmd: {
        type: 'string',
        format: 'local-command',
        description:
          'Path of the script on the control node, then its arguments, split by shell quoting rules.',
      },
      executable: { type: 'string', description: 'Program of the host that runs the script.' },
      ...commandParams,
    },
  },
  examples: `
- name: Migrate once
  script: migrate.sh --from 1.5
  args:
    creates: /data/migrated
- script:
    cmd: report.py
    executable: python3
`,
  returns: commandReturns,
  async read(host, params) {
    const [guards, file] = await Promise.all([readGuards(host, params), readScript(host, params.cmd)]);
    return { ...guards, ...file };
  },
  plan(params, current) {
    const program = params.executable === undefined ? '' : `${params.executable} `;
    return planCommand(params, current, params.cmd, {
      script: `exec ${program}"$MOORING_STAGE"/script ${quote(current.args)}`.trimEnd(),
      stage: [{ name: 'script', content: { localFile: current.path }, mode: '0700' }],
    });
  },
  result: (context) => commandResult(context, context.params.cmd),
});

interface ScriptFile {
  readonly path: string;
  readonly args: readonly string[];
}

async function readScript(host: HostAccess, cmd: string): Promise<ScriptFile> {
  const [name, ...args] = splitWords(cmd);
  if (name === undefined) throw new ParamsError('no script given');
  const file = await host.local(name);
  if (file.type !== 'file') throw new ParamsError(`${file.path} is a directory, not a script`);
  return { path: file.path, args };
}
