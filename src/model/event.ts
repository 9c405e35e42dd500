import type { Position } from './position.ts';
import type { HostRecap, ItemResult, TaskResult } from './result.ts';

export interface TaskInfo {
  readonly id: string;
  readonly name: string;
  readonly module: string;
  readonly handler: boolean;
  readonly position: Position;
  /** With `no_log: true` results carry only the outcome and a masked message. */
  readonly noLog: boolean;
}

/**
 * Everything that happens in a run, in order. The human output, NDJSON, reports and the journal all
 * read this one stream. Secrets are masked by whoever writes an event out, not in the event.
 */
export type RunEvent =
  | {
      readonly event: 'run_start';
      readonly runId: string;
      readonly playbooks: readonly string[];
      readonly check: boolean;
      readonly diff: boolean;
    }
  | {
      readonly event: 'play_start';
      readonly playId: string;
      readonly name: string;
      readonly hosts: readonly string[];
      /** Set where the play is one of a `parallel:` entry. */
      readonly parallel: boolean;
      /** `{ number: 1, of: 3 }` under `serial`. */
      readonly batch?: { readonly number: number; readonly of: number };
    }
  | { readonly event: 'play_end'; readonly playId: string; readonly reason?: string }
  | { readonly event: 'task_start'; readonly playId: string; readonly task: TaskInfo }
  | { readonly event: 'host_start'; readonly playId: string; readonly taskId: string; readonly host: string }
  | {
      readonly event: 'output';
      readonly playId: string;
      readonly taskId: string;
      readonly host: string;
      readonly stream: 'stdout' | 'stderr' | 'progress';
      readonly text: string;
    }
  | {
      readonly event: 'retry';
      readonly playId: string;
      readonly taskId: string;
      readonly host: string;
      readonly attempt: number;
      readonly retriesLeft: number;
    }
  | {
      readonly event: 'item_result';
      readonly playId: string;
      readonly taskId: string;
      readonly host: string;
      readonly delegatedTo?: string;
      readonly result: ItemResult;
    }
  | {
      readonly event: 'result';
      readonly playId: string;
      readonly taskId: string;
      readonly host: string;
      readonly delegatedTo?: string;
      readonly result: TaskResult;
    }
  | {
      readonly event: 'included';
      readonly playId: string;
      readonly taskId: string;
      readonly file: string;
      readonly hosts: readonly string[];
      /** The label of the loop's item. */
      readonly item?: string;
    }
  | {
      /** A block, task or handler with `serial` begins on its next hosts. */
      readonly event: 'chunk_start';
      readonly playId: string;
      /** The id of the block or task. */
      readonly nodeId: string;
      readonly name: string;
      readonly hosts: readonly string[];
      /** From 1. */
      readonly number: number;
      /** Not known under the free strategy. */
      readonly of?: number;
    }
  | {
      /** Hosts that a block, task or handler with `serial` did not come to, since others failed in it. */
      readonly event: 'not_reached';
      readonly playId: string;
      readonly nodeId: string;
      readonly name: string;
      readonly hosts: readonly string[];
      readonly failed: readonly string[];
    }
  | {
      readonly event: 'warning';
      readonly message: string;
      readonly position?: Position;
      readonly host?: string;
    }
  | {
      readonly event: 'handlers_lost';
      readonly playId: string;
      readonly host: string;
      readonly handlers: readonly string[];
    }
  | {
      readonly event: 'recap';
      readonly hosts: Readonly<Record<string, HostRecap>>;
      readonly durationMs: number;
      readonly exitCode: number;
      readonly check: boolean;
      /** Check mode: tasks decided exactly and those decided at run time. */
      readonly exact?: number;
      readonly unknown?: number;
      /** By host: handlers that were notified and did not run to their end. */
      readonly handlersLost?: Readonly<Record<string, readonly string[]>>;
      /** By host: why it is out though nothing failed on it. */
      readonly leftOut?: Readonly<Record<string, string>>;
    };

export type Emit = (event: RunEvent) => void;
