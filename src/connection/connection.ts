import type { Duplex, Readable, Writable } from 'node:stream';

/** How to reach one host; made by the engine from the host's `ansible_*` variables. */
export interface ConnectionSpec {
  /** Inventory name, for messages. */
  readonly name: string;
  readonly transport: 'ssh' | 'local';
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly privateKeyFile?: string;
  readonly privateKeyPassphrase?: string;
  /** The text of ansible_ssh_common_args and ansible_ssh_extra_args: `-o Name=value …`. */
  readonly sshArgs?: string;
  /** How long connecting may take, milliseconds; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Ask for a password or passphrase on the terminal; undefined = never ask. */
  readonly askSecret?: (prompt: string) => Promise<string>;
  /** Keep the connection open for later runs; undefined = end it with this one. */
  readonly keep?: Keep;
}

/** How a connection outlives a run. */
export interface Keep {
  /** How long one stays open that nobody uses, milliseconds. */
  readonly idleMs: number;
  /** The command line that starts the process which keeps it. */
  readonly program: readonly string[];
}

/** Run as another user. */
export interface Become {
  readonly method: 'sudo' | 'su';
  readonly user: string;
  readonly password?: string;
}

/** What a command did; the same shape whether it ended well or not. */
export interface ExecResult {
  readonly exitCode: number;
  /** Set where a signal ended it; exitCode is then 128 + its number. */
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
  /** The same output as bytes. */
  readonly stdoutBytes: Buffer;
  readonly durationMs: number;
  /** Output past the capture limit (10 MiB) was cut. */
  readonly truncated: boolean;
  /** The deadline passed and its process group was killed. */
  readonly timedOut: boolean;
}

/** One complete POSIX sh script; whoever builds it quotes with util/shell. */
export interface ShellRequest {
  readonly script: string;
  readonly stdin?: Uint8Array;
  readonly become?: Become;
  /** Deadline in milliseconds. */
  readonly timeoutMs: number;
  /** `C` for our own reads (LC_ALL=C), `login` for users' commands. */
  readonly locale: 'C' | 'login';
  /** Reads may be issued again after a lost connection, steps never are. */
  readonly kind: 'read' | 'step';
  /** For steps that are written without waiting for the answers of those before them. */
  readonly chain?: StepChain;
}

/**
 * Steps that go out together: the host runs each only where all before it ended well. One that it passes over
 * throws StepNotRun.
 */
export interface StepChain {
  /** A word that no two chains of a run share. */
  readonly id: string;
  /** It begins the chain. */
  readonly isFirst: boolean;
  /** Exit codes after which those behind it may run. */
  readonly expect: readonly number[] | 'any';
}

/** A command on a channel of its own: user commands, long steps, streams. */
export interface ExecRequest extends Omit<ShellRequest, 'stdin'> {
  readonly stdin?: Uint8Array | Readable;
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Survives a cut connection: output and status are spooled on the host. Default false. */
  readonly durable?: boolean;
  /** How long a lost connection of a durable command is tried again, milliseconds; at least two minutes. */
  readonly reconnectMs?: number;
  /**
   * A command that only looks (`kind: 'read'`): it may go, with others of its kind, through one shell beside
   * that of reads and steps, which saves the opening of a channel. `queued` = also where that shell is busy.
   */
  readonly shared?: 'idle' | 'queued';
  /**
   * Called when a durable command is on its way to its channel, with the host as it is asked behind it: reads
   * asked for in the same tick go out in the same write, and are answered when the command has ended. Not
   * called where what the command is fed stands in the way.
   */
  readonly behind?: (connection: Connection) => void;
}

/** A running command whose output is read as a stream (see the `stream` step). */
export interface ExecStream {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** stdout in it is empty: it went to the stream. */
  readonly done: Promise<ExecResult>;
  kill(): void;
}

/**
 * An open session to one host. Every method throws ConnectionError when contact is lost; a command
 * that fails is an ExecResult, not an error.
 */
export interface Connection {
  readonly spec: ConnectionSpec;
  /** Runs a script in the pipelined shell: requests go out at once, replies come in order. */
  shell(request: ShellRequest): Promise<ExecResult>;
  /** Runs a script on a channel of its own (at most 8 a host, the rest queue). */
  exec(request: ExecRequest): Promise<ExecResult>;
  /** Like exec, with its streams in the caller's hands. */
  execStream(request: Omit<ExecRequest, 'stdin' | 'onOutput' | 'durable' | 'behind'>): Promise<ExecStream>;
  /** A TCP connection made from the host (ssh direct-tcpip; plain TCP for local). */
  openTcp(address: string, port: number): Promise<Duplex>;
  /**
   * Opens ahead of need what takes round trips to open: the shell of reads and steps, and channels for so
   * many users' commands. What goes wrong in it comes up again when it is needed.
   */
  prepare?(wanted: { readonly become?: Become | undefined; readonly commands: number }): void;
  /** Counters for benchmarks and -vvv: requests written, writes (round trips), channels opened. */
  readonly counters: ConnectionCounters;
  /** @param options `forGood`: also one that would be kept for later runs is ended, so that the next is a new login */
  close(options?: { readonly forGood?: boolean }): Promise<void>;
}

export interface ConnectionCounters {
  readonly requests: number;
  readonly writes: number;
  readonly channels: number;
}
