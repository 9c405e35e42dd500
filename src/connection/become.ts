import { randomBytes } from 'node:crypto';
import { CommandError } from '../model/errors.ts';
import { quoteWord } from '../util/shell.ts';
import type { Become } from './connection.ts';

/** sudo or su was given the password and did not take it; it is never sent a second time. */
export class PasswordRefused extends CommandError {}

/** A command line that runs fixed text as another user, and how it asks for a password. */
export interface BecomeCommand {
  readonly command: string;
  /** True where the text at the end of what came so far is the request for the password. */
  isPrompt(text: string): boolean;
}

/**
 * @param start text for `sh -c`; must not hold single quotes, since the login shell may be any
 * @returns the command line for a login shell: POSIX, fish and csh all read it alike
 */
export function becomeCommand(become: Become, start: string): BecomeCommand {
  const user = quoteWord(become.user);
  if (become.method === 'su') {
    return {
      command: `exec su ${user} -s /bin/sh -c '${start}'`,
      isPrompt: (text) => /(^|\n)[^\n]{1,60}[:：] ?$/.test(text),
    };
  }
  const prompt = `[mooring ${randomBytes(8).toString('hex')}]`;
  const asking = become.password === undefined ? '-n' : `-S -p '${prompt}'`;
  return {
    command: `exec sudo -H ${asking} -u ${user} -- sh -c '${start}'`,
    isPrompt: (text) => text.endsWith(prompt),
  };
}

/** One key per way of becoming someone; holds the password, so never show it. */
export function becomeKey(become: Become | undefined): string {
  return become === undefined ? '' : JSON.stringify([become.method, become.user, become.password]);
}

/**
 * What went wrong in becoming another user, from what sudo or su printed; undefined = something else.
 *
 * @param printed standard error and output up to the failure
 * @param asked the password was asked for and sent
 */
export function becomeFailure(
  become: Become,
  hostName: string,
  printed: string,
  asked: boolean,
): CommandError | undefined {
  const { method, user } = become;
  const text = printed.replaceAll(/\[mooring [0-9a-f]{16}\]/g, '').trim();
  const as = `${method} to ${user} on ${hostName}`;
  if (/must have a tty|must be run from a terminal|no tty present/i.test(text) && !/askpass/.test(text)) {
    return new CommandError(`${as}: ${method} wants a terminal: ${lastLine(text)}`, {
      hint: 'the sudoers line "Defaults requiretty" is set; put "Defaults:LOGIN_USER !requiretty" after it (visudo)',
    });
  }
  if (
    /(sudo|su): (\d+: )?(exec: )?(command |not )?not found|(sudo|su): not found|(sudo|su): No such file/i.test(
      text,
    )
  ) {
    return new CommandError(`${as}: ${method} is not installed there`, {
      hint: `install ${method} on the host, or log in as ${user} and drop become`,
    });
  }
  if (/not in the sudoers file|not allowed to (execute|run)|may not run sudo/i.test(text)) {
    return new CommandError(`${as} is not allowed: ${lastLine(text)}`, {
      hint: 'add a rule for the login user to /etc/sudoers.d (visudo -f)',
    });
  }
  if (/unknown user|does not exist|user .* not found|no passwd entry|unknown id/i.test(text)) {
    return new CommandError(`${as}: no such user`, { hint: 'check become_user' });
  }
  if (asked) {
    return new PasswordRefused(`${as}: the password was refused`, {
      hint: 'check ansible_become_password, or ask for it with -K; it was sent once and is not tried again',
    });
  }
  if (/password is required|no askpass|a terminal is required/i.test(text)) {
    return new CommandError(`${as} needs a password, and none is set`, {
      hint: 'set ansible_become_password, ask for it with -K, or allow it with NOPASSWD in sudoers',
    });
  }
  return undefined;
}

function lastLine(text: string): string {
  return text.split('\n').at(-1) ?? '';
}
