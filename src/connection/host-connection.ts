import { type Duplex, PassThrough, Readable } from 'node:stream';
import { becomeKey } from './become.ts';
import { BehindCommand } from './behind-command.ts';
import { ChannelSlots } from './channel-slots.ts';
import { runCommand } from './command-channel.ts';
import type {
  Become,
  Connection,
  ConnectionCounters,
  ConnectionSpec,
  ExecRequest,
  ExecResult,
  ExecStream,
  ShellRequest,
} from './connection.ts';
import { deferred } from './deferred.ts';
import { runDurably } from './durable.ts';
import { killGroupScript, runKill } from './kill-group.ts';
import { type OpenShell, openShell } from './open-shell.ts';
import { PasswordGate } from './password-gate.ts';
import { type Requests, SharedShells } from './shared-shells.ts';
import { SpareShells } from './spare-shells.ts';
import { flushReads, joinReads } from './step-barrier.ts';
import { ChannelRefused, type Transport } from './transport.ts';
import { TransportHolder } from './transport-holder.ts';

const defaultTimeoutMs = 10_000;

/** Between TERM and KILL for a command past its deadline, milliseconds. */
const graceMs = 2_000;

/** A connection over any transport; reconnects by itself while nothing that changes is under way. */
export class HostConnection implements Connection {
  readonly spec: ConnectionSpec;
  readonly #transport: TransportHolder;
  readonly #shells: SharedShells;
  readonly #slots = new ChannelSlots();
  readonly #counters = { requests: 0, writes: 0, channels: 0 };
  readonly #spares = new Map<string, SpareShells>();
  readonly #passwords = new PasswordGate();
  readonly #tidying = new Set<Promise<unknown>>();
  #isClosed = false;

