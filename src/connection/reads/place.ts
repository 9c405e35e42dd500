import { posix } from 'node:path';
import type { FileStat, Place } from '../host-reads.ts';

/**
 * Which entry of which directory a path is: two paths are the same file only if they are the same entry, links and
 * files of several names aside.
 *
 * @param stat tells of a path itself, no link followed; asked at once about all that is needed
 */
export async function placeOf(
  path: string,
  stat: (path: string) => Promise<FileStat | null>,
): Promise<Place | undefined> {
  const name = posix.basename(path);
  if (!path.startsWith('/') || path.endsWith('/') || ['', '.', '..'].includes(name)) return undefined;
  // The dot has the kernel follow links on the way, the last one included.
  const [own, directory] = await Promise.all([stat(path), stat(`${posix.dirname(path)}/.`)]);
  if (directory?.type !== 'directory') return undefined;
  if (own?.type === 'link' || (own?.type !== 'directory' && (own?.links ?? 1) > 1)) return undefined;
  return { device: directory.device, directory: directory.inode, name, inode: own?.inode };
}

/**
 * Devices of mounts whose files change without a step on this very host.
 *
 * @param mountinfo text of /proc/self/mountinfo, proc_pid_mountinfo(5)
 */
export function sharedDevices(mountinfo: string): ReadonlySet<number> {
  const shared = new Set<number>();
  for (const line of mountinfo.split('\n')) {
    const [, , device = ''] = line.split(' ', 3);
    const type = / - (\S+) /.exec(line)?.[1];
    if (type !== undefined && sharedTypes.test(type)) shared.add(deviceNumber(device));
  }
  return shared;
}

const sharedTypes =
  /^(?:nfs\d?|cifs|smb3|smbfs|fuse(?:\..+)?|9p|virtiofs|vboxsf|ceph|glusterfs|lustre|afs|coda|orangefs|beegfs)$/;

/** `major:minor` as one number, as stat(2) has it: makedev(3) of glibc. */
function deviceNumber(text: string): number {
  const [major = 0, minor = 0] = text.split(':').map(Number);
  return (minor % 256) + (major % 4096) * 256 + Math.floor(minor / 256) * 0x100000;
}
