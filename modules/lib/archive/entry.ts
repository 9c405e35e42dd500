import type { FileStat } from '../../../src/module/index.ts';

/** One member of an archive. */
export interface ArchiveEntry {
  /** Relative, without `./` in front and `/` at the end. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'hardlink';
  readonly size: number;
  /** Seconds since 1970, where the archive keeps them exactly. */
  readonly mtime?: number;
  /** Where a symbolic link leads to. */
  readonly target?: string;
  /** SHA-256, hex, where the content was read. */
  readonly checksum?: string;
}

/** The path of a member as it is unpacked; undefined = nothing is unpacked for it. */
export function memberPath(name: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? undefined : parts.join('/');
}

/** How what is on the host differs from a member; undefined = not at all. Owner and mode are not compared. */
export function differenceOf(
  entry: ArchiveEntry,
  stat: FileStat | undefined,
  keepNewer: boolean,
): string | undefined {
  if (stat === undefined) return `${entry.path} is missing`;
  const type = entry.type === 'hardlink' ? 'file' : entry.type;
  if (stat.type !== type) return `${entry.path} is a ${stat.type}, not a ${type}`;
  if (type === 'link') return stat.target === entry.target ? undefined : `${entry.path} leads elsewhere`;
  if (entry.type !== 'file') return undefined;
  if (keepNewer && entry.mtime !== undefined && stat.mtime > entry.mtime) return undefined;
  if (stat.size !== entry.size) return `size of ${entry.path} differs`;
  if (entry.mtime !== undefined && stat.mtime !== entry.mtime) return `time of ${entry.path} differs`;
  if (entry.checksum !== undefined && stat.checksum !== entry.checksum)
    return `content of ${entry.path} differs`;
  return undefined;
}

/**
 * Whether a member is to be unpacked.
 *
 * @param include paths, with all below them; empty = all
 * @param exclude patterns with `*` and `?`, for the path or for any directory it is in
 */
export function isSelected(path: string, include: readonly string[], exclude: readonly string[]): boolean {
  const parts = path.split('/');
  const ancestors = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const included =
    include.length === 0 || include.some((wanted) => ancestors.includes(memberPath(wanted) ?? ''));
  return included && !exclude.some((pattern) => ancestors.some((part) => globPattern(pattern).test(part)));
}

/** tar and unzip let `*` match slashes too. */
function globPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/^\.\//, '')
    .replace(/\/$/, '')
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
