import { CommandError, ConnectionError, type MooringError } from '../model/errors.ts';
import { becomeFailure } from './become.ts';
import type { Become } from './connection.ts';
import type { ChannelEnd } from './transport.ts';

export interface HandshakeFailure {
  /** The channel's end; no answer in time; or the password asked for (again, or with none set). */
  readonly why: ChannelEnd | 'timeout' | 'asked';
  readonly hostName: string;
  readonly become: Become | undefined;
  readonly timeoutMs: number;
  /** What came instead of the nonce. */
  readonly printed: string;
  readonly sentPassword: boolean;
}

/** The error for a shell that did not answer: what came back, and the likely cause. */
export function handshakeFailure(failure: HandshakeFailure): MooringError {
  const { why, hostName, become, printed } = failure;
  const lost = typeof why === 'object' && why.lost;
  if (lost) return new ConnectionError(`${hostName}: the connection was lost while a shell was being opened`);
  if (become && (why !== 'timeout' || failure.sentPassword)) {
    const wanted = why === 'asked' && !failure.sentPassword ? `${printed}\na password is required` : printed;
    const refused = becomeFailure(become, hostName, wanted, failure.sentPassword);
    if (refused) return refused;
  }
  const what = describeEnd(why, failure.timeoutMs);
  const came = excerpt(printed);
  const message = `${hostName}: no shell answered${become ? ` after ${become.method} to ${become.user}` : ''}: ${what}; ${came}`;
  const options = { hint: likelyCause(printed, why) };
  return become ? new CommandError(message, options) : new ConnectionError(message, options);
}

function describeEnd(why: HandshakeFailure['why'], timeoutMs: number): string {
  if (why === 'timeout') return `nothing of ours came within ${timeoutMs / 1000} s`;
  if (why === 'asked') return 'a password was asked for';
  if (why.signal !== undefined) return `it was ended by signal ${why.signal}`;
  return `it ended with exit code ${why.code ?? 'unknown'}`;
}

function excerpt(printed: string): string {
  const text = printed.trim();
  return text === ''
    ? 'nothing was printed'
    : `it printed: ${text.length > 400 ? `${text.slice(0, 400)}…` : text}`;
}

const causes: readonly (readonly [RegExp, string])[] = [
  [/no space left/i, 'a file system on the host is full'],
  [
    /account is (currently )?not available|nologin/i,
    'the login shell of this user is nologin: give it a shell (usermod -s /bin/sh)',
  ],
  [/expired|change your password/i, 'the account or its password has expired'],
  [/sh: (command )?not found|no such file/i, 'there is no sh in the PATH of this user'],
  [/this service allows sftp connections only/i, 'sshd has ForceCommand internal-sftp for this user'],
  [
    /resource temporarily unavailable|cannot fork|fork failed/i,
    'the host or the user has no processes left (ulimit -u)',
  ],
];

function likelyCause(printed: string, why: HandshakeFailure['why']): string {
  const known = causes.find(([pattern]) => pattern.test(printed));
  if (known) return known[1];
  if (why === 'timeout')
    return 'the login shell or its start-up files wait for something, or ForceCommand runs another program';
  return 'the login shell may be nologin or false, or ForceCommand (or command= in authorized_keys) runs another program';
}
