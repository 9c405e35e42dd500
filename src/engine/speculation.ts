import type { PlayRun } from './run-state.ts';
import { noSpeculation, type Speculation } from './speculate.ts';

/** The reads ahead of one play on one batch. */
export function createSpeculation(_playRun: () => PlayRun): Speculation {
  return noSpeculation;
}
