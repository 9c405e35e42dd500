import type { FileStat } from '../../src/module/index.ts';

/** A FileStat with what is not given at the value a plain root-owned file has. */
export function statOf(given: Partial<FileStat> = {}): FileStat {
  const owner = { owner: 'root', group: 'root', uid: 0, gid: 0 };
  const rest = { size: 4, mtime: 1_700_000_000, inode: 1, links: 1, device: 1 };
  return { type: 'file', mode: given.type === 'directory' ? '0755' : '0644', ...owner, ...rest, ...given };
}
