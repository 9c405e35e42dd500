import type { Readable } from 'node:stream';

/** Writes a file: temp file in the same directory, owner and mode before the rename, fsync. */
export interface PutRequest {
  readonly path: string;
  readonly content: Uint8Array | { readonly localFile: string } | { readonly stream: () => Readable };
  /** Octal text; undefined = keep that of the present file, 0644 less umask for a new one. */
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  /** Command with `%s` for the temp file; non-zero exit = the file is not put in place. */
  readonly validate?: readonly string[];
  /** Keep the old file beside the new one; the reply says where. */
  readonly backup?: boolean;
  /** Overwrite in place where a rename is impossible (bind-mounted file). */
  readonly unsafeWrites?: boolean;
}

export interface PutReply {
  readonly backupPath?: string;
  /** What could not be kept, e.g. an ACL; for the user's eyes. */
  readonly notes?: readonly string[];
}
