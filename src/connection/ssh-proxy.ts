import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ConnectionError } from '../model/errors.ts';
import type { ConnectionSpec } from './connection.ts';
import { deferred } from './deferred.ts';
import { packWrites } from './packed-socket.ts';
import type { SshSettings } from './ssh-settings.ts';
import type { Transport } from './transport.ts';

/** A stream to the ssh server, and what to let go of when it is no longer needed. */
export interface ServerStream {
  readonly stream: Duplex;
  readonly release?: () => void;
  /** How long the connection took, milliseconds: one round trip. */
  readonly roundTripMs?: number;
}

/** Where a ProxyCommand runs. */
export interface ProxySurroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Plain TCP. Throws ConnectionError naming the cause. */
export function openDirect(settings: SshSettings, spec: ConnectionSpec): Promise<ServerStream> {
  const { host, port, connectTimeoutMs } = settings;
  const opened = deferred<ServerStream>();
  const socket = new Socket().setNoDelay().connect({ host, port });
  packWrites(socket);
  const timer = setTimeout(
    () => socket.destroy(new Error(`no answer within ${connectTimeoutMs / 1000} s`)),
    connectTimeoutMs,
  );
  const fail = (error: Error) => {
    clearTimeout(timer);
    opened.reject(explain(error, `${spec.name}: cannot connect to ${host} port ${port}`));
  };
  socket.once('error', fail);
  socket.once('connect', () => {
    clearTimeout(timer);
    socket.off('error', fail);
    // Between here and the login nobody listens; the login looks at the socket's state.
    socket.on('error', () => undefined);
    opened.resolve({ stream: socket });
  });
  return opened.promise;
}

/** Through the standard streams of a command of ssh_config's ProxyCommand. */
export function openByCommand(
  command: string,
  spec: ConnectionSpec,
  surroundings?: ProxySurroundings,
): ServerStream {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], {
    ...surroundings,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaints.length < 2_000) complaints += chunk.toString();
  });
  const stream = new CommandStream(child.stdin, child.stdout);
  stream.on('error', () => undefined);
  const fail = (what: string) => {
    const said = complaints.trim() === '' ? '' : `: ${complaints.trim()}`;
    stream.destroy(
      new ConnectionError(`${spec.name}: ProxyCommand ${what}${said}`, {
        hint: `the command is: ${command}`,
      }),
    );
  };
  child.once('error', (error) => fail(error.message));
  child.once('close', (code, signal) => fail(`ended with ${signal ?? `exit code ${code}`}`));
  return {
    stream,
    release: () => {
      child.removeAllListeners('close');
      try {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      } catch {
        // it ended by itself
      }
    },
  };
}

/** Through another ssh server (ProxyJump), which it takes along when released. */
export async function openThrough(hop: Transport, settings: SshSettings): Promise<ServerStream> {
  const release = () => void hop.close().catch(() => undefined);
  try {
    return { stream: await hop.openTcp(settings.host, settings.port), release };
  } catch (error) {
    release();
    throw error instanceof ConnectionError ? error : asConnectionError(error);
  }
}

/** Hosts of ProxyJump are reached like any other: `[user@]host[:port]` or `ssh://…`, and ~/.ssh/config. */
export function hopSpec(
  text: string,
  rest: readonly string[],
  spec: ConnectionSpec,
  args: string,
): ConnectionSpec {
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(text.trim());
  if (match === null)
    throw new ConnectionError(`${spec.name}: ProxyJump "${text}" is not [user@]host[:port]`);
  const [, user, host = '', port] = match;
  const before = rest.length === 0 ? '-o ProxyJump=none' : `-o ProxyJump=${rest.join(',')}`;
  return {
    name: `${spec.name} (jump host ${host})`,
    transport: 'ssh',
    address: host.replaceAll(/[[\]]/g, ''),
    sshArgs: `${args} ${before} -o ProxyCommand=none`,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(spec.privateKeyFile === undefined ? {} : { privateKeyFile: spec.privateKeyFile }),
    ...(spec.privateKeyPassphrase === undefined ? {} : { privateKeyPassphrase: spec.privateKeyPassphrase }),
    ...(spec.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: spec.connectTimeoutMs }),
    ...(spec.askSecret === undefined ? {} : { askSecret: spec.askSecret }),
  };
}

/**
 * A child's stdin and stdout as one stream. Its end comes with that of the child, by `destroy`: only then it is
 * known why.
 */
class CommandStream extends Duplex {
  readonly #input: NodeJS.WritableStream;
  readonly #output: NodeJS.ReadableStream;

  constructor(input: NodeJS.WritableStream, output: NodeJS.ReadableStream) {
    super();
    this.#input = input;
    this.#output = output;
    output.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) output.pause();
    });
    input.on('error', () => undefined);
  }

  override _read(): void {
    this.#output.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#input.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#input.end();
    done();
  }
}

const causes: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ['connection refused', 'is sshd running there, and is ansible_port right?'],
  ENOTFOUND: ['the name cannot be resolved', 'check ansible_host, /etc/hosts and DNS'],
  EAI_AGAIN: ['the name cannot be resolved just now', 'DNS does not answer: check /etc/resolv.conf'],
  EHOSTUNREACH: ['no route to the host, or it is down', 'is the host up, and in this network?'],
  ENETUNREACH: ['the network cannot be reached', 'is this machine connected to that network?'],
  ETIMEDOUT: ['no answer', 'is the host up, and does a firewall drop the port?'],
};

function explain(error: Error, where: string): ConnectionError {
  const code = 'code' in error ? String(error.code) : '';
  const cause = causes[code];
  if (cause) return new ConnectionError(`${where}: ${cause[0]}`, { hint: cause[1], cause: error });
  const hint = /no answer within/.test(error.message)
    ? { hint: 'is the host up, and does a firewall drop the port?' }
    : {};
  return new ConnectionError(`${where}: ${error.message}`, { ...hint, cause: error });
}

function asConnectionError(error: unknown): ConnectionError {
  const message = error instanceof Error ? error.message : String(error);
  return new ConnectionError(message, { cause: error });
}
