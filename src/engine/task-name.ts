import { TemplateError } from '../model/errors.ts';
import { isUnknown } from '../model/value.ts';
import { render } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { FactsNeeded } from './facts.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';

/** The name of a task as it is written, with the role it belongs to. */
export function writtenName(task: CompiledTask): string {
  return inRole(task, ownName(task));
}

/** The name shown for a task, rendered with the first host's variables; as written where that fails. */
export function displayName(playRun: PlayRun, task: CompiledTask, host: PlayHost): string {
  const written = ownName(task);
  if (!written.includes('{{')) return inRole(task, written);
  try {
    const name = render(written, scopeFor(playRun, host, task));
    return inRole(task, isUnknown(name) || typeof name === 'object' ? written : String(name));
  } catch (error) {
    if (error instanceof TemplateError || error instanceof FactsNeeded) return inRole(task, written);
    throw error;
  }
}

function ownName({ task }: CompiledTask): string {
  const { keywords, module, params } = task;
  if (keywords.name !== undefined) return keywords.name;
  return module === 'include_role' ? `${module} : ${String(params['name'])}` : module;
}

function inRole({ task, roles }: CompiledTask, name: string): string {
  const role = roles.at(-1);
  const namesRole = task.module === 'include_role' && task.keywords.name === undefined;
  return role && !namesRole ? `${role.name} : ${name}` : name;
}
