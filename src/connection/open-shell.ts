import { ConnectionError } from '../model/errors.ts';
import { type BecomeCommand, becomeCommand } from './become.ts';
import type { Become } from './connection.ts';
import { deferred } from './deferred.ts';
import { FrameReader, type Mark, newToken, printMark } from './frame.ts';
import { handshakeFailure } from './handshake-failure.ts';
import type { Channel, Transport } from './transport.ts';

/** A `sh` on the host that answered the handshake. */
export interface OpenShell {
  readonly channel: Channel;
  readonly token: string;
  /** Its process group on the host; everything it starts is in it. Undefined where /proc is missing. */
  readonly processGroup: number | undefined;
  /** Who gets the marks and bytes of each stream from now on; until set, they are dropped. */
  readonly output: { stdout: ShellOutput; stderr: ShellOutput };
}

interface ShellOutput {
  onMark(mark: Mark): void;
  onData(chunk: Buffer): void;
}

export interface OpenShellOptions {
  readonly transport: Transport;
  readonly hostName: string;
  readonly become?: Become | undefined;
  /** A shell opened before, in whose place the new one starts; it must not have been asked anything. */
  readonly within?: OpenShell | undefined;
  /** How long the nonce may take, milliseconds. */
  readonly timeoutMs: number;
}

const dropped: ShellOutput = { onMark: () => undefined, onData: () => undefined };
const noiseLimit = 4096;

/**
 * Starts `sh` on a channel of its own, as another user where asked, and waits for its nonce.
 *
 * @throws ConnectionError where no shell answers, quoting what came instead; CommandError where the other
 *   user cannot be had (no sudo, password refused, not allowed)
 */
export async function openShell(options: OpenShellOptions): Promise<OpenShell> {
  const token = newToken();
  const start = startText(token);
  const become = options.become ? becomeCommand(options.become, start) : undefined;
  const command = become?.command ?? `exec sh -s -c '${start}'`;
  const channel = options.within?.channel ?? (await openInTime(options, command));
  if (options.within) channel.stdin.write(`exec ${command.replace(/^exec /, '')}\n`);
  return new Handshake(options, channel, token, become).answer;
}

/** On a dead network nobody refuses: without a deadline the opening would wait for ever. */
async function openInTime(options: OpenShellOptions, command: string): Promise<Channel> {
  const { transport, hostName, timeoutMs } = options;
  const late = deferred<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new ConnectionError(`${hostName}: no channel could be opened within ${timeoutMs / 1000} s`),
      ),
    timeoutMs,
  );
  const opening = transport.open(command);
  try {
    return await Promise.race([opening, late.promise]);
  } catch (error) {
    opening.then((channel) => channel.close()).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The text for `sh -c`: says the nonce with the shell's own entry of /proc (for its process group), then
 * becomes the shell that reads requests. No single quotes, and nothing a fish or csh would read otherwise.
 *
 * With `-s` dash goes on with its standard input by itself, which saves the host a process image; it alone says
 * so by `s` and nothing else in `$-`.
 */
function startText(token: string): string {
  const mark = (rest: string) => printMark(token, 'h', 0, rest).replaceAll("'", '"');
  return (
    'case ":$PATH:" in *:/usr/sbin:*) ;; *) PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH;; esac; ' +
    `stat=; read -r stat 2>/dev/null </proc/$$/stat; ${mark('"$stat"')}; ${mark('ok')} >&2; ` +
    'case "$ZSH_VERSION$KSH_VERSION$-" in s) ;; *) exec sh;; esac'
  );
}

class Handshake {
  readonly #options: OpenShellOptions;
  readonly #channel: Channel;
  readonly #token: string;
  readonly #become: BecomeCommand | undefined;
  readonly #answer = deferred<OpenShell>();
  readonly #output = { stdout: dropped, stderr: dropped };
  readonly #timer: NodeJS.Timeout;
  readonly #seen = { stdout: false, stderr: false };
  #noise = '';
  #promptNoise = '';
  #processGroup: number | undefined;
  #sentPassword = false;
  #done = false;

  constructor(options: OpenShellOptions, channel: Channel, token: string, become: BecomeCommand | undefined) {
    this.#options = options;
    this.#channel = channel;
    this.#token = token;
    this.#become = become;
    this.#timer = setTimeout(() => this.#fail('timeout'), options.timeoutMs);
    this.#listen('stdout');
    this.#listen('stderr');
    channel.stdin.on('error', () => undefined);
    void channel.closed.then((end) => this.#fail(end));
  }

  get answer(): Promise<OpenShell> {
    return this.#answer.promise;
  }

  #listen(stream: 'stdout' | 'stderr'): void {
    const reader = new FrameReader(this.#token, {
      onMark: (mark) => (mark.kind === 'h' ? this.#onNonce(stream, mark) : this.#output[stream].onMark(mark)),
      onData: (chunk) => (this.#done ? this.#output[stream].onData(chunk) : this.#onNoise(chunk)),
    });
    this.#channel[stream].on('data', (chunk: Buffer) => reader.push(chunk));
    this.#channel[stream].on('end', () => reader.end());
    this.#channel[stream].on('error', () => undefined);
  }

  #onNonce(stream: 'stdout' | 'stderr', mark: Mark): void {
    this.#seen[stream] = true;
    if (stream === 'stdout') this.#processGroup = processGroupOf(mark.rest);
    if (this.#done || !this.#seen.stdout || !this.#seen.stderr) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#answer.resolve({
      channel: this.#channel,
      token: this.#token,
      processGroup: this.#processGroup,
      output: this.#output,
    });
  }

  #onNoise(chunk: Buffer): void {
    const text = chunk.toString('utf8');
    if (this.#noise.length < noiseLimit) this.#noise += text;
    if (this.#become === undefined || this.#seen.stdout) return;
    this.#promptNoise = (this.#promptNoise + text).slice(-200);
    if (!this.#become.isPrompt(this.#promptNoise)) return;
    this.#promptNoise = '';
    const password = this.#options.become?.password;
    if (this.#sentPassword || password === undefined) {
      this.#fail('asked');
      return;
    }
    this.#sentPassword = true;
    this.#channel.stdin.write(`${password}\n`);
  }

  #fail(why: Parameters<typeof handshakeFailure>[0]['why']): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#channel.close();
    const { hostName, become, timeoutMs } = this.#options;
    this.#answer.reject(
      handshakeFailure({
        ...{ why, hostName, become, timeoutMs },
        printed: this.#noise,
        sentPassword: this.#sentPassword,
      }),
    );
  }
}

/** proc(5), /proc/pid/stat: the name in parentheses may hold anything; the process group is field 5. */
function processGroupOf(stat: string): number | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  const group = Number(fields[2]);
  return Number.isInteger(group) && group > 1 ? group : undefined;
}
