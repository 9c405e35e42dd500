import type { Duplex } from 'node:stream';
import { CommandError, ConnectionError } from '../model/errors.ts';
import { deferred } from './deferred.ts';
import type { Client, SshChannel } from './ssh-library.ts';
import type { ServerStream } from './ssh-proxy.ts';
import { type Channel, type ChannelEnd, ChannelRefused, type Transport } from './transport.ts';

/** How long after the end of a process its last output may take, milliseconds. */
const lastOutputMs = 500;
/** How long a polite goodbye may take before the socket is torn down, milliseconds. */
const goodbyeMs = 1_000;

/** A transport that tells when it ends, and whether anyone is still there. */
export interface SshTransport extends Transport {
  /** Settles when the connection is gone, with the reason; never rejects. */
  readonly gone: Promise<string>;
  /** Settles when the server answers, however; never on a dead network. */
  probe(): Promise<void>;
}

/**
 * A logged-in ssh client as a transport.
 *
 * @param server.release called once when the connection is gone: what the connection itself stood on can go too;
 *   undefined = it stands on nothing else
 */
export function sshTransport(
  client: Client,
  hostName: string,
  { release, roundTripMs }: Pick<ServerStream, 'release' | 'roundTripMs'>,
): SshTransport {
  const state = { isOpen: true, reason: 'contact was lost' };
  const gone = deferred<string>();
  client.on('error', (error) => {
    state.isOpen = false;
    state.reason = error.message;
  });
  client.on('end', () => {
    state.isOpen = false;
  });
  client.on('close', () => {
    state.isOpen = false;
    gone.resolve(state.reason);
    release?.();
  });
  return {
    get isOpen() {
      return state.isOpen;
    },
    roundTripMs,
    open: (command) => openChannel(client, hostName, state, command),
    openTcp: (address, port) => openTcp(client, hostName, address, port),
    gone: gone.promise,
    probe: () => probe(client),
    close: async () => {
      state.isOpen = false;
      client.end();
      const timer = setTimeout(() => client.destroy(), goodbyeMs).unref();
      void gone.promise.then(() => clearTimeout(timer));
      // With the goodbye on its way nothing is left to do here. A way through others is cleared up behind it.
      await (release ? gone.promise : nextTurn());
    },
  };
}

/** When all that was written in this one has been handed over. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Takes back a forwarding that was never asked for: the server says no, and so that it is there. */
function probe(client: Client): Promise<void> {
  const answered = deferred<void>();
  try {
    client.unforwardIn('', 0, () => answered.resolve());
  } catch {
    // Not connected any more: nothing will answer.
  }
  return answered.promise;
}

interface State {
  readonly isOpen: boolean;
  readonly reason: string;
}

function openChannel(client: Client, hostName: string, state: State, command: string): Promise<Channel> {
  const opened = deferred<Channel>();
  const lost = () => new ConnectionError(`${hostName}: ${state.reason}`);
  try {
    client.exec(command, (error, channel) => {
      if (error === undefined) opened.resolve(channelOf(channel, state));
      else if (!state.isOpen) opened.reject(lost());
      else opened.reject(channelRefusal(error, hostName));
    });
  } catch {
    opened.reject(lost());
  }
  return opened.promise;
}

function channelRefusal(error: Error, hostName: string): ConnectionError {
  if (!('reason' in error)) {
    return new ConnectionError(`${hostName}: sshd does not run commands for this login: ${error.message}`);
  }
  return new ChannelRefused(`${hostName}: sshd refused another channel: ${error.message}`, {
    hint: 'MaxSessions in sshd_config is reached; its default is 10, and Mooring uses up to 10',
  });
}

function channelOf(channel: SshChannel, state: State): Channel {
  const closed = deferred<ChannelEnd>();
  let end: Omit<ChannelEnd, 'lost'> | undefined;
  channel.on('exit', (code: number | null, signal?: string) => {
    end = {
      ...(code === null ? {} : { code }),
      ...(signal === undefined ? {} : { signal: signal.replace('SIG', '') }),
    };
    const known = end;
    // sshd sends `close` when nobody holds the pipes any more, maybe never.
    const timer = setTimeout(() => closed.resolve({ ...known, lost: false }), lastOutputMs);
    channel.once('close', () => clearTimeout(timer));
  });
  channel.on('close', () => closed.resolve({ ...end, lost: end === undefined && !state.isOpen }));
  channel.on('error', () => undefined);
  return {
    ...{ stdin: channel, stdout: channel, stderr: channel.stderr, closed: closed.promise },
    close: () => {
      // What still arrives must be read for the channel to get to its end.
      channel.resume();
      channel.stderr.resume();
      channel.close();
    },
  };
}

function openTcp(client: Client, hostName: string, address: string, port: number): Promise<Duplex> {
  const opened = deferred<Duplex>();
  const where = `${address} port ${port}`;
  try {
    client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
      if (error === undefined) opened.resolve(channel);
      else opened.reject(forwardRefusal(error, hostName, where));
    });
  } catch {
    opened.reject(new ConnectionError(`${hostName}: contact was lost before ${where} could be reached`));
  }
  return opened.promise;
}

/** RFC 4254, 5.1: 1 = administratively prohibited, 2 = connect failed. */
function forwardRefusal(error: Error, hostName: string, where: string): Error {
  const reason = 'reason' in error ? String(error.reason) : undefined;
  if (reason === undefined) return new ConnectionError(`${hostName}: ${error.message}`);
  if (reason === '1' || /prohibited/i.test(reason)) {
    return new CommandError(
      `${hostName}: sshd there does not forward TCP, so ${where} cannot be reached through it`,
      {
        hint: 'set "AllowTcpForwarding yes" (or local) in its sshd_config and see PermitOpen; or use via: direct',
      },
    );
  }
  const detail = error.message.replace(/^\(SSH\) Channel open failure: /, '');
  return new CommandError(`${hostName}: cannot connect from there to ${where}: ${detail}`);
}
