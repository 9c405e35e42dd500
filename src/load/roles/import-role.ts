import type { Block, TaskKeywords } from '../../model/playbook.ts';
import type { Position } from '../../model/position.ts';
import type { ValueMap } from '../../model/value.ts';
import type { FileContext } from '../context.ts';
import { type ReadItems, reportTaskKeywords } from '../import-tasks.ts';
import { readRole } from './read-role.ts';
import { roleCallOf } from './role-params.ts';

/** Replaces an `import_role` by the tasks of the role, in a block that carries its keywords. */
export function importRole(
  context: FileContext,
  task: { readonly params: ValueMap; readonly keywords: TaskKeywords; readonly position: Position },
  readItems: ReadItems,
): Block | undefined {
  reportTaskKeywords(context, task, 'import_role');
  const call = roleCallOf(context, { ...task, kind: 'import' });
  return call && readRole(context, call, readItems);
}

/** Reports a role among handlers; true where it is one. */
export function reportHandler(
  context: FileContext,
  module: string,
  level: 'task' | 'handler',
  position: Position,
): boolean {
  if (level === 'task') return false;
  context.faults.error('misplaced-module', `${module} cannot be a handler`, {
    position,
    hint: 'use include_tasks with a file of the role',
  });
  return true;
}
