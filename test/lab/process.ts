/** Programs of the control machine, run as the lab needs them: by argv, with their output kept for the error. */

import { spawn } from 'node:child_process';

export interface RunOptions {
  /** Text for standard input; empty when left out. */
  readonly input?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Also print what the program writes, as it comes. */
  readonly echo?: boolean;
  /** Kill the program after so many milliseconds; no limit when left out. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of the lab ended with a code other than 0; the message holds the end of its output. */
class LabCommandError extends Error {
  override readonly name = 'LabCommandError';
}

/**
 * Runs a program and waits for it.
 * @returns its exit code (128 + n is not used: a signal gives 255) and whole output.
 */
export function tryRun(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: 'pipe',
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' }),
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      if (options.echo) process.stdout.write(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err.push(chunk);
      if (options.echo) process.stderr.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code: code ?? 255,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    );
    // A program that ends without reading its input is no fault of ours.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/**
 * Runs a program that has to succeed.
 * @returns its standard output.
 * @throws LabCommandError with the last lines of its output.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await tryRun(argv, options);
  if (result.code !== 0) {
    throw new LabCommandError(
      `${argv.slice(0, 6).join(' ')} … ended with ${result.code}:\n${lastLines(result)}`,
    );
  }
  return result.stdout;
}

/** Runs a shell script that has to succeed; it is fed on standard input with `set -eu`. */
export function runScript(script: string, wrapper: readonly string[] = []): Promise<string> {
  return run([...wrapper, 'sh', '-s'], { input: `set -eu\n${script}\n` });
}

function lastLines(result: RunResult): string {
  return `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-25).join('\n');
}
