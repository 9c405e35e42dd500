import { InternalError, MooringError } from '../model/errors.ts';
import type { Emit } from '../model/event.ts';
import type { Play, Playbook, Role } from '../model/playbook.ts';
import type { Value } from '../model/value.ts';
import type { Limit } from '../util/limit.ts';
import type { CompiledTask, VarsLevel } from './compile.ts';
import type { Connections } from './connections.ts';
import type { Gate } from './gate.ts';
import { createHostState, type HostState } from './host-state.ts';
import type { LiveInventory } from './live-inventory.ts';
import type { RunOptions } from './options.ts';
import type { Speculation } from './speculate.ts';
import type { TagSelection } from './tags.ts';
import type { Targets } from './target.ts';
import type { Throttle } from './throttle.ts';

/** What one call of `runPlaybooks` holds. */
export interface Run {
  readonly options: RunOptions;
  readonly check: boolean;
  readonly selection: TagSelection;
  readonly inventory: LiveInventory;
  readonly hosts: HostStates;
  readonly connections: Connections;
  readonly targets: Targets;
  /** At most `forks` tasks at a time over all plays. */
  readonly limit: Limit;
  readonly emit: Emit;
  /** `--step` was answered with "continue". */
  stepping: boolean;
}

/** One play on one batch of hosts. */
export interface PlayRun {
  readonly run: Run;
  readonly play: Play;
  readonly playbook: Playbook;
  readonly playId: string;
  /** Every host of the play, failed or not. */
  readonly allHosts: readonly string[];
  readonly batch: readonly PlayHost[];
  /** Variables of the play for each host: vars, vars_prompt, vars_files. */
  readonly varsOf: (host: PlayHost) => readonly VarsLevel[];
  /** Variables of files whose names differ from host to host. */
  readonly hostVars: Map<string, readonly VarsLevel[]>;
  /** Roles that are included bring theirs along. */
  readonly handlers: CompiledTask[];
  readonly speculation: Speculation;
  /** `task_start` was emitted for these (free strategy: by the first host to arrive). */
  readonly started: Set<string>;
  /** `run_once` tasks under way or done. */
  readonly once: Map<string, Promise<void>>;
  /** Free strategy: what lets only so many hosts at a time into a node with `serial`, by its id. */
  readonly gates: Map<string, Gate>;
  /** What limits how many hosts are in a task at a time, by its id. */
  readonly throttles: Map<string, Throttle>;
  /** Nothing more is started in this play: why. */
  ending: PlayEnding | undefined;
}

type PlayEnding =
  | { readonly kind: 'end_play' | 'end_batch' }
  | { readonly kind: 'fatal' | 'too_many_failures'; readonly reason: string };

/** One host in one play. */
export interface PlayHost {
  readonly name: string;
  readonly state: HostState;
  /** A task failed here and no rescue has healed it (yet). */
  failed: boolean;
  /** `meta: end_host`. */
  ended: boolean;
  /** `meta: end_role`: no task is for it until this role has ended. */
  leftRole: Role | undefined;
  /** Why it is out though nothing failed on it: another host failed. */
  leftOut: string | undefined;
  /** The hosts it goes through a node with `serial` with, the innermost; undefined = the whole batch. */
  chunk: Chunk | undefined;
  /** Handlers waiting for the next flush. */
  readonly notified: Set<CompiledTask>;
  /** Handlers that had their turn and were not reached, or did not end well: no flush runs them again. */
  readonly unfinished: Set<CompiledTask>;
  /** Identities of roles of which a task has run here, and of those that have ended. */
  readonly rolesBegun: Set<string>;
  readonly rolesDone: Set<string>;
  /** For `rescue`: ansible_failed_task and ansible_failed_result. */
  failedTask?: Value;
  failedResult?: Value;
}

/** Hosts that go through a block or task with `serial` together. */
export interface Chunk {
  /** Unique in the play. */
  readonly id: string;
  readonly hosts: readonly PlayHost[];
}

export class HostStates {
  readonly #states = new Map<string, HostState>();

  of(name: string): HostState {
    const known = this.#states.get(name);
    if (known) return known;
    const state = createHostState(name);
    this.#states.set(name, state);
    return state;
  }

  get all(): readonly HostState[] {
    return [...this.#states.values()];
  }
}

export function createPlayHost(state: HostState): PlayHost {
  return {
    ...{
      name: state.name,
      state,
      failed: false,
      ended: false,
      leftOut: undefined,
      leftRole: undefined,
      chunk: undefined,
    },
    ...{ notified: new Set(), unfinished: new Set(), rolesBegun: new Set(), rolesDone: new Set() },
  };
}

/** Whether the next task is for this host. */
export function isActive(host: PlayHost): boolean {
  return !host.failed && !host.ended && !host.leftRole && !host.state.unreachable;
}

/** Whether the host is out of the play, by its own failure or another's. */
export function isOut(host: PlayHost): boolean {
  return host.failed || host.state.unreachable;
}

/** Whether the host is out since something failed on it. */
export function hasFailed(host: PlayHost): boolean {
  return host.state.unreachable || (host.failed && host.leftOut === undefined);
}

/** Lets a host take part again after a failure. */
export function heal(host: PlayHost): void {
  host.failed = false;
  host.leftOut = undefined;
}

/** Whether nothing more of the play is to be started. */
export function isOver({ ending }: PlayRun): boolean {
  return ending?.kind === 'end_play' || ending?.kind === 'end_batch';
}

/** Ctrl-C: unwinds to the top without touching another host. */
export class Interrupted extends MooringError {
  constructor() {
    super('interrupted');
  }
}

/** Throws Interrupted once the run's signal was aborted. */
export function checkInterrupted(run: Run): void {
  if (run.options.signal?.aborted) throw new Interrupted();
}

/** Errors of ours, as text for people; anything else is a bug and says so. */
export function errorMessage(error: unknown): string {
  if (error instanceof InternalError) return `this is a bug of Mooring: ${error.message}`;
  if (error instanceof MooringError) return error.hint ? `${error.message} (${error.hint})` : error.message;
  return `this is a bug of Mooring: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
