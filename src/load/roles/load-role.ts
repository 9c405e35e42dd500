import type { Fault } from '../../model/errors.ts';
import type { RolePlace, TaskNode } from '../../model/playbook.ts';
import type { Position } from '../../model/position.ts';
import type { ValueMap } from '../../model/value.ts';
import { enterFile, type LoadContext, type LoadOptions } from '../context.ts';
import { Faults } from '../faults.ts';
import { readTaskItems } from '../tasks.ts';
import { readRole } from './read-role.ts';
import { roleCallOf } from './role-params.ts';

export interface LoadRoleOptions extends LoadOptions {
  /** Absolute. */
  readonly playbookDirectory: string;
  /** The roles around the `include_role`, outermost first. */
  readonly roles: readonly RolePlace[];
  /** Of the `include_role`. */
  readonly position: Position;
}

/**
 * Reads a role for `include_role`, when the run comes to it.
 *
 * @param params of the `include_role`, rendered
 * @returns one block with the tasks of the role, none where it could not be read
 */
export function loadRole(
  params: ValueMap,
  options: LoadRoleOptions,
): { tasks: readonly TaskNode[]; faults: readonly Fault[] } {
  const faults = new Faults();
  const { playbookDirectory, roles, position } = options;
  const shared: LoadContext = { options, faults, ids: new Map() };
  const context = enterFile(shared, position.file, { playbookDirectory, roles, importedFrom: [] });
  const call = roleCallOf(context, { params, keywords: {}, position, kind: 'include' });
  const block = call && readRole(context, call, readTaskItems);
  return { tasks: block ? [block] : [], faults: faults.list };
}
