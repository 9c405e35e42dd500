import { posix } from 'node:path';
import type { HostAccess } from '../../src/module/index.ts';
import { attributeParams } from './file-attributes.ts';
import { type CopyEntry, type DirectoryEntry, type FileEntry, readFileEntry } from './file-copy.ts';
import { modePattern } from './file-mode.ts';
import { parentOf, trimSlashes } from './paths.ts';

/** Params of modules that write a whole file: copy and template. */
export const writeParams = {
  force: {
    type: 'boolean',
    default: true,
    description: 'Whether a file that differs is replaced; `false` = only where nothing is there.',
  },
  backup: {
    type: 'boolean',
    default: false,
    description: 'Whether to keep the replaced file beside the new one.',
  },
  validate: {
    type: 'string',
    description:
      'Command that must succeed before the file is put in place; `%s` stands for its temporary path.',
  },
  follow: { type: 'boolean', default: false, description: 'Whether a link at `dest` is followed.' },
  ...attributeParams,
  mode: {
    type: 'string',
    pattern: `^preserve$|${modePattern}`,
    description:
      "Permissions: octal, quoted (`'0644'`), symbolic (`u=rw,g=r`), or `preserve` for those of the source.",
  },
  unsafe_writes: {
    type: 'boolean',
    default: false,
    description: 'Whether to write into the file itself where it cannot be replaced (bind mounts).',
  },
} as const;

/** What such modules register. */
export const writeReturns = {
  dest: 'path of the file or tree on the host',
  src: 'path it came from',
  checksum: 'SHA-256 of the file',
  size: 'bytes of the file',
  state: '`file`',
  mode: 'permissions, octal',
  owner: 'user it belongs to',
  group: 'group it belongs to',
  uid: 'number of that user',
  gid: 'number of that group',
  backup_file: 'path of the replaced file',
};

/** Where something is to go on the host. */
export interface Request {
  readonly dest: string;
  readonly follow: boolean;
}

/** A desired file or tree and what is in its place. */
export interface CopyState {
  readonly dest: string;
  readonly src?: string;
  /** One file, not a tree. */
  readonly single: boolean;
  readonly entries: readonly CopyEntry[];
  readonly problem?: string;
}

/** A source that has no place yet. */
export type WantedFile = Omit<FileEntry, 'path' | 'stat' | 'before' | 'after'>;

/**
 * Where one file goes: into `dest` where that is a directory, else to `dest` itself.
 *
 * @param name what it is called in a directory; undefined = it needs a path of its own
 */
export async function readSingle(
  host: HostAccess,
  request: Request,
  wanted: WantedFile,
  name: string | undefined,
): Promise<CopyState> {
  const { dest, follow } = request;
  const intoDirectory = dest.endsWith('/') && name !== undefined;
  const path = intoDirectory ? posix.join(dest, name) : trimSlashes(dest);
  const [there, parent, entry] = await Promise.all([
    host.stat(path, { follow: true }),
    host.typeOf(parentOf(path)),
    readFileEntry(host, { ...wanted, path }, follow),
  ]);
  if (there?.type === 'directory' && !intoDirectory && name !== undefined) {
    return readSingle(host, { ...request, dest: `${trimSlashes(dest)}/` }, wanted, name);
  }
  const state = { dest: path, single: true, entries: [entry] };
  if (parent === 'directory') return state;
  const directory: DirectoryEntry = { type: 'directory', path: parentOf(path) };
  if (parent === undefined && intoDirectory) return { ...state, entries: [directory, entry] };
  const why = parent === undefined ? 'does not exist' : 'is not a directory';
  return { ...state, problem: `Destination directory ${parentOf(path)} ${why}` };
}
