import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConnectionError } from '../../model/errors.ts';
import { protocolVersion } from './messages.ts';

/** Longer names do not fit into the address of a socket (unix(7)). */
const longestPath = 90;

/**
 * The socket of the broker, in a folder that only this user can look into; the folder is made where it is
 * missing. The name stands for this build of the program and, on Linux, for its name spaces: another version, or
 * one that sees another network, has a broker of its own.
 *
 * @throws ConnectionError where somebody else could get at the folder
 */
export function brokerSocketPath(env: NodeJS.ProcessEnv = process.env): string {
  const folder = brokerFolder(env);
  const path = join(folder, `connections-${identity()}.sock`);
  if (path.length <= longestPath) return path;
  throw new ConnectionError(`connections cannot be kept: the path of the socket is too long: ${path}`, {
    hint: 'set XDG_RUNTIME_DIR to a folder with a shorter name that belongs to you',
  });
}

/** Where the sockets are; made, and checked. Throws ConnectionError. */
export function brokerFolder(env: NodeJS.ProcessEnv = process.env): string {
  const folder = join(baseFolder(env), 'mooring');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!isAlreadyThere(error)) throw refusal(folder, reasonOf(error));
  }
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) throw refusal(folder, 'it is no folder');
  if (stat.uid !== userId()) throw refusal(folder, `it belongs to another user (${stat.uid})`);
  if ((stat.mode & 0o077) !== 0) throw refusal(folder, 'others may get at it (chmod 700 it)');
  checkParents(folder);
  return folder;
}

function baseFolder(env: NodeJS.ProcessEnv): string {
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  if (isAbsolute(runtime) && belongsToUs(runtime)) return runtime;
  const cache = env['XDG_CACHE_HOME'] ?? '';
  return isAbsolute(cache) ? cache : join(env['HOME'] || homedir(), '.cache');
}

/** Under sudo the folder may still be that of the user who called it. */
function belongsToUs(folder: string): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false });
  return stat !== undefined && stat.uid === userId();
}

/** Who can rename a folder above it can put another in its place. */
function checkParents(folder: string): void {
  let parent = dirname(realpathSync(folder));
  for (;;) {
    const stat = statSync(parent);
    if (![0, userId()].includes(stat.uid)) throw refusal(folder, `${parent} belongs to another user`);
    if (isOpenToAll(stat)) throw refusal(folder, `everybody may write to ${parent}`);
    if (parent === dirname(parent)) return;
    parent = dirname(parent);
  }
}

function isOpenToAll({ mode }: Stats): boolean {
  return (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
}

function refusal(folder: string, why: string): ConnectionError {
  return new ConnectionError(`connections cannot be kept: the folder ${folder} is not used: ${why}`, {
    hint: 'it must belong to you alone: remove it, or set XDG_RUNTIME_DIR to a folder that does',
  });
}

function identity(): string {
  const parts = [protocolVersion, process.version, programState(), nameSpace('net'), nameSpace('mnt')];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** The bundle, or from the sources this file. */
function programState(): string {
  const file = fileURLToPath(import.meta.url);
  const { size, mtimeMs, ino } = statSync(file);
  return [file, size, mtimeMs, ino].join(' ');
}

function nameSpace(kind: 'net' | 'mnt'): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return '';
  }
}

function userId(): number {
  return process.geteuid?.() ?? 0;
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
