import { idleVariables } from '../connection-vars.ts';
import type { LintRule } from './rule.ts';

export const connectionRules: readonly LintRule[] = [
  {
    name: 'idle-connection-variable',
    summary: 'A connection variable of Ansible that nothing asks for here.',
    find: ({ sites }) =>
      idleVariables(sites).flatMap(({ name, position, reason }) =>
        position ? [{ message: `"${name}" has no effect: ${reason}`, position, hint: 'leave it out' }] : [],
      ),
  },
];
