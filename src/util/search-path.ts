import { isAbsolute, join, resolve } from 'node:path';

/** Folders that control-node files of a task are looked for in. */
export interface SearchPlaces {
  /** Of the file the task is written in. */
  readonly taskDirectory: string;
  readonly playbookDirectory: string;
}

/**
 * Every place a relative control-node path is looked for, in order: in `files/` (`templates/`, `vars/`,
 * `tasks/`) beside the task's file, then beside it, then the same for the playbook; a file in a `tasks/`
 * folder also has the folder above.
 *
 * @param kind the folder that is looked into first
 */
export function searchPath(path: string, kind: string, places: SearchPlaces): string[] {
  if (isAbsolute(path)) return [path];
  const roots = [join(places.taskDirectory, '..'), places.taskDirectory, places.playbookDirectory];
  const ofTaskFile = /(^|\/)(tasks|handlers)$/.test(places.taskDirectory) ? roots : roots.slice(1);
  return [...new Set(ofTaskFile.flatMap((root) => [resolve(root, kind, path), resolve(root, path)]))];
}
