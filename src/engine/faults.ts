import { type Fault, PlaybookError } from '../model/errors.ts';
import { formatPosition } from '../model/position.ts';

/** Throws a PlaybookError with every error among faults found while the run goes on, each with its place. */
export function throwFaults(faults: readonly Fault[]): void {
  const errors = faults.filter((fault) => fault.severity === 'error');
  if (errors.length === 0) return;
  throw new PlaybookError(
    errors.map((fault) =>
      fault.position ? { ...fault, message: `${formatPosition(fault.position)}: ${fault.message}` } : fault,
    ),
  );
}
