import { basename, dirname, isAbsolute, resolve } from 'node:path';
import type { RolePlace } from '../../model/playbook.ts';
import type { Position } from '../../model/position.ts';
import { displayPath, type FileContext } from '../context.ts';
import { hasTemplate } from '../keyword-values.ts';
import { isDirectory } from '../source-file.ts';

/**
 * Finds the directory of a role: in `roles/` beside the playbook, in the folders of `rolesPath`, beside the role that asks for it, in
 * `roles/` of the working directory, beside the playbook.
 *
 * @returns undefined where it is nowhere, or its name is not a name; that is reported
 */
export function findRole(
  context: FileContext,
  name: string,
  position: Position | undefined,
): RolePlace | undefined {
  if (hasTemplate(name)) {
    context.faults.error(
      'template-in-import',
      'this role is read before the run: its name can hold no variables',
      {
        position,
        hint: 'use include_role',
      },
    );
    return undefined;
  }
  const roots = [
    resolve(context.playbookDirectory, 'roles'),
    ...(context.options.rolesPath ?? []),
    ...context.roles.map(({ path }) => dirname(path)).reverse(),
    resolve('roles'),
    context.playbookDirectory,
  ];
  const found = [...new Set(roots)].map((root) => resolve(root, name)).find(isDirectory);
  if (found !== undefined) return { name: isAbsolute(name) ? basename(name) : name, path: found };
  const looked = [...new Set(roots)].map((root) => displayPath(context, root) || '.').join(', ');
  const hint = isAbsolute(name) ? undefined : `looked in ${looked}`;
  if (isFullyQualified(name)) reportCollection(context, name, position);
  else context.faults.error('missing-role', `there is no role ${name}`, { position, hint });
  return undefined;
}

/** `namespace.collection.role`. */
function isFullyQualified(name: string): boolean {
  return /^\w+\.\w+\.\w+$/.test(name);
}

function reportCollection(context: FileContext, name: string, position: Position | undefined): void {
  const short = name.split('.').at(-1);
  context.faults.error('unsupported-role', `the role "${name}" is in a collection: those are not supported`, {
    position,
    hint: `put a copy of it into roles/${short} beside the playbook and write "${short}"`,
  });
}
