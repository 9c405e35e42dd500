import { MooringError, PlaybookError } from '../model/errors.ts';
import type { Redactor } from '../util/redact.ts';
import { exitCodes } from './exit-codes.ts';
import { faultLines } from './faults.ts';
import { stderrPaint } from './output.ts';
import { UsageError } from './usage.ts';

/**
 * Says on stderr why the command ended.
 *
 * @param redactor masks the secrets known so far
 * @returns the exit code
 */
export function reportError(error: unknown, redactor?: Redactor): number {
  const print = (text: string): void => {
    process.stderr.write(`${redactor ? redactor.text(text) : text}\n`);
  };
  if (error instanceof UsageError) {
    print(`mooring: ${error.message}\nSee: mooring --help, mooring run --help`);
    return exitCodes.usage;
  }
  if (error instanceof PlaybookError) {
    for (const line of faultLines(error.faults, stderrPaint())) print(line);
    return exitCodes.fault;
  }
  if (error instanceof MooringError) {
    print(`mooring: ${error.message}${error.hint ? `\n${error.hint}` : ''}`);
    return exitCodes.fault;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  print(`mooring: this is a bug of Mooring, please report it:\n${text}`);
  return exitCodes.internal;
}
