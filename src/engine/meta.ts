import { isUnknown } from '../model/value.ts';
import type { CompiledTask } from './compile.ts';
import { conditionsHold } from './decide.ts';
import { withFacts } from './facts.ts';
import { factsFor } from './gather.ts';
import { flushHandlers } from './handlers.ts';
import { errorMessage, heal, isActive, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { taskTarget } from './task-target.ts';

/**
 * Carries out `meta:` for the hosts whose `when` holds. Nothing is reported for it but warnings.
 *
 * @param runHandler runs one handler on hosts
 */
export async function runMeta(
  playRun: PlayRun,
  task: CompiledTask,
  hosts: readonly PlayHost[],
  runHandler: (handler: CompiledTask, hosts: readonly PlayHost[]) => Promise<void>,
): Promise<void> {
  const chosen: PlayHost[] = [];
  for (const host of hosts) if (await isWanted(playRun, task, host)) chosen.push(host);
  if (chosen.length === 0) return;
  switch (String(task.task.params['action'])) {
    case 'flush_handlers':
      return flushHandlers(playRun, chosen, runHandler);
    case 'end_play':
      playRun.ending = { kind: 'end_play' };
      return;
    case 'end_batch':
      playRun.ending = { kind: 'end_batch' };
      return;
    case 'end_host':
      for (const host of chosen) host.ended = true;
      return;
    case 'end_role':
      for (const host of chosen) host.leftRole = task.roles.at(-1);
      return;
    case 'clear_host_errors':
      return clearErrors(playRun);
    case 'clear_facts':
      for (const host of chosen) clearFacts(host);
      return;
    case 'reset_connection':
      await Promise.all(chosen.map((host) => resetConnection(playRun, task, host)));
      return;
    case 'refresh_inventory':
      return refreshInventory(playRun);
    default:
      return;
  }
}

async function isWanted(playRun: PlayRun, task: CompiledTask, host: PlayHost): Promise<boolean> {
  try {
    const verdict = await withFacts(factsFor(playRun, host, task), () =>
      conditionsHold(task.conditions, scopeFor(playRun, host, task)),
    );
    if (isUnknown(verdict)) warn(playRun, task, host, `meta is decided at run time: ${verdict.reason}`);
    return verdict === true;
  } catch (error) {
    warn(playRun, task, host, errorMessage(error));
    host.failed = true;
    playRun.run.hosts.of(host.name).recap.failed++;
    return false;
  }
}

function warn(playRun: PlayRun, task: CompiledTask, host: PlayHost, message: string): void {
  playRun.run.emit({ event: 'warning', message, position: task.task.position, host: host.name });
}

function clearErrors({ batch }: PlayRun): void {
  for (const host of batch) {
    heal(host);
    host.state.failed = false;
    host.state.unreachable = false;
  }
}

function clearFacts(host: PlayHost): void {
  host.state.facts = undefined;
  host.state.variablesVersion++;
}

async function resetConnection(playRun: PlayRun, task: CompiledTask, host: PlayHost): Promise<void> {
  if (!isActive(host)) return;
  const { spec } = taskTarget(playRun, host, task, scopeFor(playRun, host, task));
  await playRun.run.connections.reset(spec);
}

async function refreshInventory({ run }: PlayRun): Promise<void> {
  const { reloadInventory } = run.options.loader;
  if (reloadInventory) run.inventory.replace(await reloadInventory());
}
