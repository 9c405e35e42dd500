import { TemplateError } from '../model/errors.ts';
import { isUnknown } from '../model/value.ts';
import { render } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { FactsNeeded } from './facts.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';

/** The name of a task as it is written, with the role it belongs to. */
export function writtenName({ task, roles }: CompiledTask): string {
  return inRole(roles, task.keywords.name ?? task.module);
}

/** The name shown for a task, rendered with the first host's variables; as written where that fails. */
export function displayName(playRun: PlayRun, task: CompiledTask, host: PlayHost): string {
  const written = task.task.keywords.name ?? task.task.module;
  if (!written.includes('{{')) return inRole(task.roles, written);
  try {
    const name = render(written, scopeFor(playRun, host, task));
    return inRole(task.roles, isUnknown(name) || typeof name === 'object' ? written : String(name));
  } catch (error) {
    if (error instanceof TemplateError || error instanceof FactsNeeded) return inRole(task.roles, written);
    throw error;
  }
}

function inRole(roles: CompiledTask['roles'], name: string): string {
  const role = roles.at(-1);
  return role ? `${role.name} : ${name}` : name;
}
