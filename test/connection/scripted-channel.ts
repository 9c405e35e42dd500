import { PassThrough, Writable } from 'node:stream';
import type { Channel, ChannelEnd, Transport } from '../../src/connection/transport.ts';

/** A channel whose other end is the test. */
export interface ScriptedChannel extends Channel {
  readonly command: string;
  /** Everything written to its standard input so far. */
  readonly written: () => string;
  print(stream: 'stdout' | 'stderr', text: string): void;
  end(end: ChannelEnd): void;
}

/** A transport whose channels are played by the test, in the order they are opened. */
export function scriptedTransport(
  onOpen: (channel: ScriptedChannel) => void,
  options: { readonly highWaterMark?: number; readonly isBlocked?: () => boolean } = {},
): Transport {
  return {
    isOpen: true,
    open: async (command) => {
      const channel = scriptedChannel(command, options);
      setImmediate(() => onOpen(channel));
      return channel;
    },
    openTcp: async () => new PassThrough(),
    close: async () => undefined,
  };
}

export function scriptedChannel(
  command: string,
  options: { readonly highWaterMark?: number; readonly isBlocked?: () => boolean },
): ScriptedChannel {
  let written = '';
  let resolve: (end: ChannelEnd) => void = () => undefined;
  const closed = new Promise<ChannelEnd>((onResolve) => {
    resolve = onResolve;
  });
  const stdin = new Writable({
    highWaterMark: options.highWaterMark ?? 16_384,
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.toString('latin1');
      if (!options.isBlocked?.()) done();
    },
  });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  return {
    ...{ command, stdin, stdout, stderr, closed },
    written: () => written,
    print: (stream, text) => (stream === 'stdout' ? stdout : stderr).write(text),
    end: (end) => resolve(end),
    close: () => resolve({ lost: false }),
  };
}

/** The token of the handshake in a channel's command line. */
export function tokenOf(command: string): string {
  return /mooring-[0-9a-f]{24}/.exec(command)?.[0] ?? '';
}

/** Plays a shell that says its nonce. */
export function sayNonce(channel: ScriptedChannel): void {
  const token = tokenOf(channel.command);
  channel.print('stdout', `\x1e${token} h 0 4711 (sh) S 1 4711 4711 0\n`);
  channel.print('stderr', `\x1e${token} h 0 ok\n`);
}
