import { posix } from 'node:path';
import { CommandError, type HostAccess } from '../../src/module/index.ts';

/** Joins a path to a directory unless it is absolute or there is no directory. */
export function joinPath(directory: string | undefined, path: string): string {
  return directory === undefined || path.startsWith('/') ? path : posix.join(directory, path);
}

/** Without slashes at the end; `/` stays. */
export function trimSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}

/** The directory a path is in. */
export function parentOf(path: string): string {
  return posix.dirname(trimSlashes(path));
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return posix.basename(trimSlashes(path));
}

/**
 * Replaces a leading `~` or `~user` by that user's home on the host, as the shell there would.
 *
 * @throws CommandError where there is no such user
 */
export async function expandHome(host: HostAccess, path: string): Promise<string> {
  const tilde = /^~([A-Za-z0-9_.][A-Za-z0-9_.-]*)?(?=\/|$)/.exec(path)?.[0];
  if (tilde === undefined) return path;
  const reply = await host.script(`printf '%s' ${tilde}`);
  const home = reply.stdout.trim();
  if (reply.exitCode !== 0 || !home.startsWith('/')) {
    throw new CommandError(`cannot tell the home directory "${tilde}" on ${host.name}`);
  }
  return posix.join(home, path.slice(tilde.length));
}
