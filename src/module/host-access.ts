import type { Readable } from 'node:stream';
import type { ExecResult } from '../connection/connection.ts';
import type { HostReads, JobState } from '../connection/host-reads.ts';
import type { HttpRequest, HttpResponse } from '../connection/http-request.ts';
import type { Value } from '../model/value.ts';

/** What a read relies on; if it is only predicted (check mode), the read is decided at run time. */
export type Need =
  | { readonly path: string }
  | { readonly package: string }
  | { readonly unit: string }
  | { readonly container: string }
  | { readonly other: string };

export interface ReadOptions {
  readonly stdin?: string;
  /** Handed over inside the script, so never in argv. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds; default 30 000. */
  readonly timeoutMs?: number;
  readonly needs?: readonly Need[];
}

/** What is kept beside a job of `async`, as JSON, for those who ask for its result. */
export interface JobNote {
  /** What was run. */
  readonly cmd?: string | readonly string[];
  /** Exit codes that count as done. */
  readonly expect: readonly number[] | 'any';
}

/** A file or directory on the control node, found by the search rules of the task. */
export interface LocalFile {
  readonly path: string;
  readonly type: 'file' | 'directory';
  /** Bytes of a file, 0 for a directory. */
  readonly size: number;
  /** SHA-256, hex, of a file; empty for a directory. */
  readonly checksum: string;
  readonly mode: string;
  /** Relative paths of everything below a directory, parents first; empty for a file. */
  readonly entries: readonly {
    readonly path: string;
    readonly type: 'file' | 'directory';
    readonly size: number;
    readonly checksum: string;
    readonly mode: string;
  }[];
}

/**
 * All a module may do with a host while it reads. Nothing here changes anything. In check mode typed
 * reads see what earlier steps would have created, and whatever hangs on more than that throws
 * DecidedAtRunTime, which the engine turns into `unknown`: modules never notice.
 */
export interface HostAccess extends HostReads {
  readonly name: string;
  /** Runs a command that only looks, with LC_ALL=C; a non-zero exit is a result, not an error. */
  run(argv: readonly string[], options?: ReadOptions): Promise<ExecResult>;
  /** The same for a POSIX sh script. */
  script(text: string, options?: ReadOptions): Promise<ExecResult>;
  /** An exchange that only looks (GET, HEAD). */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** A command that `async` started for the same user; undefined where there is none of that id. */
  job(id: string): Promise<JobState | undefined>;
  /** Another host of the inventory, with that host's own connection and become. Throws ParamsError where unknown. */
  on(hostName: string): HostAccess;
  /** Looks in `files/` (or `templates/`) next to the task's file and to the playbook, and beside them. Throws ParamsError listing where it looked. */
  local(path: string, folder?: 'files' | 'templates'): Promise<LocalFile>;
  /** Text of a control-node file. */
  localText(path: string): Promise<string>;
  /** Bytes of a control-node file. */
  localStream(path: string): Promise<Readable>;
  /** A control-node template rendered with the task's variables. */
  renderTemplate(path: string): Promise<string>;
  /** YAML or JSON text of a control-node vars file, parsed (vault opened). */
  localVars(path: string): Promise<{ readonly [name: string]: Value }>;
  /** Milliseconds since 1970, at the time the task began. */
  readonly now: number;
  /** Absolute directory of the playbook on the control node. */
  readonly playbookDir: string;
  /** Absolute directory of the first inventory on the control node. */
  readonly inventoryDir: string;
  /** How many `-v` were given. */
  readonly verbosity: number;
}
