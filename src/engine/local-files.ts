import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ParamsError } from '../model/errors.ts';
import type { LocalFile } from '../module/index.ts';
import { type SearchPlaces, searchPath } from '../util/search-path.ts';
import type { CompiledTask } from './compile.ts';
import type { PlayRun } from './run-state.ts';

/** Where files of the control node that a task names are looked for. */
export function searchPlaces(playRun: PlayRun, { task, roles }: CompiledTask): SearchPlaces {
  const roleDirectories = roles.map(({ path }) => path).reverse();
  return {
    taskDirectory: task.directory,
    playbookDirectory: playRun.playbook.directory,
    roleDirectories,
  };
}

export type LocalKind = 'files' | 'templates' | 'vars' | 'tasks';

type LocalEntry = LocalFile['entries'][number];

/**
 * Finds a control-node file as Ansible does: in `files/` (or `templates/`) beside the task's file, then
 * beside it, then the same for the playbook, and in the folder above a `tasks/` folder.
 *
 * @param kinds the folders that are looked into, first those that fit best
 * @returns its absolute path
 * @throws ParamsError that lists every place looked at
 */
export async function findLocal(
  path: string,
  kinds: readonly LocalKind[],
  places: SearchPlaces,
): Promise<string> {
  const candidates = [...new Set(kinds.flatMap((kind) => searchPath(path, kind, places)))];
  for (const candidate of candidates) {
    if (await exists(candidate)) return candidate;
  }
  throw new ParamsError(`there is no "${path}" on the control node; looked for ${candidates.join(', ')}`);
}

/** A file of the control node that a read relied on. */
export interface LocalUse {
  readonly found: string;
  /** Which file it was, as it was then; undefined = a folder, or changed too lately to tell. */
  readonly fingerprint: string | undefined;
  /** Whether it is still found at the same place, untouched. */
  isSame(): Promise<boolean>;
}

/** Finds a file like `findLocal`, and remembers what it was like. Throws ParamsError. */
export async function useLocal(
  path: string,
  kinds: readonly LocalKind[],
  places: SearchPlaces,
): Promise<LocalUse> {
  const look = async (): Promise<Pick<LocalUse, 'found' | 'fingerprint'>> => {
    const found = await findLocal(path, kinds, places);
    return { found, fingerprint: await fingerprintOf(found) };
  };
  const before = await look();
  const isSame = async (): Promise<boolean> => {
    const now = await look().catch(() => undefined);
    return now?.found === before.found && now.fingerprint === before.fingerprint;
  };
  return { ...before, isSame };
}

/** Shorter than this ago, a second change might leave the times of a file as they are, milliseconds. */
const clockTickMs = 20;

async function fingerprintOf(path: string): Promise<string | undefined> {
  const now = Date.now();
  const found = await stat(path, { bigint: true });
  if (!found.isFile() || now - Number(found.ctimeMs) < clockTickMs) return undefined;
  const { dev, ino, size, mode, mtimeNs, ctimeNs } = found;
  return [dev, ino, size, mode, mtimeNs, ctimeNs].join(' ');
}

/** Size, mode and digest of a file, or of everything below a directory. */
export async function describeLocal(path: string): Promise<LocalFile> {
  const found = await stat(path);
  if (!found.isDirectory()) return { path, entries: [], ...(await describeEntry(path)) };
  const names = await readdir(path, { recursive: true });
  const entries: LocalEntry[] = [];
  for (const name of names.sort()) {
    entries.push({ path: relative(path, join(path, name)), ...(await describeEntry(join(path, name))) });
  }
  return { path, entries, ...(await describeEntry(path)) };
}

async function describeEntry(path: string): Promise<Omit<LocalEntry, 'path'>> {
  const found = await stat(path);
  const mode = `0${(found.mode & 0o7777).toString(8).padStart(3, '0')}`;
  if (found.isDirectory()) return { type: 'directory', size: 0, checksum: '', mode };
  return { type: 'file', size: found.size, checksum: await digest(path, found.mtimeMs, found.size), mode };
}

const digests = new Map<string, Promise<string>>();

/** SHA-256 of a file, computed once for the same size and modification time. */
function digest(path: string, mtimeMs: number, size: number): Promise<string> {
  const key = `${path}\0${mtimeMs}\0${size}`;
  const known = digests.get(key) ?? computeDigest(path);
  digests.set(key, known);
  return known;
}

async function computeDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Text of a control-node file. Throws ParamsError where it is not UTF-8. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ParamsError(`${path} is not UTF-8 text`);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
