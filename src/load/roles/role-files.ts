import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RolePlace, TaskNode } from '../../model/playbook.ts';
import type { Position } from '../../model/position.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { displayPath, enterFile, type FileContext } from '../context.ts';
import { type ReadItems, taskItems } from '../import-tasks.ts';
import { typeName } from '../keyword-values.ts';
import { isDirectory, isFile, readYamlFile } from '../source-file.ts';
import { loadVarsFile } from '../vars-files.ts';

/** A file of a role that the call asks for by name (`tasks_from`). */
export interface AskedFile {
  readonly name: string;
  readonly position: Position | undefined;
}

type Folder = 'tasks' | 'handlers' | 'defaults' | 'vars';

/** Variables of one file of a role. */
export interface RoleVars {
  /** As messages name it. */
  readonly file: string;
  readonly values: ValueMap;
}

/** The variables of a role's `defaults/` or `vars/`: of the file asked for, or `main`, which may be a folder. */
export function readRoleVars(
  context: FileContext,
  role: RolePlace,
  folder: 'defaults' | 'vars',
  asked: AskedFile | undefined,
): RoleVars[] {
  const directory = join(role.path, folder, 'main');
  const path = roleFile(context, role, folder, asked);
  const paths = path === undefined ? (asked ? [] : filesBelow(directory)) : [path];
  return paths.map((found) => {
    const file = displayPath(context, found);
    const { values, faults } = loadVarsFile(file, { vault: context.options.vault });
    context.faults.add(faults);
    return { file, values };
  });
}

/** The tasks or handlers of a role: of the file asked for, or `main`. */
export function readRoleTasks(
  context: FileContext,
  role: RolePlace,
  folder: 'tasks' | 'handlers',
  asked: AskedFile | undefined,
  readItems: ReadItems,
): readonly TaskNode[] {
  const path = roleFile(context, role, folder, asked);
  if (path === undefined) return [];
  if (context.importedFrom.includes(path)) {
    const hint = 'use include_role with a condition, so that it ends';
    const position = asked?.position ?? { file: displayPath(context, path), line: 1, col: 1 };
    context.faults.error('import-cycle', `the role ${role.name} calls itself`, { position, hint });
    return [];
  }
  const inner = enterFile(context, displayPath(context, path), context);
  const { value, faults } = readYamlFile(inner.file, { vault: context.options.vault });
  context.faults.add(faults);
  if (value === undefined) return [];
  return readItems(inner, taskItems(inner, value), folder === 'tasks' ? 'task' : 'handler');
}

/** A file of a role's `meta/` that must be a mapping; undefined where there is none, or it is empty. */
export function readMetaFile(
  context: FileContext,
  role: RolePlace,
  name: 'main' | 'argument_specs',
): { readonly context: FileContext; readonly map: ValueMap } | undefined {
  const path = candidates(join(role.path, 'meta'), name).find(isFile);
  if (path === undefined) return undefined;
  const inner = enterFile(context, displayPath(context, path), context);
  const { value, faults } = readYamlFile(inner.file, { vault: context.options.vault });
  context.faults.add(faults);
  if (value === undefined || value === null) return undefined;
  if (isMap(value)) return { context: inner, map: value };
  reportNoMap(inner, value);
  return undefined;
}

/** The names a file goes by: as written, or without its ending. */
function candidates(directory: string, name: string): string[] {
  return ['.yml', '.yaml', '.json', ''].map((ending) => join(directory, `${name}${ending}`));
}

/** @returns undefined where the role has none; that is reported if it was asked for */
function roleFile(
  context: FileContext,
  role: RolePlace,
  folder: Folder,
  asked: AskedFile | undefined,
): string | undefined {
  const path = candidates(join(role.path, folder), asked?.name ?? 'main').find(isFile);
  if (path === undefined && asked) {
    const hint = `looked in ${displayPath(context, join(role.path, folder))}`;
    const message = `the role ${role.name} has no ${folder}/${asked.name}`;
    context.faults.error('missing-file', message, { position: asked.position, hint });
  }
  return path;
}

function filesBelow(directory: string): string[] {
  if (!isDirectory(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(directory, name))
    .filter(isFile);
}

function reportNoMap({ faults, file }: FileContext, value: Value): void {
  faults.error('wrong-type', `this file must be a mapping, not ${typeName(value)}`, {
    position: { file, line: 1, col: 1 },
  });
}
