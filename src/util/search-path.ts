import { isAbsolute, join, resolve } from 'node:path';

/** Folders that control-node files of a task are looked for in. */
export interface SearchPlaces {
  /** Of the file the task is written in. */
  readonly taskDirectory: string;
  readonly playbookDirectory: string;
  /** Of the roles around the task, innermost first. */
  readonly roleDirectories?: readonly string[];
}

/**
 * Every place a relative control-node path is looked for, in order: in `files/` (`templates/`, `vars/`,
 * `tasks/`) beside the task's file, then beside it, then the same for the playbook; a file in a `tasks/`
 * folder also has the folder above, and before all that come the roles the task belongs to.
 *
 * @param kind the folder that is looked into first
 */
export function searchPath(path: string, kind: string, places: SearchPlaces): string[] {
  if (isAbsolute(path)) return [path];
  const { taskDirectory, playbookDirectory, roleDirectories = [] } = places;
  const above = /(^|\/)(tasks|handlers)$/.test(taskDirectory) ? [join(taskDirectory, '..')] : [];
  const roots = [...roleDirectories, ...above, taskDirectory, playbookDirectory];
  return [...new Set(roots.flatMap((root) => [resolve(root, kind, path), resolve(root, path)]))];
}
