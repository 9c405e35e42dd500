import { brokerFolder } from '../connection/index.ts';
import type { RunOptions } from '../engine/index.ts';
import { brokerCommand } from './broker-command.ts';
import { UsageError } from './usage.ts';

/**
 * How long connections are kept for later runs: what `--persist` says, else the environment.
 *
 * @throws UsageError where that is no number of seconds; MooringError where connections cannot be kept safely
 */
export function persistDefaults(persist: number | undefined): NonNullable<RunOptions['connect']> {
  const fromEnvironment = process.env['MOORING_PERSIST'] || undefined;
  const persistSeconds = persist ?? (fromEnvironment === undefined ? 0 : Number(fromEnvironment));
  if (!Number.isInteger(persistSeconds) || persistSeconds < 0 || persistSeconds > mostSeconds) {
    const name = persist === undefined ? 'MOORING_PERSIST' : '--persist';
    throw new UsageError(`${name} must be one whole number of seconds; 0 = keep no connections`);
  }
  if (persistSeconds > 0) brokerFolder();
  return { persistSeconds, brokerProgram: [...ownProgram(), brokerCommand] };
}

/** Longer than a timer can run makes no sense either. */
const mostSeconds = 7 * 24 * 3600;

function ownProgram(): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
}
