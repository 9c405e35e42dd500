import type { HostRecap } from '../model/result.ts';
import type { Value, ValueMap } from '../model/value.ts';

/** What a run knows about one host, from its first play to its last. */
export interface HostState {
  readonly name: string;
  /** What `register` and `set_fact` made, by name. */
  readonly registered: Map<string, Value>;
  /** What `include_vars` brought, by name. */
  readonly includedVars: Map<string, Value>;
  /** Gathered facts; undefined until someone needs them. */
  facts: ValueMap | undefined;
  /** Grows whenever a variable of the host was set: by `register`, `set_fact`, facts and the like. */
  variablesVersion: number;
  /** A task failed and nothing rescued it: the host takes part in no later play. */
  failed: boolean;
  unreachable: boolean;
  /** A play was for it; others are only delegated to or looked up, and not in the recap. */
  inPlay: boolean;
  /** Why it took no part to the end though nothing failed on it. */
  leftOut: string | undefined;
  /** Names of handlers that were notified and did not run to their end. */
  readonly handlersLost: Set<string>;
  readonly recap: HostRecap;
  /** Check mode: tasks with a certain result of which some items are decided at run time. */
  partlyUnknown: number;
}

export function createHostState(name: string): HostState {
  return {
    name,
    registered: new Map(),
    includedVars: new Map(),
    facts: undefined,
    variablesVersion: 0,
    failed: false,
    unreachable: false,
    inPlay: false,
    leftOut: undefined,
    handlersLost: new Set(),
    partlyUnknown: 0,
    recap: {
      ok: 0,
      changed: 0,
      unreachable: 0,
      failed: 0,
      skipped: 0,
      rescued: 0,
      ignored: 0,
      unknown: 0,
    },
  };
}
