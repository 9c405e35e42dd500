import type { RunOptions } from '../engine/index.ts';
import { readPasswordFile } from '../load/index.ts';
import { MooringError } from '../model/errors.ts';
import type { Redactor } from '../util/redact.ts';
import type { ConnectArguments } from './connect-options.ts';
import { persistDefaults } from './persist-options.ts';
import { askSecret } from './terminal.ts';
import { UsageError } from './usage.ts';

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
