import type { CompetitorName } from './competitors.ts';
import type { ProcessFigures } from './process-figures.ts';
import { median } from './stats.ts';

/** One finished run of one competitor. */
export interface Sample extends ProcessFigures {
  /** Of the bare script: until the last host let it in, and until the end, without the start of the process. */
  readonly connectMs?: number;
  readonly insideMs?: number;
}

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly hosts: number;
  readonly samples: Readonly<Partial<Record<CompetitorName, readonly Sample[]>>>;
  /** Processes and threads started on the target in one run, those of sshd included. */
  readonly processes: Readonly<Partial<Record<CompetitorName, number>>>;
  /** Competitors that did not do the work, and why. */
  readonly failures: Readonly<Partial<Record<CompetitorName, string>>>;
}

/** A command of Mooring that connects to nobody. */
export interface CommandResult {
  readonly id: string;
  readonly title: string;
  readonly samples: readonly Sample[];
}

export interface BenchResults {
  readonly date: string;
  readonly machine: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
  readonly commands: readonly CommandResult[];
}

export type Figure = keyof Sample;

/** The median of one figure; undefined where nobody measured it. */
export function medianOf(samples: readonly Sample[] | undefined, name: Figure): number | undefined {
  const values = (samples ?? []).map((sample) => sample[name]).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : median(values);
}

/** As `medianOf`, of a case by its id. */
export function caseMedian(
  results: BenchResults,
  id: string,
  competitor: CompetitorName,
  name: Figure = 'wallMs',
): number | undefined {
  return medianOf(results.cases.find((item) => item.id === id)?.samples[competitor], name);
}

/** As `medianOf`, of a command by its id. */
export function commandMedian(
  results: BenchResults,
  id: string,
  name: Figure = 'wallMs',
): number | undefined {
  return medianOf(results.commands.find((item) => item.id === id)?.samples, name);
}
