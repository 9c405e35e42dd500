import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { CommandError, ConnectionError } from '../model/errors.ts';
import { deferred } from './deferred.ts';
import type { Channel, ChannelEnd, Transport } from './transport.ts';

/** How long after the end of a process its last output may take, milliseconds. */
const lastOutputMs = 500;

/**
 * `ansible_connection: local`: processes of this machine, started the way sshd would start them.
 *
 * @param environment theirs; its PATH decides which `sh` is used
 */
export function localTransport(environment: NodeJS.ProcessEnv = process.env): Transport {
  const children = new Set<ChildProcessWithoutNullStreams>();
  const state = { isOpen: true };
  return {
    get isOpen() {
      return state.isOpen;
    },
    roundTripMs: 0,
    open: (command) => openChannel(command, environment, children),
    openTcp,
    close: async () => {
      state.isOpen = false;
      for (const child of children) {
        child.stdin.destroy();
        child.stdout.destroy();
        child.stderr.destroy();
        child.unref();
      }
    },
  };
}

function openChannel(
  command: string,
  environment: NodeJS.ProcessEnv,
  children: Set<ChildProcessWithoutNullStreams>,
): Promise<Channel> {
  const child = spawn('sh', ['-c', command], { detached: true, env: environment, stdio: 'pipe' });
  children.add(child);
  const opened = deferred<Channel>();
  const closed = deferred<ChannelEnd>();
  child.once('spawn', () => opened.resolve(channelOf(child, closed.promise)));
  child.once('error', (error) => {
    opened.reject(new ConnectionError(`cannot start a shell on this machine: ${error.message}`));
  });
  child.once('exit', (code, signal) => {
    children.delete(child);
    // `close` waits for whoever holds the pipes, maybe for ever; what was printed last needs a moment.
    const timer = setTimeout(() => closed.resolve(endOf(code, signal)), lastOutputMs);
    child.once('close', () => {
      clearTimeout(timer);
      closed.resolve(endOf(code, signal));
    });
  });
  return opened.promise;
}

function endOf(code: number | null, signal: string | null): ChannelEnd {
  return {
    ...(code === null ? {} : { code }),
    ...(signal === null ? {} : { signal: signal.replace('SIG', '') }),
    lost: false,
  };
}

function channelOf(child: ChildProcessWithoutNullStreams, closed: Promise<ChannelEnd>): Channel {
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    closed,
    close: () => {
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

function openTcp(address: string, port: number): Promise<Duplex> {
  const opened = deferred<Duplex>();
  const socket = connect(port, address);
  socket.once('connect', () => opened.resolve(socket));
  socket.once('error', (error) => {
    opened.reject(
      new CommandError(`cannot connect to ${address} port ${port}: ${error.message}`, { cause: error }),
    );
  });
  return opened.promise;
}
