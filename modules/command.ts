import { defineModule, ParamsError } from '../src/module/index.ts';
import { commandParams, commandResult, commandReturns, planCommand, readGuards } from './lib/commands.ts';
import { splitWords } from './lib/shell-words.ts';

export const command = defineModule({
  name: 'command',
  summary: 'Run a program on the host, without a shell.',
  notes: [
    'Variables, globs, pipes and redirections are not expanded: use `shell` for them.',
    'It counts as a change unless `creates`, `removes` or `changed_when` says otherwise. With both `changed_when: false` and `check_mode: false` it counts as a read: check mode runs it too.',
  ],
  kind: 'action',
  background: true,
  freeForm: 'cmd',
  params: {
    type: 'object',
    properties: {
      cmd: { type: 'string', description: 'The command line; split into words by shell quoting rules.' },
      argv: {
        type: 'array',
        items: { type: ['string', 'number'] },
        description: 'The program and its arguments as a list, passed on exactly; instead of `cmd`.',
      },
      ...commandParams,
    },
  },
  examples: `
- name: Load the images of the installer
  command: ./prepare --with-clair
  args:
    chdir: /opt/harbor
    creates: /opt/harbor/common/config
- command:
    argv: [mysql, --execute, 'select 1']
`,
  returns: commandReturns,
  checkParams: argvOf,
  read: readGuards,
  plan: (params, current) => planCommand(params, current, argvOf(params), { argv: argvOf(params) }),
  result: (context) => commandResult(context, argvOf(context.params)),
});

function argvOf(params: {
  readonly cmd?: string | undefined;
  readonly argv?: readonly (string | number)[] | undefined;
}): string[] {
  if ((params.cmd === undefined) === (params.argv === undefined)) {
    throw new ParamsError('give exactly one of cmd and argv');
  }
  const argv = params.argv?.map(String) ?? splitWords(params.cmd ?? '');
  if (argv.length === 0) throw new ParamsError('no command given');
  return argv;
}
