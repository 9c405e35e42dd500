import { describe, expect, it } from 'vitest';
import type { Become } from '../../src/connection/connection.ts';
import { type OpenShell, openShell } from '../../src/connection/open-shell.ts';
import { CommandError, ConnectionError } from '../../src/model/errors.ts';
import { type ScriptedChannel, sayNonce, scriptedChannel, scriptedTransport } from './scripted-channel.ts';

const sudo: Become = { method: 'sudo', user: 'root', password: 's3cret' };
const su: Become = { method: 'su', user: 'oracle', password: 's3cret' };

async function open(
  play: (channel: ScriptedChannel) => void | Promise<void>,
  become?: Become,
  timeoutMs = 5_000,
) {
  const channels: ScriptedChannel[] = [];
  const transport = scriptedTransport((channel) => {
    channels.push(channel);
    void play(channel);
  });
  const shell = openShell({ transport, hostName: 'web1', become, timeoutMs });
  const outcome: { value?: OpenShell; error?: unknown } = await shell.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return { ...outcome, channel: channels[0] };
}

const promptOf = (channel: ScriptedChannel) => /\[mooring [0-9a-f]{16}\]/.exec(channel.command)?.[0] ?? '';
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('the handshake', () => {
  it('finds the nonce behind banners, and the process group in it', async () => {
    const { value } = await open((channel) => {
      channel.print('stdout', 'Welcome to web1\nlast login: never');
      channel.print('stderr', 'a warning\n');
      sayNonce(channel);
    });
    expect(value?.processGroup).toBe(4711);
  });

  it('puts no quotes of its own into the command line that a fish or csh would read otherwise', async () => {
    const { channel } = await open(sayNonce);
    expect(channel?.command).toMatch(/^exec sh -s -c '[^']*'$/);
    expect(channel?.command).not.toMatch(/!|\\'|\\\\/);
  });

  it.each<[string, (channel: ScriptedChannel) => void, RegExp, RegExp]>([
    [
      'nologin',
      (channel) => {
        channel.print('stdout', 'This account is currently not available.\n');
        setTimeout(() => channel.end({ code: 1, lost: false }), 5);
      },
      /exit code 1; it printed: This account is currently not available\./,
      /login shell of this user is nologin/,
    ],
    [
      'a silent false',
      (channel) => channel.end({ code: 1, lost: false }),
      /nothing was printed/,
      /nologin or false/,
    ],
    [
      'a full disk',
      (channel) => {
        channel.print('stderr', 'sh: cannot create temp file: No space left on device\n');
        setTimeout(() => channel.end({ code: 2, lost: false }), 5);
      },
      /No space left on device/,
      /file system on the host is full/,
    ],
    ['silence', () => undefined, /nothing of ours came within 0\.05 s/, /ForceCommand/],
  ])('explains %s', async (_title, play, message, hint) => {
    const { error } = await open(play, undefined, 50);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

describe('a network that swallows everything', () => {
  it('does not keep the opening of a channel waiting for ever, and closes one that comes late', async () => {
    let answer: (channel: ScriptedChannel) => void = () => undefined;
    const opening = new Promise<ScriptedChannel>((resolve) => {
      answer = resolve;
    });
    const transport = { ...scriptedTransport(() => undefined), open: () => opening };
    const shell = openShell({ transport, hostName: 'web1', timeoutMs: 30 });
    await expect(shell).rejects.toThrow('web1: no channel could be opened within 0.03 s');
    await expect(shell).rejects.toBeInstanceOf(ConnectionError);
    const late = scriptedChannel('late', {});
    answer(late);
    expect(await late.closed).toEqual({ lost: false });
  });
});

describe('becoming another user', () => {
  it('writes the password only after its own prompt, then waits for the shell', async () => {
    const { value, channel } = await open(async (played) => {
      played.print('stderr', 'We trust you have received the usual lecture\nPassword: ');
      await tick();
      expect(played.written()).toBe('');
      played.print('stderr', promptOf(played));
      await tick();
      expect(played.written()).toBe('s3cret\n');
      sayNonce(played);
    }, sudo);
    expect(value).toBeDefined();
    expect(channel?.command).not.toContain('s3cret');
  });

  it('keeps the password where none is asked for', async () => {
    const { channel } = await open(sayNonce, sudo);
    expect(channel?.written()).toBe('');
  });

  it('never sends a refused password again', async () => {
    const { error, channel } = await open(async (played) => {
      played.print('stderr', promptOf(played));
      await tick();
      played.print('stderr', `\nSorry, try again.\n${promptOf(played)}`);
    }, sudo);
    expect(channel?.written()).toBe('s3cret\n');
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ message: 'sudo to root on web1: the password was refused' });
  });

  it('answers the prompt of su, in any language', async () => {
    const { value, channel } = await open(async (played) => {
      played.print('stderr', '密码：');
      await tick();
      sayNonce(played);
    }, su);
    expect(value).toBeDefined();
    expect(channel?.written()).toBe('s3cret\n');
  });

  it.each<[string, Become, string, RegExp, RegExp]>([
    [
      'requiretty',
      { method: 'sudo', user: 'root' },
      'sudo: sorry, you must have a tty to run sudo\n',
      /wants a terminal/,
      /"Defaults requiretty"/,
    ],
    ['no sudo (dash)', sudo, 'sh: 1: exec: sudo: not found\n', /sudo is not installed/, /install sudo/],
    [
      'no sudo (bash)',
      sudo,
      'bash: line 1: exec: sudo: not found\n',
      /sudo is not installed/,
      /install sudo/,
    ],
    [
      'no sudo (busybox)',
      sudo,
      'sh: exec: line 0: sudo: not found\n',
      /sudo is not installed/,
      /install sudo/,
    ],
    ['no rule', sudo, 'joe is not in the sudoers file.\n', /is not allowed/, /sudoers\.d/],
    [
      'no password set',
      { method: 'sudo', user: 'root' },
      'sudo: a password is required\n',
      /needs a password, and none is set/,
      /ansible_become_password.*-K/,
    ],
    ['no such user', sudo, 'sudo: unknown user: nobody2\n', /no such user/, /become_user/],
    ['su refused', su, 'Password: ', /the password was refused/, /sent once/],
  ])('explains %s', async (_title, become, printed, message, hint) => {
    const { error } = await open((channel) => {
      channel.print('stderr', printed);
      setTimeout(() => channel.end({ code: 1, lost: false }), 20);
    }, become);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});
