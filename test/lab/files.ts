/** Files laid into a root file system that the lab builds. */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** One file (or, with `source` a folder, one tree) of a layer or image. Exactly one of content, source and link is given. */
export interface LabFile {
  /** Absolute path in the target. */
  readonly path: string;
  /** The file's text or bytes. */
  readonly content?: string | Uint8Array;
  /** A file or folder of this machine to copy; modes of a folder's files are kept. */
  readonly source?: string;
  /** Target of a symbolic link to make. */
  readonly link?: string;
  /** Permission bits, default 0o644 (not applied to folders and links). */
  readonly mode?: number;
  /** Owner and group as numbers, default 0. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Writes files below `root`, making the folders they need. */
export function writeFiles(root: string, files: readonly LabFile[]): void {
  for (const file of files) writeOne(join(root, file.path), file);
}

/** First 16 hex digits of the SHA-256 over some texts. */
export function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** A hash over everything that {@link writeFiles} would write, the contents of sources included. */
export function hashOfFiles(files: readonly LabFile[]): string {
  return hashOf(
    files.map(({ content, source, ...rest }) => {
      const bytes = source === undefined ? hashOfBytes(content ?? '') : hashOfTree(source);
      return JSON.stringify([rest, bytes]);
    }),
  );
}

function hashOfTree(path: string): string {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return hashOf(['link', readlinkSync(path)]);
  if (stat.isDirectory()) {
    const names = readdirSync(path).sort();
    return hashOf(['folder', ...names.flatMap((name) => [name, hashOfTree(join(path, name))])]);
  }
  return hashOf(['file', String(stat.mode), hashOfBytes(readFileSync(path))]);
}

function hashOfBytes(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function writeOne(target: string, file: LabFile): void {
  mkdirSync(dirname(target), { recursive: true });
  if (file.link !== undefined) {
    symlinkSync(file.link, target);
    return;
  }
  if (file.source === undefined) {
    writeFileSync(target, file.content ?? '');
  } else {
    cpSync(file.source, target, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  }
  if (file.source === undefined || file.mode !== undefined) chmodSync(target, file.mode ?? 0o644);
  chownSync(target, file.uid ?? 0, file.gid ?? 0);
}
