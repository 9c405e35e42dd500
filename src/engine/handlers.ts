import { TemplateError } from '../model/errors.ts';
import { render } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { isActive, isOut, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { writtenName } from './task-name.ts';

/**
 * Marks the handlers that a changed task notifies on a host.
 *
 * @returns names that no handler has
 */
export function notifyHandlers(playRun: PlayRun, task: CompiledTask, host: PlayHost): readonly string[] {
  const missing: string[] = [];
  const scope = scopeFor(playRun, host, task);
  for (const written of task.notify) {
    const name = String(render(written, scope));
    const handlers = handlersNamed(playRun, host, name);
    if (handlers.length === 0) missing.push(name);
    for (const handler of handlers) host.notified.add(handler);
  }
  return missing;
}

/** Marks the handlers that the command line asks for, where the play has them. */
export function notifyAsked(playRun: PlayRun, hosts: readonly PlayHost[]): void {
  for (const host of hosts) {
    for (const name of playRun.run.options.notify ?? []) {
      // As it was listed among those lost: by its name, or as it is written.
      const written = playRun.handlers.filter((handler) => writtenName(handler) === name);
      for (const handler of [...written, ...handlersNamed(playRun, host, name)]) host.notified.add(handler);
    }
  }
}

/** The last handler of that name, and all that listen to it. */
function handlersNamed(playRun: PlayRun, host: PlayHost, name: string): readonly CompiledTask[] {
  const named = playRun.handlers.findLast((handler) => isNamed(playRun, host, handler, name));
  const listening = playRun.handlers.filter((handler) => handler.task.keywords.listen?.includes(name));
  return named && !listening.includes(named) ? [named, ...listening] : listening;
}

/** A handler of a role has two names: its own, and that with the role before it. */
function isNamed(playRun: PlayRun, host: PlayHost, handler: CompiledTask, name: string): boolean {
  const own = nameOf(playRun, host, handler);
  const role = handler.roles.at(-1);
  return own !== undefined && (own === name || (role !== undefined && `${role.name} : ${own}` === name));
}

function nameOf(playRun: PlayRun, host: PlayHost, handler: CompiledTask): string | undefined {
  const { name } = handler.task.keywords;
  if (name === undefined || !name.includes('{{')) return name;
  try {
    return String(render(name, scopeFor(playRun, host, handler)));
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

/**
 * Runs what was notified, handler by handler in the order they are written, until nothing is pending:
 * handlers may notify handlers.
 *
 * @param runHandler runs one handler on those of its hosts that take part
 */
export async function flushHandlers(
  playRun: PlayRun,
  hosts: readonly PlayHost[],
  runHandler: (handler: CompiledTask, hosts: readonly PlayHost[]) => Promise<void>,
): Promise<void> {
  // Handlers that notify each other in a circle would never end: what is left waits for the next flush.
  for (let pass = 0; pass <= playRun.handlers.length; pass++) {
    const before = pendingCount(hosts);
    for (const handler of playRun.handlers) {
      const notified = hosts.filter((host) => isActive(host) && host.notified.has(handler));
      if (notified.length === 0) continue;
      for (const host of notified) {
        host.notified.delete(handler);
        host.unfinished.add(handler);
      }
      await runHandler(handler, notified);
      for (const host of notified) if (!isOut(host)) host.unfinished.delete(handler);
    }
    if (pendingCount(hosts.filter(isActive)) === 0 || before === 0) return;
  }
}

function pendingCount(hosts: readonly PlayHost[]): number {
  return hosts.reduce((sum, host) => sum + host.notified.size, 0);
}

/**
 * Says which handlers did not run to their end, e.g. since their host failed or was not reached: a later run
 * would not know of them.
 */
export function reportLostHandlers(playRun: PlayRun): void {
  for (const host of playRun.batch) {
    const lost = playRun.handlers.filter((one) => host.notified.has(one) || host.unfinished.has(one));
    if (lost.length === 0) continue;
    const handlers = lost.map(writtenName);
    for (const name of handlers) host.state.handlersLost.add(name);
    host.notified.clear();
    host.unfinished.clear();
    playRun.run.emit({ event: 'handlers_lost', playId: playRun.playId, host: host.name, handlers });
  }
}
