import { type CompiledTask, innermost } from './compile.ts';

/**
 * Whether steps of the task make earlier reads stale. A user's command is a read only if its task says
 * so twice, `changed_when: false` and `check_mode: false`; simulated, the first is enough.
 */
export function countsAsChange(task: CompiledTask, check: boolean): boolean {
  if (task.task.keywords.async) return true;
  return !(neverChanged(task) && (check || innermost(task.chain, 'checkMode') === false));
}

/** True for a user's command that may be run ahead of its turn, since it only looks. */
export function isDeclaredRead(task: CompiledTask): boolean {
  const { module, keywords } = task.task;
  return ['command', 'shell'].includes(module) && !keywords.async && !countsAsChange(task, false);
}

function neverChanged(task: CompiledTask): boolean {
  return task.task.keywords.changedWhen?.some((condition) => isFalse(condition.expression)) ?? false;
}

function isFalse(expression: string | boolean): boolean {
  return expression === false || expression === 'false' || expression === 'False';
}
