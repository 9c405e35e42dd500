import type { ValueMap } from './value.ts';

/**
 * How one task ended on one host. `unknown` exists in check mode only: decided at run time.
 * `changed` in check mode means "would change".
 */
export type Outcome = 'ok' | 'changed' | 'failed' | 'unreachable' | 'skipped' | 'unknown';

/** Before and after of one thing, for `--diff`; shown as a unified diff where both are text. */
export interface Diff {
  /** What differs: a path, `packages`, `container nginx`… */
  readonly header: string;
  readonly before: string;
  readonly after: string;
}

export interface TaskResult {
  readonly outcome: Outcome;
  /** One line for people: why it failed, was skipped, or what was done. */
  readonly message?: string;
  /** What `register` gets: changed, failed, skipped, rc, stdout, … as the module documents. */
  readonly values: ValueMap;
  readonly diff: readonly Diff[];
  /** `diff: true` asks for the difference to be shown also where the run does not; of a loop, on its items. */
  readonly showDiff?: boolean;
  /** Summaries of the steps that were (or, in check mode, would be) applied, in order. */
  readonly steps: readonly string[];
  readonly warnings: readonly string[];
  readonly durationMs: number;
  /** A failure that `ignore_errors` or `ignore_unreachable` let pass. */
  readonly ignored?: boolean;
  /** One per item of a loop, in order. */
  readonly items?: readonly ItemResult[];
}

export interface ItemResult extends TaskResult {
  /** The label printed as `(item=…)`. */
  readonly label: string;
}

/** One host's line of the recap, with Ansible's words; `unknown` counts in check mode only. */
export interface HostRecap {
  ok: number;
  changed: number;
  unreachable: number;
  failed: number;
  skipped: number;
  rescued: number;
  ignored: number;
  unknown: number;
}
