import { PassThrough, Readable, type Writable } from 'node:stream';
import { ConnectionError } from '../model/errors.ts';
import type { BehindCommand } from './behind-command.ts';
import type { ExecRequest, ExecResult } from './connection.ts';
import { deferred } from './deferred.ts';
import { frameRequest, type Mark } from './frame.ts';
import type { OpenShell } from './open-shell.ts';
import { execResult, exitCodeOfSignal, OutputCapture } from './output-capture.ts';
import { channelInput, inputText, withLocale } from './script-text.ts';
import type { ChannelEnd } from './transport.ts';

/** Payloads up to this many bytes ride in the script; larger ones and streams follow it on the channel. */
const inlineLimit = 16 * 1024;
/** After the deadline: how long a killed command's last output is waited for, milliseconds. */
const lastOutputMs = 500;

export interface CommandOptions {
  readonly hostName: string;
  readonly shell: OpenShell;
  readonly request: Omit<ExecRequest, 'durable'>;
  /** Kills the command's process group over another channel; false where nothing could be reached. */
  kill(): Promise<boolean>;
  /** Takes standard output instead of the result. */
  readonly stdout?: Writable;
  /** Reads to be answered in the same channel when the command has ended. */
  readonly behind?: BehindCommand | undefined;
}

/**
 * Runs one command in a shell of its own and closes the channel. It ends with its main process: children
 * that keep the streams open are not waited for.
 *
 * @throws ConnectionError where contact is lost before the end
 */
export async function runCommand(options: CommandOptions): Promise<ExecResult> {
  return new Command(options).run();
}

class Command {
  readonly #options: CommandOptions;
  readonly #result = deferred<ExecResult>();
  readonly #captures = { stdout: new OutputCapture(), stderr: new OutputCapture() };
  readonly #ended = { stdout: false, stderr: false };
  readonly #startedMs = performance.now();
  readonly #payload: Readable | undefined;
  readonly #behind: BehindCommand | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #exitCode: number | undefined;
  #payloadError: Error | undefined;
  #timedOut = false;
  #done = false;

  constructor(options: CommandOptions) {
    this.#options = options;
    this.#payload = payloadStream(options.request.stdin);
    // What follows a payload on the channel would be read as part of it.
    this.#behind = this.#payload ? undefined : options.behind;
  }

  run(): Promise<ExecResult> {
    const { shell, request } = this.#options;
    for (const stream of ['stdout', 'stderr'] as const) {
      shell.output[stream] = {
        onMark: (mark) => this.#onMark(stream, mark),
        onData: (chunk) => this.#onData(stream, chunk),
      };
    }
    for (const event of ['drain', 'close']) {
      this.#options.stdout?.on(event, () => shell.channel.stdout.resume());
    }
    void shell.channel.closed.then((end) => this.#onClosed(end));
    this.#payload?.once('error', (error) => this.#onPayloadError(error));
    if (this.#payload?.errored) this.#onPayloadError(this.#payload.errored);
    this.#deadline = setTimeout(() => this.#onDeadline(), request.timeoutMs);
    this.#write();
    return this.#result.promise;
  }

  #write(): void {
    const { shell, request } = this.#options;
    const inline = request.stdin instanceof Readable ? undefined : request.stdin;
    const input = this.#payload ? channelInput : inputText(inline);
    const behind = this.#behind;
    const isLast = behind === undefined;
    const text = frameRequest(shell.token, 1, withLocale(request), input, { isLast });
    if (behind) {
      request.behind?.(behind.connection);
      // What is asked in this tick goes out with the command.
      setImmediate(() => shell.channel.stdin.write(text + behind.begin()));
    } else shell.channel.stdin.write(text);
  }

  #onMark(stream: 'stdout' | 'stderr', mark: Mark): void {
    if (mark.id !== 1) {
      this.#behind?.onMark(stream, mark);
      return;
    }
    if (mark.kind === 'b') {
      if (stream === 'stdout') this.#sendPayload();
      return;
    }
    this.#ended[stream] = true;
    if (stream === 'stdout') this.#exitCode = Number(mark.rest);
    if (this.#ended.stdout && this.#ended.stderr) this.#finish(this.#exitCode ?? 0);
  }

  /** Only now the shell has read the whole request, so what follows goes to the command. */
  #sendPayload(): void {
    const { stdin } = this.#options.shell.channel;
    if (this.#payload === undefined) return;
    this.#payload.pipe(stdin);
  }

  /** Half a payload must not look like a whole one: the command is ended before its input ends. */
  #onPayloadError(error: Error): void {
    this.#payloadError = error;
    this.#options.kill().then(
      () => this.#finish(exitCodeOfSignal('TERM')),
      () => this.#finish(exitCodeOfSignal('TERM')),
    );
  }

  #onData(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    if (this.#ended[stream]) this.#behind?.onData(stream, chunk);
    if (this.#done || this.#ended[stream]) return;
    const { stdout, request, shell } = this.#options;
    request.onOutput?.(stream, chunk);
    if (stream === 'stderr' || stdout === undefined) {
      this.#captures[stream].add(chunk);
      return;
    }
    // A reader who left early must not keep the command from its end.
    if (stdout.destroyed || stdout.write(chunk)) return;
    shell.channel.stdout.pause();
  }

  #onDeadline(): void {
    this.#timedOut = true;
    this.#options.kill().then(
      (isKilled) => {
        if (!isKilled) this.#fail('took longer than its deadline, and nothing could be reached to end it');
        // The end of the channel normally comes first and brings the last output.
        else this.#deadline = setTimeout(() => this.#finish(exitCodeOfSignal('KILL')), lastOutputMs);
      },
      () => this.#fail('took longer than its deadline, and nothing could be reached to end it'),
    );
  }

  #onClosed(end: ChannelEnd): void {
    this.#behind?.channelEnded(end.lost);
    if (end.lost) this.#fail('was under way when contact was lost');
    else this.#finish(end.signal === undefined ? (end.code ?? 255) : exitCodeOfSignal(end.signal));
  }

  #finish(exitCode: number): void {
    if (this.#done) return;
    this.#end();
    const { stdout, stderr } = this.#captures;
    if (this.#payloadError) this.#result.reject(this.#payloadError);
    this.#result.resolve(execResult(exitCode, stdout, stderr, this.#startedMs, this.#timedOut));
    this.#options.stdout?.end();
  }

  #fail(what: string): void {
    if (this.#done) return;
    this.#end();
    const error = new ConnectionError(`${this.#options.hostName}: a command ${what}`, {
      hint: 'whether it was completed is not known: look at the host before running it again',
    });
    this.#result.reject(error);
    this.#options.stdout?.destroy(error);
  }

  #end(): void {
    this.#done = true;
    clearTimeout(this.#deadline);
    const { channel } = this.#options.shell;
    if (this.#payload !== undefined) {
      this.#payload.unpipe(channel.stdin);
      if (!this.#payload.readableEnded) this.#payload.destroy();
    }
    if (this.#behind && this.#ended.stdout && this.#ended.stderr) {
      this.#behind.commandEnded(() => channel.close());
    } else channel.close();
  }
}

function payloadStream(stdin: ExecRequest['stdin']): Readable | undefined {
  if (stdin instanceof Readable) return stdin;
  if (stdin === undefined || stdin.length <= inlineLimit) return undefined;
  const stream = new PassThrough();
  stream.end(stdin);
  return stream;
}
