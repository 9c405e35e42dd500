import type { Argv } from 'yargs';
import { flag, single } from './option-kinds.ts';
import { UsageError } from './usage.ts';

/** How hosts are reached where neither variables nor keywords say otherwise, as the command line had it. */
export interface ConnectArguments {
  readonly user?: string;
  readonly connection?: string;
  readonly timeout?: number;
  readonly privateKey?: string;
  readonly sshCommonArgs?: string;
  readonly sshExtraArgs?: string;
  readonly askPass: boolean;
  readonly connectionPasswordFile?: string;
  readonly become: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly askBecomePass: boolean;
  readonly becomePasswordFile?: string;
  readonly persist?: number;
}

/** Declares the options of `ConnectArguments`; names are ansible-playbook's. */
export function declareConnection(yargs: Argv): Argv {
  return yargs
    .option('user', single('Log in as this user', 'u'))
    .option('connection', {
      ...single('How to reach the hosts', 'c'),
      choices: ['ssh', 'local', 'smart', 'paramiko'],
    })
    .option('timeout', { ...single('How long connecting may take, seconds', 'T'), coerce: seconds })
    .option('private-key', single('Private key file', 'key-file'))
    .option('ssh-common-args', single('Options of ssh for every connection: "-o ProxyJump=gate"'))
    .option('ssh-extra-args', single('More of them'))
    .option('persist', {
      type: 'number',
      requiresArg: true,
      describe: 'Keep connections open for later runs, seconds; also MOORING_PERSIST',
    })
    .option('ask-pass', flag('k', 'Ask for the login password'))
    .option('connection-password-file', single('File or script with the login password', 'conn-pass-file'))
    .option('become', flag('b', 'Run tasks as another user (root)'))
    .option('become-user', single('User to become'))
    .option('become-method', { ...single('How to become'), choices: ['sudo', 'su'] })
    .option('ask-become-pass', flag('K', 'Ask for the sudo password'))
    .option('become-password-file', single('File or script with the sudo password', 'become-pass-file'));
}

/** Words in which a value that itself begins with a dash (`--ssh-common-args "-o …"`) belongs to its option. */
export function withDashedValues(argv: readonly string[]): string[] {
  const takesDashes = (word: string | undefined) => /^--ssh-(common|extra)-args$/.test(word ?? '');
  return argv.flatMap((word, index) => {
    if (takesDashes(argv[index - 1])) return [];
    const value = argv[index + 1];
    return takesDashes(word) && value !== undefined ? [`${word}=${value}`] : [word];
  });
}

function seconds(value: unknown): number | undefined {
  const last = [value].flat().at(-1);
  if (last === undefined) return undefined;
  const number = Number(last);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UsageError('--timeout must be one whole number of seconds from 1');
}
