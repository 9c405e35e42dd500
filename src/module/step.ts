import type { HttpRequest } from '../connection/http-request.ts';
import type { Diff } from '../model/result.ts';
import type { ValueMap } from '../model/value.ts';

/** Bytes a step sends to a host. `localFile` is an absolute path on the control node. */
export type Content =
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | { readonly localFile: string };

/** What a step would bring about, for the tasks after it in check mode. */
export type Prediction =
  | {
      readonly kind: 'path';
      readonly path: string;
      readonly type: 'file' | 'directory' | 'link' | 'absent';
      readonly mode?: string;
      readonly owner?: string;
      readonly group?: string;
      readonly target?: string;
      readonly content?: Content;
    }
  | {
      readonly kind: 'package';
      readonly name: string;
      readonly installed: boolean;
      readonly version?: string;
    }
  | {
      readonly kind: 'unit';
      readonly name: string;
      readonly active?: 'active' | 'inactive';
      readonly enabled?: 'enabled' | 'disabled' | 'masked';
    }
  | { readonly kind: 'user'; readonly name: string; readonly present: boolean }
  | { readonly kind: 'group'; readonly name: string; readonly present: boolean }
  | { readonly kind: 'mount'; readonly path: string; readonly present: boolean }
  | { readonly kind: 'container'; readonly name: string; readonly present: boolean }
  /** Anything else: reads that declare `needs: [{ other: name }]` become unknown. */
  | { readonly kind: 'other'; readonly name: string };

interface StepCommon {
  /** One line in the user's words: `install nfs-common 1:2.6.2`. Never a secret. */
  readonly summary: string;
  readonly predicts?: readonly Prediction[];
  /** Shown with --diff; `put` makes its own from `before`. */
  readonly diff?: readonly Diff[];
}

/** A file staged in a 0700 directory on the host for one step; `$MOORING_STAGE/name` in its script. */
export interface StagedFile {
  readonly name: string;
  readonly content: Content;
  /** Octal text, default 0600. */
  readonly mode?: string;
}

export interface RunStep extends StepCommon {
  readonly kind: 'run';
  /** Exactly one of argv and script. */
  readonly argv?: readonly string[];
  readonly script?: string;
  /** Shell for `script`; default /bin/sh. */
  readonly executable?: string;
  readonly stdin?: Content;
  readonly stage?: readonly StagedFile[];
  /** Not visible to other users: handed over inside the script, never in argv. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds; default 10 minutes. */
  readonly timeoutMs?: number;
  /** Exit codes that count as done; default [0]. `'any'`: the module or user judges. */
  readonly expect?: readonly number[] | 'any';
  /** apt, compose, a dump: own channel, spooled on the host, live output. */
  readonly long?: boolean;
  /** A user's command: login locale and environment, own channel. */
  readonly user?: boolean;
  /** Output may hold secrets: not streamed and not kept in the result. */
  readonly secretOutput?: boolean;
}

export interface PutStep extends StepCommon {
  readonly kind: 'put';
  readonly path: string;
  readonly content: Content;
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  /** What was there, for the diff; undefined = new file; null = not shown (binary, secret, too large). */
  readonly before?: string | null;
  readonly validate?: readonly string[];
  readonly backup?: boolean;
  readonly unsafeWrites?: boolean;
  /** Masks the content in the diff. */
  readonly secret?: boolean;
}

export interface RemoveStep extends StepCommon {
  readonly kind: 'remove';
  readonly path: string;
  readonly recursive?: boolean;
}

export interface RequestStep extends StepCommon {
  readonly kind: 'request';
  readonly request: HttpRequest;
  /** Statuses that count as done; default 200–299. `'any'`: the module judges in `result` or replan. */
  readonly expect?: readonly number[] | 'any';
}

