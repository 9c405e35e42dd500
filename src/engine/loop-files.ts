import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LoopFiles } from '../util/loop-forms.ts';
import { type SearchPlaces, searchPath } from '../util/search-path.ts';

/** The files of the control node that the loop of a task may be made of, looked for where its module would. */
export function loopFiles(module: string, places: SearchPlaces): LoopFiles {
  return {
    glob: (pattern) => {
      // A folder with wildcards is one that is not there: only the last part may hold them.
      const matches = wildcard(basename(pattern));
      const folders = searchPath(dirname(pattern), 'files', places);
      const found = folders.map((folder) =>
        namesIn(folder)
          .filter((name) => matches.test(name))
          .map((name) => join(folder, name))
          .filter((path) => isThere(path, 'file')),
      );
      return found.find((paths) => paths.length > 0) ?? [];
    },
    first: (names) =>
      names.flatMap((name) => searchPath(name, folderOf(module), places)).find((path) => isThere(path)),
  };
}

const folders: Readonly<Record<string, string>> = {
  template: 'templates',
  include_vars: 'vars',
  include_tasks: 'tasks',
};

function folderOf(module: string): string {
  return folders[module] ?? 'files';
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function isThere(path: string, type?: 'file'): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (type === undefined || found.isFile());
}

/** `*`, `?` and `[a-z]` of a shell; names with a leading dot are only meant by a pattern with one. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replaceAll(/\[!?[^\]]+\]|[\s\S]/g, (part) => {
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part.replace(/[.+^${}()|[\]\\/]/, '\\$&');
  });
  return new RegExp(`^${pattern.startsWith('.') ? '' : '(?!\\.)'}${source}$`);
}
