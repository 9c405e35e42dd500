import { guards } from './call-keys.ts';
import type { CompiledTask } from './compile.ts';
import { includedAhead } from './include.ts';
import type { PlayHost, PlayRun } from './run-state.ts';

/** Files of includes that are decided already, loaded ahead of their turn to see which reads will be wanted. */
export class IncludesAhead {
  readonly #playRun: PlayRun;
  readonly #onKnown: (host: PlayHost) => void;
  /** By host and task; undefined = on its way. */
  readonly #tasks = new Map<string, readonly CompiledTask[] | undefined>();
  readonly #compiled = new Map<string, Promise<readonly CompiledTask[]>>();

  /** @param onKnown called when the tasks of an include of the host have become known */
  constructor(playRun: PlayRun, onKnown: (host: PlayHost) => void) {
    this.#playRun = playRun;
    this.#onKnown = onKnown;
  }

  /**
   * The tasks an include brings, where they are known by now.
   *
   * @param pending variables that tasks before it are going to set
   */
  tasksOf(
    host: PlayHost,
    task: CompiledTask,
    pending: ReadonlySet<string>,
  ): readonly CompiledTask[] | undefined {
    const key = `${host.name} ${task.task.id}`;
    if (!this.#tasks.has(key)) {
      this.#tasks.set(key, undefined);
      void this.#find(key, host, task, new Set(pending));
    }
    return this.#tasks.get(key);
  }

  /** What goes wrong goes wrong again in its turn; what is not decided yet is asked again. */
  async #find(key: string, host: PlayHost, task: CompiledTask, pending: ReadonlySet<string>): Promise<void> {
    const tasks = await includedAhead(this.#playRun, task, host, guards(pending), this.#compiled).catch(
      () => undefined,
    );
    if (tasks === undefined) {
      this.#tasks.delete(key);
      return;
    }
    this.#tasks.set(key, tasks);
    this.#onKnown(host);
  }
}
