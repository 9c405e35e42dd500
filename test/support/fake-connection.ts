/**
 * Connections for tests that need no ssh.
 *
 *   // 1. Scripted: every shell and exec request is answered by `reply`; what it leaves out is "ended well".
 *   const connection = fakeConnection({
 *     reply: (request) => (request.script.includes('uname') ? { stdout: 'Linux\n' } : { exitCode: 127 }),
 *   });
 *   connection.requests            // what was asked: { via: 'shell' | 'exec' | 'stream', request }
 *   throw new ConnectionError(…)   // inside reply: contact is lost
 *
 *   // 2. Real: scripts run in a local `sh`, each in a process of its own, with `root` as HOME, TMPDIR and cwd.
 *   const connection = fakeConnection({ root: await mkdtemp(…) });
 *
 * Requests of one connection are answered in the order they came. With `root`, become is ignored: whoever
 * runs the test is the user. `reply` may return undefined to hand a request on to the real `sh` of `root`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type {
  Connection,
  ConnectionSpec,
  ExecRequest,
  ExecResult,
  ExecStream,
  ShellRequest,
} from '../../src/connection/connection.ts';
import { StepNotRun } from '../../src/connection/index.ts';
import { flushReads } from '../../src/connection/step-barrier.ts';
import { ConnectionError, InternalError } from '../../src/model/errors.ts';

export type ScriptedReply = Partial<ExecResult>;
type AnyRequest = ShellRequest | ExecRequest | Omit<ExecRequest, 'stdin' | 'onOutput' | 'durable'>;

export interface FakeConnectionOptions {
  readonly name?: string;
  readonly reply?: (
    request: AnyRequest,
    via: 'shell' | 'exec' | 'stream',
  ) => ScriptedReply | undefined | Promise<ScriptedReply | undefined>;
  readonly root?: string;
  /** Program for `root`; default `sh`. */
  readonly shell?: string;
  /** Answers openTcp; default with `root`: plain TCP from this process. */
  readonly openTcp?: (address: string, port: number) => Duplex;
}

export interface FakeConnection extends Connection {
  readonly requests: readonly { readonly via: 'shell' | 'exec' | 'stream'; readonly request: AnyRequest }[];
  readonly closed: boolean;
}

export function fakeConnection(options: FakeConnectionOptions): FakeConnection {
  const requests: { via: 'shell' | 'exec' | 'stream'; request: AnyRequest }[] = [];
  const counters = { requests: 0, writes: 0, channels: 0 };
  const state: { closed: boolean; chain: string | undefined } = { closed: false, chain: undefined };
  let last: Promise<unknown> = Promise.resolve();

  const answer = async (asked: AnyRequest, via: 'shell' | 'exec' | 'stream'): Promise<ExecResult> => {
    // That the shell makes way for a program is no difference to whoever answers.
    const request = { ...asked, script: asked.script.replace(/(^|\n)exec (.*)$/, '$1$2') };
    if (state.closed) throw new ConnectionError('the connection was closed');
    requests.push({ via, request });
    counters.requests++;
    if (via === 'shell') counters.writes++;
    else counters.channels++;
    const scripted = await options.reply?.(request, via);
    if (scripted) return deliver(request, completed(scripted));
    if (options.root === undefined) return deliver(request, completed({}));
    return runLocally(request, options.root, options.shell ?? 'sh');
  };
  const answerChained = async (request: ShellRequest): Promise<ExecResult> => {
    const { chain } = request;
    if (!chain) return answer(request, 'shell');
    if (!chain.isFirst && state.chain !== chain.id) throw new StepNotRun('a step before it failed');
    state.chain = undefined;
    const result = await answer(request, 'shell');
    if (chain.expect === 'any' || chain.expect.includes(result.exitCode)) state.chain = chain.id;
    return result;
  };
  const inOrder = (request: ShellRequest): Promise<ExecResult> => {
    const result = last.then(() => answerChained(request));
    last = result.catch(() => undefined);
    return result;
  };
  const spec: ConnectionSpec = { name: options.name ?? 'fake', transport: 'local', address: 'localhost' };
  const connection: FakeConnection = {
    spec,
    requests,
    counters,
    get closed() {
      return state.closed;
    },
    shell: (request) => {
      if (request.kind === 'step') flushReads(connection);
      return inOrder(request);
    },
    exec: (request) => {
      if (request.kind === 'step') flushReads(connection);
      return answer(request, 'exec');
    },
    execStream: async (request) => streamOf((stdin) => answer({ ...request, stdin }, 'stream')),
    openTcp: async (address, port) => openTcp(options, address, port),
    close: async () => {
      state.closed = true;
    },
  };
  return connection;
}

/** A full result from what a test cares about. */
export function completed(part: ScriptedReply): ExecResult {
  const stdoutBytes = part.stdoutBytes ?? Buffer.from(part.stdout ?? '');
  return {
    exitCode: 0,
    stderr: '',
    durationMs: 1,
    truncated: false,
    timedOut: false,
    ...part,
    stdout: part.stdout ?? stdoutBytes.toString('utf8'),
    stdoutBytes,
  };
}

function deliver(request: AnyRequest, result: ExecResult): ExecResult {
  if ('onOutput' in request && request.onOutput) {
    if (result.stdoutBytes.length > 0) request.onOutput('stdout', result.stdoutBytes);
    if (result.stderr !== '') request.onOutput('stderr', Buffer.from(result.stderr));
  }
  return result;
}

async function runLocally(request: AnyRequest, root: string, shell: string): Promise<ExecResult> {
  const started = Date.now();
  const locale = request.locale === 'C' ? { LC_ALL: 'C' } : {};
  const child = spawn(shell, ['-s'], {
    cwd: root,
    env: { ...process.env, HOME: root, TMPDIR: root, ...locale },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const onOutput = 'onOutput' in request ? request.onOutput : undefined;
  child.stdout.on('data', (chunk: Buffer) => onOutput?.('stdout', chunk));
  child.stderr.on('data', (chunk: Buffer) => onOutput?.('stderr', chunk));
  const payload = child.stdio[3];
  if (!(payload instanceof Duplex)) throw new InternalError('no pipe for the payload');
  for (const stream of [child.stdin, payload]) stream.on('error', () => undefined);
  const stdin = 'stdin' in request ? request.stdin : undefined;
  if (stdin instanceof Readable) stdin.pipe(payload);
  else payload.end(stdin ?? '');
  child.stdin.end(`( eval ' ${request.script.replaceAll("'", "'\\''")}' ) <&3 3<&-\n`);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  }, request.timeoutMs);
  const [stdoutBytes, stderr, [code, signal]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close'),
  ]);
  clearTimeout(timer);
  return completed({
    exitCode: code ?? 137,
    ...(signal ? { signal: String(signal).replace('SIG', '') } : {}),
    stdoutBytes,
    stderr: stderr.toString(),
    durationMs: Date.now() - started,
    timedOut,
  });
}

function streamOf(run: (stdin: Readable) => Promise<ExecResult>): ExecStream {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const done = run(stdin).then((result) => {
    stdout.end(result.stdoutBytes);
    return { ...result, stdout: '', stdoutBytes: Buffer.alloc(0) };
  });
  done.catch((error: unknown) => stdout.destroy(error instanceof Error ? error : undefined));
  return { stdin, stdout, done, kill: () => stdin.destroy() };
}

async function openTcp(options: FakeConnectionOptions, address: string, port: number): Promise<Duplex> {
  if (options.openTcp) return options.openTcp(address, port);
  const socket = connectTcp(port, address);
  await once(socket, 'connect');
  return socket;
}
