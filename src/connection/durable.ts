import { randomBytes } from 'node:crypto';
import { CommandError, ConnectionError } from '../model/errors.ts';
import { quoteWord } from '../util/shell.ts';
import type { ExecRequest, ExecResult, ShellRequest } from './connection.ts';
import { execResult, OutputCapture } from './output-capture.ts';
import { withLocale } from './script-text.ts';
import { endSessionScript, makeRoomHint, newSession, placeScript } from './spool-scripts.ts';

/** A cut connection is tried again this long, milliseconds, then the command is left to itself. */
const defaultReconnectMs = 120_000;
const firstPauseMs = 500;
const longestPauseMs = 8_000;
const cleanTimeoutMs = 30_000;

export interface DurableOptions {
  readonly hostName: string;
  readonly request: ExecRequest;
  /** Runs a script on a channel of its own; `killScript` ends what it started, on another channel. */
  run(request: Omit<ExecRequest, 'durable'>, killScript: string): Promise<ExecResult>;
  shell(request: ShellRequest): Promise<ExecResult>;
  /** The connection was closed on purpose: it is not tried again. */
  isClosed(): boolean;
  /** The result is there; what it left on the host is being removed. Never rejected. */
  onTidying(tidying: Promise<unknown>): void;
}

/**
 * Runs a command whose output and exit code are kept in a 0700 directory on the host, in a session of its
 * own: a cut connection neither ends it nor loses the result, which is picked up after connecting again.
 *
 * @throws CommandError where the directory cannot be made; ConnectionError where the host stays away: the
 *   error then names the directory
 */
export async function runDurably(options: DurableOptions): Promise<ExecResult> {
  return new DurableRun(options).run();
}

class DurableRun {
  readonly #options: DurableOptions;
  readonly #name = `mooring-spool-${randomBytes(12).toString('hex')}`;
  readonly #captures = { stdout: new OutputCapture(), stderr: new OutputCapture() };
  /** Bytes handed on so far; after a cut the spool is read from its start again. */
  readonly #delivered = { stdout: 0, stderr: 0 };
  readonly #startedMs = performance.now();

  constructor(options: DurableOptions) {
    this.#options = options;
  }

  async run(): Promise<ExecResult> {
    const { request, hostName } = this.#options;
    const result = await this.#attempts();
    if (result.state === 'absent') {
      throw new CommandError(
        `${hostName}: cannot make a directory for the command's output: ${result.said}`,
        { hint: makeRoomHint },
      );
    }
    this.#options.onTidying(this.#clean(request));
    const { stdout, stderr } = this.#captures;
    return execResult(result.exitCode, stdout, stderr, this.#startedMs, result.timedOut);
  }

  async #attempts(): Promise<Attempt> {
    const { request } = this.#options;
    try {
      return await this.#attempt(startScript(this.#name, request), request.timeoutMs, request);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      return this.#pickUp(error);
    }
  }

  /** Connects again and again, and reads the spool from its start. */
  async #pickUp(cause: ConnectionError): Promise<Attempt> {
    const { request, hostName, isClosed } = this.#options;
    const giveUpAt = performance.now() + Math.max(defaultReconnectMs, request.reconnectMs ?? 0);
    for (
      let pauseMs = firstPauseMs;
      performance.now() < giveUpAt && !isClosed();
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    ) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      const leftMs = Math.max(1_000, request.timeoutMs - (performance.now() - this.#startedMs));
      try {
        const attempt = await this.#attempt(followScript(this.#name), leftMs);
        if (attempt.state === 'present') return attempt;
        throw new ConnectionError(`${hostName}: contact was lost before the command was started`, { cause });
      } catch (error) {
        if (!(error instanceof ConnectionError) || error.cause === cause) throw error;
      }
    }
    throw new ConnectionError(`${hostName}: contact was lost while a command was under way`, {
      hint: `it goes on there; its output and exit code are kept in ${this.#name} below TMPDIR or /tmp`,
      cause,
    });
  }

