import type { ConnectionSpec } from '../connection/connection.ts';
import { Lock } from './lock.ts';
import type { Footprint } from './looked.ts';
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
  /** Jobs that were started and not waited for, and are not known to be over. */
  readonly jobs: Set<string>;
  /** Grows when a step is sent and when it has ended. */
  changes: number;
  /** What each of these was limited to; undefined = nothing. */
  readonly footprints: (Footprint | undefined)[];
}

export class Targets {
  readonly #targets = new Map<string, Target>();
  /** Grows with the `changes` of every target. */
  changes = 0;

  of(spec: ConnectionSpec): Target {
    const key = targetKey(spec);
    const known = this.#targets.get(key);
    if (known) return known;
    const target: Target = {
      key,
      lock: new Lock(),
      predictions: new Predictions(),
      jobs: new Set<string>(),
      changes: 0,
      footprints: [],
    };
    this.#targets.set(key, target);
    return target;
  }

  /**
   * Notes that a step was sent to the target, or ended there: what was read before is stale.
   *
   * @param footprint what of the target it was limited to
   */
  noteChange(target: Target, footprint?: Footprint): void {
    target.changes++;
    target.footprints.push(footprint);
    this.changes++;
  }

  /** True where something goes on by itself that no step tells of: on the target, or (undefined) on any. */
  hasJobs(target: Target | undefined): boolean {
    if (target) return target.jobs.size > 0;
    return [...this.#targets.values()].some(({ jobs }) => jobs.size > 0);
  }

  /** Notes that a job is over: what was read while it was under way is stale. */
  endJob(target: Target, id: string): void {
    if (target.jobs.delete(id)) this.noteChange(target);
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
