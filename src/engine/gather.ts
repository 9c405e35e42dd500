import { CommandError, ConnectionError } from '../model/errors.ts';
import type { ValueMap } from '../model/value.ts';
import type { CompiledTask } from './compile.ts';
import { createPlayHost, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { taskTarget } from './task-target.ts';

/**
 * Gathers the facts that a template of a host asks for: its own, or those of another host. That the other
 * one cannot be reached is a failure of the task, not of the host the task is for.
 *
 * @throws ConnectionError for the host itself, CommandError
 */
export function factsFor(
  playRun: PlayRun,
  host: PlayHost,
  task: CompiledTask,
): (hostName: string) => Promise<void> {
  return async (hostName) => {
    try {
      await gatherFacts(playRun, hostName, task);
    } catch (error) {
      if (!(error instanceof ConnectionError) || hostName === host.name) throw error;
      throw new CommandError(`the facts of ${hostName} cannot be had: ${error.message}`, { cause: error });
    }
  };
}

/**
 * Gathers the facts of a host and keeps them for the rest of the run.
 *
 * @param task whose connection keywords and become apply
 * @throws ConnectionError, CommandError
 */
async function gatherFacts(playRun: PlayRun, hostName: string, task: CompiledTask): Promise<void> {
  const state = playRun.run.hosts.of(hostName);
  const host = playRun.batch.find((candidate) => candidate.name === hostName) ?? createPlayHost(state);
  // Names that look like facts must not ask for facts while the connection itself is being worked out.
  const before = state.facts;
  state.facts = before ?? {};
  try {
    const target = taskTarget(playRun, host, task, scopeFor(playRun, host));
    state.facts = before;
    const facts = await (await target.reads()).facts();
    state.facts = facts as ValueMap;
    state.variablesVersion++;
  } catch (error) {
    state.facts = before;
    throw error;
  }
}
