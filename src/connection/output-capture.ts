import { constants } from 'node:os';
import type { ExecResult } from './connection.ts';

/** Output kept of one command and stream; the rest is counted as cut. */
export const captureLimit = 10 * 1024 * 1024;

/** Collects one stream of output up to the limit. */
export class OutputCapture {
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #truncated = false;

  add(chunk: Buffer): void {
    const room = captureLimit - this.#size;
    if (chunk.length > room) this.#truncated = true;
    if (room <= 0) return;
    const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(part);
    this.#size += part.length;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
  }
}

/** The result of a command whose process ended with a shell's exit status. */
export function execResult(
  exitCode: number,
  stdout: OutputCapture,
  stderr: OutputCapture,
  startedMs: number,
  timedOut = false,
): ExecResult {
  const stdoutBytes = stdout.bytes();
  const signal = signalOf(exitCode);
  return {
    exitCode,
    ...(signal === undefined ? {} : { signal }),
    stdout: stdoutBytes.toString('utf8'),
    stderr: stderr.bytes().toString('utf8'),
    stdoutBytes,
    durationMs: Math.max(0, Math.round(performance.now() - startedMs)),
    truncated: stdout.truncated || stderr.truncated,
    timedOut,
  };
}

/** The signal a shell's exit status stands for (128 + number), without `SIG`. */
function signalOf(exitCode: number): string | undefined {
  if (exitCode <= 128) return undefined;
  const number = exitCode - 128;
  const entry = Object.entries(constants.signals).find(([, value]) => value === number);
  return entry?.[0].slice(3);
}

/** 128 + the number of a signal's name, with or without `SIG`. */
export function exitCodeOfSignal(signal: string): number {
  const name = signal.startsWith('SIG') ? signal : `SIG${signal}`;
  const entry = Object.entries(constants.signals).find(([key]) => key === name);
  return 128 + (entry?.[1] ?? 0);
}
