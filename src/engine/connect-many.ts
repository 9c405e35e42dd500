import type { CompiledTask } from './compile.ts';
import { decide } from './decide.ts';
import type { PlayHost, PlayRun } from './run-state.ts';

/** Hosts that let nothing be heard for so long keep the others from their tasks no longer, milliseconds. */
const patienceMs = 1_000;

/**
 * Makes contact with the hosts that a task is going to act on, as many at a time as the connection layer
 * finds good. Who cannot be reached is told when its own turn comes.
 */
export async function connectMany(
  playRun: PlayRun,
  hosts: readonly PlayHost[],
  task: CompiledTask,
): Promise<void> {
  const { connections } = playRun.run;
  const opening = hosts.flatMap((host) => {
    const spec = specOf(playRun, host, task);
    return spec && !connections.isOpen(spec) ? [connections.openAhead(spec)] : [];
  });
  await settledOrSilent(opening);
}

/** Where a task goes; undefined where that is not decided, or it is skipped. */
function specOf(playRun: PlayRun, host: PlayHost, task: CompiledTask) {
  try {
    const decision = decide(playRun, host, task, []);
    return decision.kind === 'run' ? decision.target.spec : undefined;
  } catch {
    return undefined;
  }
}

function settledOrSilent(promises: readonly Promise<void>[]): Promise<void> {
  if (promises.length === 0) return Promise.resolve();
  return new Promise((resolve) => {
    let left = promises.length;
    let timer = setTimeout(resolve, patienceMs);
    const onSettled = (): void => {
      left--;
      clearTimeout(timer);
      if (left === 0) resolve();
      else timer = setTimeout(resolve, patienceMs);
    };
    for (const promise of promises) promise.then(onSettled, onSettled);
  });
}
