import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MooringError } from '../model/errors.ts';

export interface PasswordFileOptions {
  /** What the password is for, as messages say it: `vault password`. */
  readonly what: string;
  /** Words for a script. */
  readonly argv?: readonly string[];
  /** What is thrown; default MooringError. */
  readonly error?: new (
    message: string,
    options?: { hint?: string; cause?: unknown },
  ) => MooringError;
}

/**
 * Reads a password from a file; an executable one is run and its output taken. What comes is not stripped.
 *
 * @throws MooringError, or what the options say, where it cannot be had
 */
export function readPasswordFile(path: string, options: PasswordFileOptions): string {
  const { what, error: Failure = MooringError } = options;
  if (isExecutable(path)) return runScript(path, options);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = missing ? 'there is no such file' : 'it cannot be read';
    throw new Failure(`${what} file ${path}: ${reason}`, { cause: error });
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function runScript(
  path: string,
  { what, argv = [], error: Failure = MooringError }: PasswordFileOptions,
): string {
  const result = spawnSync(resolve(path), argv, { encoding: 'utf8', stdio: ['inherit', 'pipe', 'inherit'] });
  if (result.error) {
    throw new Failure(`${what} script ${path} cannot be run: ${result.error.message}`, {
      hint: 'it is executable: start it with #!, or take the x bit away to read it as a file',
    });
  }
  if (result.status !== 0) throw new Failure(`${what} script ${path} ended with exit code ${result.status}`);
  return result.stdout;
}
