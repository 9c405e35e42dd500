import { decodeOctal } from './octal.ts';

/** One mounted file system, as proc(5) describes a line of /proc/self/mountinfo. */
export interface LiveMount {
  readonly path: string;
  /** Directory inside the file system that is seen at the path; not `/` for a bind mount. */
  readonly root: string;
  /** major:minor */
  readonly device: string;
  readonly fstype: string;
  readonly src: string;
  /** Options of this mount and of its file system together. */
  readonly options: readonly string[];
}

/** Every mount, in the order in which they lie over each other. */
export function parseMountinfo(text: string): LiveMount[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , device = '', root = '', path = '', options = ''] = left.split(' ');
    const [fstype = '', src = '', superOptions = ''] = right.split(' ');
    if (path === '' || fstype === '') return [];
    return [
      {
        path: decodeOctal(path),
        root: decodeOctal(root),
        device,
        fstype,
        src: decodeOctal(src),
        options: [...new Set([...options.split(','), ...superOptions.split(',')])].filter(
          (word) => word !== '',
        ),
      },
    ];
  });
}

/** What one sees at the path: of several mounts there the last. An automount point waiting is no mount. */
export function mountAt(mounts: readonly LiveMount[], path: string): LiveMount | undefined {
  const found = mounts.findLast((mount) => mount.path === path);
  return found?.fstype === 'autofs' ? undefined : found;
}

/** The mount that holds a path. */
export function mountHolding(mounts: readonly LiveMount[], path: string): LiveMount | undefined {
  const inside = mounts.filter((mount) => isBelow(path, mount.path));
  return inside.reduce<LiveMount | undefined>(
    (deepest, mount) => (deepest && deepest.path.length > mount.path.length ? deepest : mount),
    undefined,
  );
}

/** The same or inside. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}
