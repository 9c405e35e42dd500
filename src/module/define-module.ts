import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import type { ExecResult } from '../connection/connection.ts';
import type { HttpResponse } from '../connection/http-request.ts';
import type { Diff } from '../model/result.ts';
import type { ValueMap } from '../model/value.ts';
import type { HostAccess } from './host-access.ts';
import type { Effect, Step } from './step.ts';

/** The type of a module's params, from its JSON Schema. */
export type ParamsOf<S extends JSONSchema> = FromSchema<S>;

/** What a module decided. An empty `steps` means: already as desired. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Apply, then read and plan again (at most 5 rounds): the rest is known only afterwards. */
  readonly replan?: boolean;
  /** The task fails with this message and nothing is applied. */
  readonly failure?: string;
  /** The task is `skipped` with this reason. */
  readonly skip?: string;
  /** Check mode: decided at run time, for this reason. Only modules that accept Unknown params set it. */
  readonly unknown?: string;
  readonly message?: string;
  readonly warnings?: readonly string[];
  readonly effects?: readonly Effect[];
  /** Differences that belong to no single step. */
  readonly diff?: readonly Diff[];
  /** Registered in any case; `result` of the module may add to it. */
  readonly values?: ValueMap;
}

/** What became of one step; `skipped` where an earlier one failed or in check mode. */
export interface StepOutcome {
  readonly step: Step;
  readonly status: 'applied' | 'failed' | 'skipped';
  readonly exec?: ExecResult;
  readonly response?: HttpResponse;
  readonly backupPath?: string;
  readonly error?: string;
  readonly durationMs?: number;
  /** A command that was started and not waited for. */
  readonly job?: { readonly id: string; readonly directory: string };
  /** It was cut because it took longer than so many seconds. */
  readonly timedOut?: number;
  /** What was typed at a `wait` for input. */
  readonly input?: string;
  /** What the last `look` of a `wait` gave to register. */
  readonly values?: ValueMap;
}

/** What a module's `look` saw. */
export interface ModuleLook {
  /** What was waited for is there. */
  readonly done: boolean;
  /** One line, shown while waiting and in the message at the deadline. Never a secret. */
  readonly seen: string;
  /** Waiting longer is of no use: the task fails at once with this message. */
  readonly failure?: string;
  /** Registered, of the last look: also where it fails. */
  readonly values?: ValueMap;
  /** Handed to the next look of the same wait. */
  readonly keep?: unknown;
}

/** What a look may go by besides the params. */
export interface LookMemory<C> {
  /** What `read` returned before the plan. */
  readonly current: C;
  /** `keep` of the look before; undefined for the first. */
  readonly kept: unknown;
}

/** Everything the engine knows when it asks a module for its registered values. */
export interface ResultContext<P, C> {
  readonly params: P;
  readonly current: C;
  /** Of the last round. */
  readonly outcomes: readonly StepOutcome[];
  readonly check: boolean;
}

export interface ModuleSpec<S extends JSONSchema, P, C> {
  /** As typed in YAML. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One sentence. */
  readonly summary: string;
  /** Paragraphs for `mooring doc`, Markdown. */
  readonly notes?: readonly string[];
  /** `state`: a second read and plan after apply is empty. `action`: says itself when it is a no-op. */
  readonly kind: 'state' | 'action';
  /** `host`: reads depend only on the host itself; `outside`: network, databases, other hosts. Default host. */
  readonly scope?: 'host' | 'outside';
  /** Reads are not worth issuing ahead: HTTP, health, time. */
  readonly volatile?: boolean;
  /** Runs on the control node alone and needs no connection (debug, assert, set_fact…). */
  readonly local?: boolean;
  /** Carried out by the engine itself (meta, include_tasks); `read` and `plan` are never called. */
  readonly engine?: boolean;
  /** Its work is a command on the host that may take long: `async` and `poll` are for such modules. */
  readonly background?: boolean;
  /** Any other key is a param too (set_fact, add_host): no `additionalProperties: false`. */
  readonly openParams?: boolean;
  /** `plan` is called even where params hold Unknown (debug, assert, set_fact); otherwise the task is `unknown`. */
  readonly acceptsUnknown?: boolean;
  /** Param that free text after the name goes to: `command: ls /` → cmd. */
  readonly freeForm?: string;
  /** JSON Schema of the params: `type: object`, flat, `additionalProperties: false` is added. */
  readonly params: S;
  /** YAML tasks, valid against `params`. */
  readonly examples: string;
  /** Registered values besides the common ones: name → sentence. */
  readonly returns?: Readonly<Record<string, string>>;
  /**
   * Throws ParamsError for params that no host can make right (which exclude each other, or cannot be read).
   * Called before the run wherever all of them are written down; `read` and `plan` refuse them, too.
   */
  checkParams?(params: P): void;
  /**
   * Asks the host how it is; never changes anything.
   *
   * @param earlier what the same read gave before a step made it stale: no truth, only a reason to ask at once
   *   for what will be needed
   */
  read(host: HostAccess, params: P, earlier?: NoInfer<C>): Promise<C>;
  plan(params: P, current: C): Plan | readonly Step[];
  /**
   * What a `wait` step with `until: { kind: 'look' }` asks each time; like `read` it changes nothing. What
   * cannot be reached yet is a look that is not done; an error thrown fails the task at once.
   */
  look?(host: HostAccess, params: P, memory: LookMemory<C>): Promise<ModuleLook>;
  result?(context: ResultContext<P, C>): ValueMap;
}

/** A module with its types erased, as the registry and the engine hold it. */
export type Module = ModuleSpec<JSONSchema, never, never> & { readonly paramsSchema: JsonSchemaObject };

export interface JsonSchemaObject {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties: boolean;
}

/**
 * Declares a module; the type of `params` follows from its JSON Schema.
 *
 * @param spec the declaration: schema, docs, `read` and `plan`
 * @returns the module for the registry, with `additionalProperties` added to its schema
 */
export function defineModule<const S extends JSONSchema, C, P = FromSchema<S>>(
  spec: ModuleSpec<S, NoInfer<P>, C>,
): Module & { readonly plan: ModuleSpec<S, P, C>['plan']; readonly read: ModuleSpec<S, P, C>['read'] } {
  const schema = spec.params as unknown as JsonSchemaObject;
  return { ...spec, paramsSchema: { ...schema, additionalProperties: spec.openParams === true } } as never;
}
