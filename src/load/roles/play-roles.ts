import type { Block } from '../../model/playbook.ts';
import type { ValueMap } from '../../model/value.ts';
import type { FileContext } from '../context.ts';
import { readTaskItems } from '../tasks.ts';
import { readRole } from './read-role.ts';
import { readRoleEntries } from './role-call.ts';

/** The roles of a play, each as a block of tasks. */
export function readRoles(context: FileContext, map: ValueMap): Block[] {
  return readRoleEntries(context, map, 'roles').flatMap(
    (call) => readRole(context, call, readTaskItems) ?? [],
  );
}