  /** @param connect opens the transport; called again where contact was lost */
  constructor(spec: ConnectionSpec, connect: () => Promise<Transport>) {
    this.spec = spec;
    this.#transport = new TransportHolder(spec.name, connect);
    this.#shells = new SharedShells({
      hostName: spec.name,
      roundTripMs: async () => (await this.#transport.get()).roundTripMs,
      open: (become) => this.#slots.forShell(() => this.#openShell(become)),
      kill: (become, script) => this.#kill(become, script),
      onUnreachable: () => this.#transport.drop(),
      beforeWrite: () => joinReads(this),
      counters: this.#counters,
    });
  }

  /** Makes contact now. Throws ConnectionError. */
  async open(): Promise<void> {
    await this.#transport.get();
  }

  get counters(): ConnectionCounters {
    return this.#counters;
  }

  prepare({ become, commands }: { become?: Become | undefined; commands: number }): void {
    if (this.#isClosed) return;
    this.#shells.reads(become).warmUp();
    if (commands > 0) this.#sparesFor(become).fill(commands);
  }

  shell(request: ShellRequest): Promise<ExecResult> {
    if (request.kind === 'step') flushReads(this);
    return this.#shells.reads(request.become).request(request);
  }

  exec(request: ExecRequest): Promise<ExecResult> {
    if (request.kind === 'step') flushReads(this);
    const { shared, stdin } = request;
    if (shared !== undefined && !(stdin instanceof Readable)) {
      const shell = this.#shells.commands(request.become, shared);
      if (shell) return throughShell(shell, { ...request, stdin });
    }
    this.#counters.requests++;
    const { behind: _, ...alone } = request;
    if (!request.durable) return this.#onOwnChannel(alone);
    return runDurably({
      ...{ hostName: this.spec.name, request },
      run: (part, killScript) => this.#onOwnChannel(part, { killScript }),
      shell: (part) => this.shell(part),
      isClosed: () => this.#isClosed,
      onTidying: (tidying) => this.#noteTidying(tidying),
    });
  }

  /** Nobody waits for it but the end of the connection. */
  #noteTidying(tidying: Promise<unknown>): void {
    this.#tidying.add(tidying);
    void tidying.then(() => this.#tidying.delete(tidying));
  }

  async execStream(request: StreamRequest): Promise<ExecStream> {
    if (request.kind === 'step') flushReads(this);
    this.#counters.requests++;
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const stop = deferred<void>();
    const done = this.#onOwnChannel({ ...request, stdin }, { stdout, stop: stop.promise });
    done.catch((error: unknown) => stdout.destroy(error instanceof Error ? error : undefined));
    return { stdin, stdout, done, kill: () => stop.resolve() };
  }

  async openTcp(address: string, port: number): Promise<Duplex> {
    const transport = await this.#transport.get();
    return transport.openTcp(address, port);
  }

  async close({ forGood = false }: { readonly forGood?: boolean } = {}): Promise<void> {
    await Promise.all(this.#tidying);
    this.#isClosed = true;
    this.#shells.close();
    await this.#transport.close(forGood);
  }

  #onOwnChannel(request: Omit<ExecRequest, 'durable'>, extras: ChannelExtras = {}): Promise<ExecResult> {
    // It may fail before there is a channel; whoever runs the command looks at it then.
    if (request.stdin instanceof Readable) request.stdin.on('error', () => undefined);
    const run = (shell: OpenShell) => {
      const group = shell.processGroup;
      const killScript =
        extras.killScript ?? (group === undefined ? 'true' : killGroupScript(group, graceMs));
      const kill = () => this.#kill(request.become, killScript);
      extras.stop?.then(kill).catch(() => undefined);
      const behind = request.behind && new BehindCommand(shell, this);
      const options = { hostName: this.spec.name, shell, request, kill, behind };
      return runCommand(extras.stdout === undefined ? options : { ...options, stdout: extras.stdout });
    };
    return this.#slots.forCommand(() => this.#commandShell(request.become), run);
  }

  /** One opened before, where there is one; else one of the login user becomes who is wanted. */
  async #commandShell(become: Become | undefined): Promise<OpenShell> {
    const spare = await this.#spares.get(becomeKey(become))?.take();
    if (spare || !become) return spare ?? this.#openShell(undefined);
    return this.#openShell(become, await this.#spares.get(becomeKey(undefined))?.take());
  }

  #sparesFor(become: Become | undefined): SpareShells {
    const key = becomeKey(become);
    const spares = this.#spares.get(key) ?? new SpareShells(() => this.#openShell(become));
    this.#spares.set(key, spares);
    return spares;
  }

  async #kill(become: Become | undefined, script: string): Promise<boolean> {
    const shell = await this.#openShell(become).catch(() => undefined);
    return shell !== undefined && runKill(shell, this.spec.name, script);
  }

  #openShell(become: Become | undefined, within?: OpenShell): Promise<OpenShell> {
    if (become?.password === undefined) return this.#openChannel(become, within);
    return this.#passwords.pass(becomeKey(become), () => this.#openChannel(become, within));
  }

  async #openChannel(become: Become | undefined, within?: OpenShell): Promise<OpenShell> {
    const transport = await this.#transport.get();
    if (within === undefined) this.#counters.channels++;
    const timeoutMs = this.spec.connectTimeoutMs ?? defaultTimeoutMs;
    try {
      return await openShell({ transport, hostName: this.spec.name, become, within, timeoutMs });
    } catch (error) {
      if (error instanceof ChannelRefused && this.#giveUpIdle()) return this.#openChannel(become);
      throw error;
    }
  }

  /** Makes room for another channel. */
  #giveUpIdle(): boolean {
    for (const spares of this.#spares.values()) if (spares.giveUp()) return true;
    return this.#shells.giveUpIdle();
  }
}

type StreamRequest = Parameters<Connection['execStream']>[0];
type SharedRequest = Omit<ExecRequest, 'stdin'> & { readonly stdin: Uint8Array | undefined };

/** Its output comes when it has ended. */
async function throughShell(shell: Requests, request: SharedRequest): Promise<ExecResult> {
  const { onOutput, stdin, durable: _, shared: __, ...rest } = request;
  const result = await shell.request({ ...rest, ...(stdin === undefined ? {} : { stdin }) });
  if (result.stdoutBytes.length > 0) onOutput?.('stdout', result.stdoutBytes);
  if (result.stderr !== '') onOutput?.('stderr', Buffer.from(result.stderr));
  return result;
}

interface ChannelExtras {
  /** Takes standard output instead of the result. */
  readonly stdout?: PassThrough;
  /** Ends the command's processes; default: the process group of its channel. */
  readonly killScript?: string;
  /** The command is ended when this resolves. */
  readonly stop?: Promise<void>;
}
