import type { ExecResult } from '../../src/module/index.ts';

/** One case per module that the contract test puts its plan through. */
export interface ModuleSample {
  /** Valid against the schema; defaults are filled in. */
  readonly params: object;
  /** What `read` returns where there is work to do. */
  readonly current: unknown;
  /** What `read` returns once the plan was applied; its plan is empty. */
  readonly converged?: unknown;
  /** What the first step of the plan prints, for `result`. */
  readonly exec?: Partial<ExecResult>;
}
