import { type CompiledTask, innermost } from './compile.ts';
import { numberKeyword } from './keyword-values.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';

interface Waiting {
  readonly most: number;
  readonly enter: () => void;
}

/** Lets only so many into a task at a time, in the order they come; each says how many there may be. */
export class Throttle {
  readonly #waiting: Waiting[] = [];
  #inside = 0;

  /** @param most how many there may be with this one, at least 1 */
  async run(most: number, action: () => Promise<void>): Promise<void> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ most, enter });
      this.#admit();
    });
    try {
      await action();
    } finally {
      this.#inside--;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#inside < next.most; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inside++;
      next.enter();
    }
  }
}

/** What all hosts of a play go through on their way into a task, whether they come together or one by one. */
export function throttleAt(playRun: PlayRun, task: CompiledTask): Throttle {
  const { id } = task.task;
  const known = playRun.throttles.get(id);
  if (known) return known;
  const throttle = new Throttle();
  playRun.throttles.set(id, throttle);
  return throttle;
}

/** The number of hosts a task may work on at a time; undefined = `forks` alone decides. */
export function throttleOf(playRun: PlayRun, task: CompiledTask, host: PlayHost): number | undefined {
  const limit = numberKeyword(task.chain, 'throttle', scopeFor(playRun, host, task));
  return limit === undefined || limit < 1 ? undefined : Math.floor(limit);
}

/** Whether the number of hosts may be limited: then nothing of the task is done before its turn. */
export function mayBeThrottled(task: CompiledTask): boolean {
  const written = innermost(task.chain, 'throttle');
  return written !== undefined && !(typeof written === 'number' && written < 1);
}