/** What a `wait` step looks at again and again. */
export type WaitCondition =
  | {
      readonly kind: 'command';
      readonly argv?: readonly string[];
      readonly script?: string;
      readonly env?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'port';
      readonly address: string;
      readonly port: number;
      readonly state: 'open' | 'closed';
      /** JavaScript regular expression that what the port sends must match, flag `m`. */
      readonly regex?: string;
    }
  | {
      readonly kind: 'path';
      readonly path: string;
      readonly state: 'present' | 'absent';
      /** JavaScript regular expression that the file's text must match, flag `m`. */
      readonly regex?: string;
    }
  | {
      readonly kind: 'http';
      readonly request: HttpRequest;
      readonly expect: readonly number[];
      readonly body?: string;
    }
  /** What the module's own `look` says. */
  | { readonly kind: 'look' }
  /** Only time passes (`pause`). */
  | { readonly kind: 'time' }
  /** Someone presses Enter on the control node's terminal; without a terminal it holds at once, with a warning. */
  | { readonly kind: 'input'; readonly prompt: string; readonly echo: boolean };

/**
 * Polls until the condition holds (a command: exit 0); fails at the deadline with what was last seen.
 * Waiting changes nothing: a task of `wait` steps alone is `ok`. In check mode the engine looks once.
 */
export interface WaitStep extends StepCommon {
  readonly kind: 'wait';
  readonly until: WaitCondition;
  readonly timeoutMs: number;
  /** Default 1 000. */
  readonly intervalMs?: number;
  /** Before the first look. */
  readonly delayMs?: number;
  /** Replaces the default message at the deadline. */
  readonly failMessage?: string;
}

/** Bytes from one host's command straight into another's, through the control node, never on its disk. */
export interface StreamStep extends StepCommon {
  readonly kind: 'stream';
  readonly from: StreamEnd;
  readonly to: StreamEnd;
  readonly timeoutMs?: number;
}

export interface StreamEnd {
  /** Inventory name; undefined = the task's own host. */
  readonly host?: string;
  readonly script: string;
  readonly stage?: readonly StagedFile[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Writes a file on the control node (`fetch`). Exactly one of the two sources. */
export interface SaveStep extends StepCommon {
  readonly kind: 'save';
  readonly localPath: string;
  readonly content?: Content;
  readonly remotePath?: string;
  /** Octal text; undefined = as the umask has it. */
  readonly mode?: string;
}

/** Makes what is missing in a vault file on the control node; values never pass through a plan. */
export interface SecretsStep extends StepCommon {
  readonly kind: 'secrets';
  /** Absolute path of the vault file. */
  readonly localPath: string;
  readonly make: readonly SecretRequest[];
}

export type SecretRequest =
  | { readonly kind: 'password'; readonly name: string; readonly length: number; readonly characters: string }
  /** Puts PEM texts under `name` (certificate) and `name_key` (private key). */
  | {
      readonly kind: 'certificate';
      readonly name: string;
      readonly subject: string;
      readonly names: readonly string[];
      readonly days: number;
      readonly bits: number;
      readonly isAuthority: boolean;
      /** Name of the authority that signs it; undefined = signed by itself. */
      readonly signedBy?: string;
    };

export type Step =
  | RunStep
  | PutStep
  | RemoveStep
  | RequestStep
  | WaitStep
  | StreamStep
  | SaveStep
  | SecretsStep;

/** Changes to the engine's own memory; carried out in check mode too. */
export type Effect =
  | {
      readonly kind: 'set_facts';
      readonly facts: ValueMap;
      readonly cacheable?: boolean;
      /** Every string in it is masked from now on. */
      readonly secret?: boolean;
    }
  | { readonly kind: 'include_vars'; readonly values: ValueMap }
  /** What was read about the host itself, by Ansible's names without `ansible_`; joins what is known already. */
  | { readonly kind: 'facts'; readonly facts: ValueMap }
  | {
      readonly kind: 'add_host';
      readonly name: string;
      readonly groups: readonly string[];
      readonly vars: ValueMap;
    }
  | { readonly kind: 'group_by'; readonly key: string; readonly parents: readonly string[] };
