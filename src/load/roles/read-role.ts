import { join } from 'node:path';
import type { Block, RolePlace, TaskNode, VarsLevel } from '../../model/playbook.ts';
import { sharedVars } from '../../model/roles.ts';
import type { Value } from '../../model/value.ts';
import { type FileContext, idAt } from '../context.ts';
import type { ReadItems } from '../import-tasks.ts';
import { isDirectory } from '../source-file.ts';
import { argumentTask } from './argument-specs.ts';
import { findRole } from './find-role.ts';
import { readMeta } from './meta.ts';
import type { RoleCall } from './role-call.ts';
import { type RoleVars, readRoleTasks, readRoleVars } from './role-files.ts';

const level = { defaults: 2, vars: 15, magic: 24 } as const;

/**
 * Replaces a call of a role by a block: the roles it depends on, then its own tasks, with its variables
 * around them.
 *
 * @param readItems reads the entries of a file of tasks
 * @returns undefined where the role is not there; that is reported
 */
export function readRole(context: FileContext, call: RoleCall, readItems: ReadItems): Block | undefined {
  const place = findRole(context, call.name, call.namePosition);
  if (!place) return undefined;
  const inside: FileContext = { ...context, roles: [...context.roles, place] };
  warnOfPython(context, call, place);
  const meta = readMeta(inside, place, call);
  const needed = meta.dependencies.flatMap((one) => readRole(meta.context, one, readItems) ?? []);
  const check = argumentTask(context, call, place, meta);
  const own = readRoleTasks(inside, place, 'tasks', call.files.tasks, readItems);
  return {
    kind: 'block',
    id: idAt(context, call.position),
    keywords: call.keywords,
    role: {
      ...place,
      identity: identityOf(call, place),
      allowDuplicates: call.allowDuplicates ?? meta.allowDuplicates,
      isDependency: call.kind === 'dependency',
      isPublic: call.isPublic,
      vars: varsOf(inside, call, place, needed),
      handlers: readRoleTasks(inside, place, 'handlers', call.files.handlers, readItems),
    },
    tasks: [...needed, ...(check ? [check] : []), ...own] satisfies TaskNode[],
    rescue: [],
    always: [],
    position: call.position,
  };
}

const pythonFolders = ['library', 'module_utils', 'action_plugins', 'filter_plugins', 'lookup_plugins'];

/** What calls them is told as unknown; the warning says why. */
function warnOfPython({ faults }: FileContext, call: RoleCall, { name, path }: RolePlace): void {
  for (const folder of pythonFolders.filter((one) => isDirectory(join(path, one)))) {
    faults.warning('unsupported-folder', `${folder}/ of the role ${name} is not used: it is for Python`, {
      position: call.namePosition,
      hint: 'use the modules and helpers of Mooring, or the script module',
    });
  }
}

/** A role sees the defaults and vars of those it depends on, below its own. */
function varsOf(
  context: FileContext,
  call: RoleCall,
  role: RolePlace,
  needed: readonly Block[],
): readonly VarsLevel[] {
  const inherited = needed.flatMap((block) => (block.role ? sharedVars(block.role) : []));
  const at = (precedence: number) => (file: RoleVars) => ({
    level: precedence,
    origin: file.file,
    values: file.values,
    templated: true,
  });
  return [
    ...inherited,
    ...readRoleVars(context, role, 'defaults', call.files.defaults).map(at(level.defaults)),
    ...call.vars.filter((vars) => vars.level <= level.vars),
    ...readRoleVars(context, role, 'vars', call.files.vars).map(at(level.vars)),
    ...call.vars.filter((vars) => vars.level > level.vars),
    { level: level.magic, origin: 'magic', values: magicOf(context, call, role), templated: false },
  ];
}

function magicOf({ roles }: FileContext, call: RoleCall, { name, path }: RolePlace): Record<string, Value> {
  const own = { role_name: name, ansible_role_name: name, role_path: path };
  const callers = roles.slice(0, -1).toReversed();
  if (callers.length === 0 || call.kind === 'dependency') return own;
  return {
    ...own,
    ansible_parent_role_names: callers.map((caller) => caller.name),
    ansible_parent_role_paths: callers.map((caller) => caller.path),
  };
}

/** Calls that ask for the same are one role, whether they stand in `roles:` or a role depends on it. */
function identityOf(call: RoleCall, { path }: RolePlace): string {
  const { keywords, vars, files, kind } = call;
  const { when = [], tags = [] } = keywords;
  const isIncluded = kind === 'import' || kind === 'include';
  return JSON.stringify([
    path,
    isIncluded,
    when.map(({ expression }) => expression),
    tags,
    Object.entries(files).map(([folder, file]) => [folder, file?.name]),
    vars.map(({ values }) => values),
    ...(isIncluded ? [keywords.vars ?? {}] : []),
  ]);
}
