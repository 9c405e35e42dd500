import { posix } from 'node:path';
import { CommandError, InternalError } from '../../model/errors.ts';
import { quoteWord } from '../../util/shell.ts';
import type { Become, Connection } from '../connection.ts';

const timeoutMs = 600_000;

/** Removing one of these as a whole is never what was meant. */
const systemDirectories = new Set(
  '/ /bin /boot /dev /etc /home /lib /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin /usr/lib /usr/sbin /var /var/lib /var/log'.split(
    ' ',
  ),
);

const codes = { isDirectory: 71, mounted: 72 } as const;

/**
 * Removes a file, link, empty directory or (recursively) a tree. What is not there is no error. Never
 * follows a link, never removes a system directory, never reaches into another file system.
 *
 * @throws CommandError saying what stood in the way; ConnectionError
 */
export async function removePath(
  connection: Connection,
  become: Become | undefined,
  path: string,
  options: { readonly recursive: boolean },
): Promise<void> {
  if (path === '' || !path.startsWith('/'))
    throw new InternalError(`"${path}" is no absolute path to remove`);
  const plain = posix.normalize(path).replace(/(?<=.)\/+$/, '');
  if (systemDirectories.has(plain)) {
    throw new CommandError(`${connection.spec.name}: ${plain} is a system directory and is never removed`);
  }
  const result = await connection.shell({
    script: scriptFor(plain, options.recursive),
    ...{ timeoutMs, locale: 'C', kind: 'step' },
    ...(become === undefined ? {} : { become }),
  });
  if (result.exitCode !== 0) throw failure(result.exitCode, result.stderr, connection.spec.name, plain);
}

function scriptFor(path: string, recursive: boolean): string {
  const directory = recursive ? treeScript : `rmdir -- "$p" || exit ${codes.isDirectory}`;
  return [
    `p=${quoteWord(path)}`,
    'if [ -d "$p" ] && [ ! -L "$p" ]; then',
    directory,
    'elif [ -e "$p" ] || [ -L "$p" ]; then rm -f -- "$p" || exit 1',
    'fi',
  ].join('\n');
}

/** A bind mount has the device of its file system, so rm alone would walk into it: the mount table decides. */
const treeScript = [
  'real=$(cd -P -- "$p" && pwd -P) || exit 1',
  '[ "$real" != / ] || exit 1',
  'if [ -r /proc/self/mountinfo ]; then while read -r _ _ _ _ m _; do',
  'case $m in *\\\\*) m=$(printf %b "$m");; esac',
  `case $m in "$real"|"$real"/*) echo "$m" >&2; exit ${codes.mounted};; esac; done </proc/self/mountinfo; fi`,
  'case $(rm --help 2>&1) in *one-file-system*) one=--one-file-system;; *) one=;; esac',
  'rm -rf $one -- "$p" || exit 1',
].join('\n');

function failure(exitCode: number, stderr: string, hostName: string, path: string): CommandError {
  const said = stderr.trim();
  if (exitCode === codes.mounted) {
    return new CommandError(`${hostName}: ${path} is not removed: ${said} is mounted there`, {
      hint: 'unmount it first',
    });
  }
  if (exitCode === codes.isDirectory) {
    return new CommandError(`${hostName}: ${path} is not removed: ${said.replace(/^.*: /, '')}`);
  }
  return new CommandError(`${hostName}: cannot remove ${path}: ${said}`);
}
