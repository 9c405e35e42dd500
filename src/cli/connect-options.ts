import type { Argv } from 'yargs';
import type { RunOptions } from '../engine/index.ts';
import { readPasswordFile } from '../load/index.ts';
import { MooringError } from '../model/errors.ts';
import type { Redactor } from '../util/redact.ts';
import { flag, single } from './option-kinds.ts';
import { persistDefaults } from './persist-options.ts';
import { askSecret } from './terminal.ts';
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

/**
 * What the engine is told of connections; passwords are asked for and read here, and masked from now on.
 *
 * @throws MooringError where a password cannot be had, UsageError where it is asked for in two ways
 */
export async function connectDefaults(
  args: ConnectArguments,
  redactor: Redactor,
): Promise<NonNullable<RunOptions['connect']>> {
  const password = await passwordOf(
    { isAsked: args.askPass, file: args.connectionPasswordFile },
    {
      prompt: 'SSH password: ',
      what: 'connection password',
      options: '--ask-pass and --connection-password-file',
    },
  );
  const becomePassword = await passwordOf(
    { isAsked: args.askBecomePass, file: args.becomePasswordFile },
    {
      prompt: 'BECOME password: ',
      what: 'become password',
      options: '--ask-become-pass and --become-password-file',
    },
  );
  for (const secret of [password, becomePassword]) if (secret !== undefined) redactor.add(secret);
  const sshArgs = [args.sshCommonArgs ?? [], args.sshExtraArgs ?? []].flat().join(' ');
  return {
    ...(args.connection === undefined ? {} : { connection: args.connection }),
    ...(args.user === undefined ? {} : { user: args.user }),
    ...(args.privateKey === undefined ? {} : { privateKeyFile: args.privateKey }),
    ...(args.timeout === undefined ? {} : { connectTimeoutMs: args.timeout * 1000 }),
    ...(sshArgs === '' ? {} : { sshArgs }),
    ...(args.become ? { become: true } : {}),
    ...(args.becomeUser === undefined ? {} : { becomeUser: args.becomeUser }),
    ...(args.becomeMethod === undefined ? {} : { becomeMethod: args.becomeMethod }),
    ...(password === undefined ? {} : { password }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
    ...persistDefaults(args.persist),
  };
}

async function passwordOf(
  { isAsked, file }: { readonly isAsked: boolean; readonly file: string | undefined },
  { prompt, what, options }: { readonly prompt: string; readonly what: string; readonly options: string },
): Promise<string | undefined> {
  if (isAsked && file !== undefined) throw new UsageError(`${options} cannot be given together`);
  if (isAsked) return askSecret(prompt);
  if (file === undefined) return undefined;
  const password = readPasswordFile(file, { what }).replaceAll(/^[\r\n]+|[\r\n]+$/g, '');
  if (password !== '') return password;
  throw new MooringError(`the ${what} of ${file} is empty`);
}

function seconds(value: unknown): number | undefined {
  const last = [value].flat().at(-1);
  if (last === undefined) return undefined;
  const number = Number(last);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UsageError('--timeout must be one whole number of seconds from 1');
}
