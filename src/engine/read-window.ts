import type { Value } from '../model/value.ts';
import type { CompiledTask } from './compile.ts';
import type { Target } from './target.ts';
import type { TaskTarget } from './task-target.ts';

const startSize = 100;
const largestSize = 400;
const smallestSize = 8;
/** Tasks without a change after which users' commands that only look are run ahead again. */
const calmAfter = 2;

/** How far ahead one host is read. */
export class ReadWindow {
  size = startSize;
  /** Tasks that have been looked at. */
  readonly looked = new Set<CompiledTask>();
  /** Those among them that hang on variables which were not settled then. */
  readonly undecided = new Set<CompiledTask>();
  /** Those among them whose reads could not go out then, though they were decided. */
  readonly skipped = new Set<CompiledTask>();
  /** The host's variables that `undecided` was last judged with. */
  variablesVersion = 0;
  /** The loop that is under way. */
  loop: { readonly task: CompiledTask; readonly items: readonly Value[] } | undefined;
  /** Where tasks go that may need a channel of their own. */
  readonly targets = new Map<CompiledTask, TaskTarget>();
  /** Those among them of which a read said that they will. */
  readonly planned = new Set<CompiledTask>();
  /** The task that has its turn. */
  current: CompiledTask | undefined;
  /** Looked at and not yet come to, about. */
  #ahead = 0;
  #tasksSinceChange = calmAfter;
  #sequence: readonly CompiledTask[] | undefined;
  #target: Target | undefined;
  #changes = 0;

  /** Takes note that a task has its turn. */
  moveTo(task: CompiledTask): void {
    const { sequence } = task;
    this.current = task;
    this.#ahead = sequence === this.#sequence ? Math.max(0, this.#ahead - 1) : 0;
    this.#sequence = sequence;
    this.#tasksSinceChange++;
  }

  /** Whether what is read now is likely to be used: where one task changes something, the next may too. */
  get isCalm(): boolean {
    return this.#tasksSinceChange >= calmAfter;
  }

  look(task: CompiledTask): void {
    this.looked.add(task);
    this.#ahead++;
  }

  get isLow(): boolean {
    return this.#ahead <= this.size / 2;
  }

  /** Where the reads go, once known. */
  taskTarget: TaskTarget | undefined;

  /** The machine that the reads go to: its changes make them stale. */
  aimAt(taskTarget: TaskTarget): void {
    if (this.#target) return;
    this.taskTarget = taskTarget;
    this.#target = taskTarget.target;
    this.#changes = this.#target.changes;
  }

  /** A step made what was read stale: the window is halved, and begins anew. */
  halveIfStale(): boolean {
    const changes = this.#target?.changes ?? 0;
    if (this.#changes === changes) return false;
    this.#changes = changes;
    this.#tasksSinceChange = 0;
    this.size = Math.max(smallestSize, this.size >> 1);
    this.#forget();
    return true;
  }

  /** The end of a step at a target made nothing stale that was read behind it. */
  overlookChange(target: Target): void {
    if (this.#target === target && this.#changes === target.changes - 1) this.#changes = target.changes;
  }

  /** Nothing changed since the window was last extended: it may look further. */
  widen(): void {
    this.size = Math.min(largestSize, this.size * 2);
  }

  /** What was read was not used in time: less at a time. */
  shrink(): void {
    this.size = Math.max(1, this.size >> 3);
    this.#forget();
  }

  #forget(): void {
    this.looked.clear();
    this.undecided.clear();
    this.skipped.clear();
    this.#ahead = 0;
  }
}