  async #attempt(
    script: string,
    timeoutMs: number,
    { stdin, behind }: Pick<ExecRequest, 'stdin' | 'behind'> = {},
  ): Promise<Attempt> {
    const { request } = this.#options;
    const position = { stdout: 0, stderr: 0 };
    let head = '';
    const result = await this.#options.run(
      {
        ...{ script, timeoutMs, locale: 'login', kind: request.kind },
        ...(request.become === undefined ? {} : { become: request.become }),
        ...(stdin === undefined ? {} : { stdin }),
        ...(behind === undefined ? {} : { behind }),
        onOutput: (stream, chunk) => {
          let part = chunk;
          if (stream === 'stdout' && head.length < stateLength) {
            const take = stateLength - head.length;
            head += part.subarray(0, take).toString('latin1');
            part = part.subarray(take);
          }
          this.#deliver(stream, part, position);
        },
      },
      killScript(this.#name),
    );
    const state = head === 'P\n' ? 'present' : 'absent';
    return { state, exitCode: result.exitCode, timedOut: result.timedOut, said: result.stderr.trim() };
  }

  #deliver(stream: 'stdout' | 'stderr', chunk: Buffer, position: { stdout: number; stderr: number }): void {
    const known = Math.max(0, Math.min(chunk.length, this.#delivered[stream] - position[stream]));
    position[stream] += chunk.length;
    const fresh = chunk.subarray(known);
    if (fresh.length === 0) return;
    this.#delivered[stream] += fresh.length;
    this.#captures[stream].add(fresh);
    this.#options.request.onOutput?.(stream, fresh);
  }

  /** The result is safe here: the spool may go. Where that fails it stays, and does no harm. */
  async #clean(request: ExecRequest): Promise<void> {
    const script = `${placeScript(this.#name)}\nrm -rf -- "$d"`;
    const base = { script, timeoutMs: cleanTimeoutMs, locale: 'C', kind: 'step' } as const;
    const whole = request.become === undefined ? base : { ...base, become: request.become };
    await this.#options.shell(whole).catch(() => undefined);
  }
}

interface Attempt {
  readonly state: 'present' | 'absent';
  readonly exitCode: number;
  readonly timedOut: boolean;
  readonly said: string;
}

/** The scripts print `P\n` (the spool is there) or `A\n` (it is not) before anything else. */
const stateLength = 2;

/** Runs the script file in a session of its own; says how it ended in a file that appears at once. */
const runner = [
  'd=${0%/run}',
  'echo $$ >"$d/pid"',
  '( . "$d/script" )',
  'echo $? >"$d/code.part"',
  'mv -- "$d/code.part" "$d/code"',
].join('\n');

function startScript(name: string, request: ExecRequest): string {
  const input = request.stdin === undefined ? '/dev/null' : '"$d/in"';
  return [
    placeScript(name),
    'old_umask=$(umask); umask 077; mkdir -- "$d" || { echo A; exit 1; }',
    `printf '%s\\n' ${quoteWord(runner)} >"$d/run" && printf '%s\\n' ${quoteWord(withLocale(request))} >"$d/script" &&`,
    ': >"$d/out" && : >"$d/err" || { echo A; rm -rf -- "$d"; exit 1; }',
    ...(request.stdin === undefined ? [] : ['cat >"$d/in" || { echo A; rm -rf -- "$d"; exit 1; }']),
    'umask "$old_umask"; echo P; exec 5<"$d/out" 6<"$d/err"',
    newSession,
    `$session sh "$d/run" <${input} >>"$d/out" 2>>"$d/err" 5<&- 6<&- &`,
    'command=$!',
    // Hands output on while the command runs; told to stop, it finishes the copy it is at, so no byte is lost.
    "( stop=; trap 'stop=1' TERM",
    'while [ -z "$stop" ]; do sleep 0.2 </dev/null >/dev/null 2>&1 & wait $!; cat <&5 || exit; cat <&6 >&2 || exit; done ) &',
    'follower=$!; wait "$command" 2>/dev/null; code=$?',
    'kill -TERM "$follower" 2>/dev/null; wait "$follower"; cat <&5; cat <&6 >&2',
    'if [ -e "$d/code" ]; then read -r code <"$d/code"; fi; exit "$code"',
  ].join('\n');
}

function followScript(name: string): string {
  return [
    placeScript(name),
    '[ -d "$d" ] || { echo A; exit 1; }',
    'echo P; exec 5<"$d/out" 6<"$d/err"; read -r pid <"$d/pid"; end=',
    'while [ -z "$end" ]; do',
    'if [ -e "$d/code" ]; then end=1; elif ! kill -0 "$pid" 2>/dev/null; then sleep 0.3; end=1; fi',
    'cat <&5 || exit; cat <&6 >&2 || exit',
    '[ -n "$end" ] || sleep 0.2; done',
    'code=137; if [ -e "$d/code" ]; then read -r code <"$d/code"; fi; exit "$code"',
  ].join('\n');
}

function killScript(name: string): string {
  return [
    placeScript(name),
    'read -r pid 2>/dev/null <"$d/pid" || exit 0',
    endSessionScript('pid'),
    'true',
  ].join('\n');
}
