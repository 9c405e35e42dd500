import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { RolePlace } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import { searchPath } from '../util/search-path.ts';
import type { Faults } from './faults.ts';
import { isFile } from './source-file.ts';
import type { Vault } from './vault.ts';

/** What the loader needs to know of a module: its name and where free text goes. */
export interface KnownModule {
  readonly name: string;
  readonly freeForm?: string | undefined;
}

export interface LoadOptions {
  /** Every module by each of its names. */
  readonly modules: ReadonlyMap<string, KnownModule>;
  readonly vault?: Vault | undefined;
  /** Absolute folders where roles are looked for, after `roles/` beside the playbook. */
  readonly rolesPath?: readonly string[] | undefined;
  /** Added to the ids of tasks that a run-time include brings in, so that they stay unique. */
  readonly idSuffix?: string | undefined;
}

/** What is shared by all files of one load. */
export interface LoadContext {
  readonly options: LoadOptions;
  readonly faults: Faults;
  /** How often an id was given, for the suffix of files imported twice. */
  readonly ids: Map<string, number>;
}

/** One file being read. */
export interface FileContext extends LoadContext {
  /** As faults name it. */
  readonly file: string;
  /** Absolute directory of the file. */
  readonly directory: string;
  /** Absolute directory of the playbook that brought the file in. */
  readonly playbookDirectory: string;
  /** Absolute paths of the files being imported, outermost first, this one last. */
  readonly importedFrom: readonly string[];
  /** Roles the file belongs to, outermost first. */
  readonly roles: readonly RolePlace[];
}

/** What a file takes over from the one that names it. */
export type OuterFile = Pick<FileContext, 'playbookDirectory' | 'importedFrom'> &
  Partial<Pick<FileContext, 'roles'>>;

/** A unique id for what is written at a place. */
export function idAt(context: LoadContext, position: Position): string {
  const base = `${position.file}:${position.line}:${position.col}${context.options.idSuffix ?? ''}`;
  const count = (context.ids.get(base) ?? 0) + 1;
  context.ids.set(base, count);
  return count === 1 ? base : `${base}#${count}`;
}

export function enterFile(context: LoadContext, file: string, outer: OuterFile | undefined): FileContext {
  const path = resolve(file);
  return {
    options: context.options,
    faults: context.faults,
    ids: context.ids,
    file,
    directory: dirname(path),
    playbookDirectory: outer?.playbookDirectory ?? dirname(path),
    importedFrom: [...(outer?.importedFrom ?? []), path],
    roles: outer?.roles ?? [],
  };
}

/**
 * Finds a file that another one names, where the run would find it.
 *
 * @param kind the folder that is looked into first, `tasks` or `vars`; none for playbooks, which are
 *   only looked for beside the file that names them
 * @returns the path to read and to show, or undefined with the places where it is not
 */
export function findFile(
  context: FileContext,
  name: string,
  kind?: 'tasks' | 'vars',
): { readonly path: string | undefined; readonly hint: string } {
  const { directory: taskDirectory, playbookDirectory, roles } = context;
  const roleDirectories = roles.map(({ path }) => path).reverse();
  const places = { taskDirectory, playbookDirectory, roleDirectories };
  const candidates = kind ? searchPath(name, kind, places) : [resolve(context.directory, name)];
  const found = candidates.find(isFile);
  const looked = [...new Set(candidates.map((path) => displayPath(context, dirname(path)) || '.'))];
  return { path: found && displayPath(context, found), hint: `looked in ${looked.join(', ')}` };
}

/** Paths are shown the way the user named the first file: relative stays relative. */
export function displayPath(context: Pick<FileContext, 'file'>, path: string): string {
  return isAbsolute(context.file) ? path : relative(process.cwd(), path);
}

/** A path below the working directory is shown relative to it. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) || short === '' ? path : short;
}
