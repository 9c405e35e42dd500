import type { Connection, ConnectionSpec } from '../connection/connection.ts';
import type { Fault } from '../model/errors.ts';
import type { Emit, TaskInfo } from '../model/event.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Playbook, RolePlace, TaskNode, VarsPrompt } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import type { HostRecap } from '../model/result.ts';
import type { ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import type { Redactor } from '../util/redact.ts';

/** How hosts are reached where neither variables nor keywords say otherwise (`-u`, `-b`, …). */
export interface ConnectDefaults {
  readonly connection?: string;
  readonly user?: string;
  readonly password?: string;
  readonly privateKeyFile?: string;
  readonly sshArgs?: string;
  /** Milliseconds. */
  readonly connectTimeoutMs?: number;
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly becomePassword?: string;
  /** How long a connection that nobody uses stays open for later runs; 0 or undefined = not at all. */
  readonly persistSeconds?: number;
  /** The command line that starts the process which keeps connections; without it none is kept. */
  readonly brokerProgram?: readonly string[];
}

/**
 * What the engine needs from the loader. It is handed in because the engine does not read YAML
 * itself: see the layers in docs/architecture.md.
 */
export interface Loader {
  /** Hosts a pattern means, in inventory order; throws InventoryError on a bad pattern. */
  selectHosts(pattern: string, inventory: Inventory, limit?: string): readonly string[];
  /** A file of tasks named by `include_tasks`. */
  loadTaskFile(path: string, options: TaskFileOptions): Loaded<{ readonly tasks: readonly TaskNode[] }>;
  /** The role of an `include_role`, as one block. @param params rendered */
  loadRole(params: ValueMap, options: RoleOptions): Loaded<{ readonly tasks: readonly TaskNode[] }>;
  /** A file of variables, YAML or JSON, vault opened. @param path absolute */
  loadVarsFile(path: string): Loaded<{ readonly values: ValueMap }>;
  /** Writes variables as an encrypted file (`secrets` steps); rejects where there is no vault password. */
  saveVaultFile?(path: string, values: ValueMap): Promise<void>;
  /** Reads the inventory again (`meta: refresh_inventory`). */
  reloadInventory?(): Inventory | Promise<Inventory>;
}

export interface TaskFileOptions {
  /** Makes the ids of tasks of a file included more than once unique. */
  readonly idSuffix: string;
  /** Absolute. */
  readonly playbookDirectory: string;
  /** Roles around the include, outermost first. */
  readonly roles: readonly RolePlace[];
}

export interface RoleOptions extends TaskFileOptions {
  /** Of the `include_role`. */
  readonly position: Position;
}

type WithFaults<T> = T & { readonly faults: readonly Fault[] };
type Loaded<T> = WithFaults<T> | Promise<WithFaults<T>>;

/** Asks people; without one, nothing is ever asked. */
export interface Ask {
  /** A password or passphrase, not echoed. */
  secret(prompt: string): Promise<string>;
  /** The answer to a `vars_prompt` entry. */
  variable?(prompt: VarsPrompt): Promise<string>;
  /** `--step`: what to do with the next task. */
  step?(task: TaskInfo): Promise<'run' | 'skip' | 'continue'>;
  /** A line typed at a `pause`. */
  line?(prompt: string, echo: boolean): Promise<string>;
}

export interface RunOptions {
  readonly playbooks: readonly Playbook[];
  readonly inventory: Inventory;
  readonly modules: ReadonlyMap<string, Module>;
  readonly loader: Loader;
  readonly emit: Emit;
  readonly redactor: Redactor;
  readonly extraVars?: ValueMap;
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  /** Hosts worked on at a time; default 50. */
  readonly forks?: number;
  readonly check?: boolean;
  readonly diff?: boolean;
  /** How many `-v`. */
  readonly verbosity?: number;
  readonly connect?: ConnectDefaults;
  readonly startAtTask?: string;
  readonly forceHandlers?: boolean;
  /** Handlers, by name or topic, to run at the end of the tasks of each play that has them. */
  readonly notify?: readonly string[];
  /** Read ahead (default). The events are the same either way. */
  readonly speculate?: boolean;
  readonly ask?: Ask;
  /** Aborted = stop sending steps, wait for those under way, end with 99. */
  readonly signal?: AbortSignal;
  /** Opens a connection; default is the connection layer's own. Tests hand in a fake. */
  readonly open?: (spec: ConnectionSpec) => Promise<Connection>;
}

/** Hosts worked on at a time. */
export function forksOf({ forks = 50 }: Pick<RunOptions, 'forks'>): number {
  return Math.max(1, forks);
}

export interface RunSummary {
  /** 0 ok, 2 a host failed, 4 a host was unreachable, 99 interrupted. */
  readonly exitCode: number;
  readonly hosts: Readonly<Record<string, HostRecap>>;
  readonly durationMs: number;
}
