import type { ConnectionSpec } from '../connection/connection.ts';
import { Lock } from './lock.ts';
import { Predictions } from './predictions.ts';

/**
 * One machine that steps act on. Two inventory names with the same address are one target: their
 * read → plan → apply never interleave, and a step sent to one makes reads of the other stale.
 */
export interface Target {
  readonly key: string;
  readonly lock: Lock;
  /** What check mode only simulated on it. */
  readonly predictions: Predictions;
  /** Grows when a step is sent and when it has ended. */
  changes: number;
}

export class Targets {
  readonly #targets = new Map<string, Target>();
  /** Grows with the `changes` of every target. */
  changes = 0;

  of(spec: ConnectionSpec): Target {
    const key = targetKey(spec);
    const known = this.#targets.get(key);
    if (known) return known;
    const target = { key, lock: new Lock(), predictions: new Predictions(), changes: 0 };
    this.#targets.set(key, target);
    return target;
  }

  /** Notes that a step was sent to the target, or ended there: what was read before is stale. */
  noteChange(target: Target): void {
    target.changes++;
    this.changes++;
  }

  /** True where check mode simulated a step anywhere. */
  get anySimulated(): boolean {
    return [...this.#targets.values()].some((target) => target.predictions.simulated > 0);
  }
}

/** The same text for specs that reach the same machine. */
function targetKey(spec: ConnectionSpec): string {
  return spec.transport === 'local' ? 'local' : `${spec.address}:${spec.port ?? 22}`;
}
