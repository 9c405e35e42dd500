import type { Layer } from '../template/index.ts';
import { connectionKey } from './connections.ts';
import type { Call } from './decide.ts';
import { Undecided } from './lookahead.ts';
import type { TaskCall } from './task.ts';
import type { TaskTarget } from './task-target.ts';

/** What asks for a name that is not settled yet is not decided. */
export function guards(pending: ReadonlySet<string>): Layer[] {
  return pending.size === 0 ? [] : [Undecided.guard(pending)];
}

/** Opens what the host will be asked through, where there is contact or soon will be. */
export function prepare({ connection, become }: TaskTarget, commands: number): void {
  connection().then(
    (open) => open.prepare?.({ become, commands }),
    () => undefined,
  );
}

/** The same text for targets whose requests are answered by the same shell. */
export function shellOf({ spec, become }: TaskTarget): string {
  return JSON.stringify([connectionKey(spec), become?.method, become?.user]);
}

/** Which task, host and loop item a call is. */
export function keyOf({ host, task, itemIndex }: TaskCall): string {
  return `${host.name}\0${task.task.id}\0${itemIndex}`;
}

/** What a call was decided to be: where it differs in its turn, what was read ahead is of no use. */
export function signatureOf({ params, target, environment, check }: Call): string {
  const { method, user } = target.become ?? {};
  return JSON.stringify([params, target.target.key, target.spec.user, method, user, environment, check]);
}
