import type { Step } from '../module/index.ts';
import { prepare, shellOf } from './call-keys.ts';
import type { CompiledTask } from './compile.ts';
import type { Call } from './decide.ts';
import type { ReadWindow } from './read-window.ts';
import { isDeclaredRead } from './reads-only.ts';
import type { TaskTarget } from './task-target.ts';
import { toPlan, typed } from './typed-module.ts';

/** Modules whose step is a command on a channel of its own. */
const commandModules: ReadonlySet<string> = new Set(['command', 'shell', 'script']);
const commandsAhead = 6;
const mostChannels = 3;

/** Whether the task is going to need a channel of its own, as far as can be told without having read. */
export function isCommand(task: CompiledTask): boolean {
  return commandModules.has(task.task.module) && !isDeclaredRead(task);
}

/** Whether what was read says that a call needs a channel of its own. */
export function plansChannel({ module, params }: Call, current: unknown): boolean {
  try {
    return toPlan(typed(module).plan(params, current)).steps.some(needsChannel);
  } catch {
    return false;
  }
}

function needsChannel(step: Step): boolean {
  return step.kind === 'run' && (step.user === true || step.long === true);
}

/** Opens channels for the task and the few behind it that are going to need one, as whom they run as. */
export function prepareChannels({ sequence, index }: CompiledTask, window: ReadWindow): void {
  const wanted = new Map<string, { readonly target: TaskTarget; count: number }>();
  let count = 0;
  for (let at = index; at < Math.min(sequence.length, index + commandsAhead) && count < mostChannels; at++) {
    const task = sequence[at];
    if (!task || !(isCommand(task) || window.planned.has(task))) continue;
    const target = window.targets.get(task) ?? window.taskTarget;
    if (!target) continue;
    const key = shellOf(target);
    const entry = wanted.get(key) ?? { target, count: 0 };
    entry.count++;
    count++;
    wanted.set(key, entry);
  }
  for (const { target, count: commands } of wanted.values()) prepare(target, commands);
}
