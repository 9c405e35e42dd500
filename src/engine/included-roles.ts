import type { TaskNode } from '../model/playbook.ts';
import { handlersIn, publicVars, rolesIn } from '../model/roles.ts';
import { compileNodes, type Surroundings, type VarsLevel } from './compile.ts';
import { flatten } from './compile-play.ts';
import type { PlayHost, PlayRun } from './run-state.ts';

/** Roles whose handlers a play has, by those variables of an include that the handlers may use. */
const present = new WeakMap<PlayRun, Map<string, Set<string>>>();

/**
 * Gives the play the handlers of the roles that an include brings in. Those of a role that was included
 * before in the same way are there already: a loop around an include makes one handler of them, but
 * where the item may matter to it.
 *
 * @param vars of the include
 */
export function addHandlers(
  playRun: PlayRun,
  nodes: readonly TaskNode[],
  around: Surroundings,
  vars: readonly VarsLevel[],
): void {
  const known = present.get(playRun) ?? new Map([['[]', identitiesOf(playRun)]]);
  present.set(playRun, known);
  const text = JSON.stringify(rolesIn(nodes));
  const mentioned = vars.map(({ values }) =>
    Object.entries(values).filter(([name]) => new RegExp(`\\b${name}\\b`).test(text)),
  );
  const key = JSON.stringify(mentioned.filter((entries) => entries.length > 0));
  const seen = known.get(key) ?? new Set();
  known.set(key, seen);
  const handlers = compileNodes(handlersIn(nodes, seen), { ...around, handler: true });
  playRun.handlers.push(...flatten(handlers));
}

/** Shows the hosts the variables of the public roles that they have included. */
export function showVars(playRun: PlayRun, nodes: readonly TaskNode[], hosts: readonly PlayHost[]): void {
  const shown = publicVars(nodes);
  if (shown.length === 0) return;
  for (const host of hosts) {
    playRun.hostVars.set(host.name, [...(playRun.hostVars.get(host.name) ?? []), ...shown]);
    host.state.variablesVersion++;
  }
}

function identitiesOf({ play }: PlayRun): Set<string> {
  const nodes = [...play.preTasks, ...play.tasks, ...play.postTasks];
  return new Set(rolesIn(nodes).map(({ identity }) => identity));
}
