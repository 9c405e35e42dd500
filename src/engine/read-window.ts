import type { Value } from '../model/value.ts';
import type { CompiledTask } from './compile.ts';
import { type Issued, plansSteps } from './issued-read.ts';
import type { Target } from './target.ts';
import type { TaskTarget } from './task-target.ts';

const startSize = 100;
const largestSize = 400;
const smallestSize = 8;
/** Tasks without a change after which users' commands that only look are run ahead again: at first, and at most. */
const calmAfter = 2;
const calmAfterAtMost = 64;

/** What is read ahead should be used within this time, milliseconds: a read counts as fresh for two seconds. */
const horizonMs = 1500;
/** Weight of the last turn in the mean of all. */
const lastTurnWeight = 0.3;

/** How far ahead one host is read. */
export class ReadWindow {
  size = startSize;
  /** Reads that are on their way or back, and not used yet. */
  readonly issued = new Map<string, Issued>();
  /** Tasks that have been looked at. */
  readonly looked = new Set<CompiledTask>();
  /** Those among them that hang on variables which were not settled then. */
  readonly undecided = new Set<CompiledTask>();
  /** Those among them whose reads could not go out then, though they were decided, or have gone stale since. */
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
  #calmAfter = calmAfter;
  #hasRunAhead = false;
  #sequence: readonly CompiledTask[] | undefined;
  #target: Target | undefined;
  #changes = 0;
  readonly #now: () => number;
  /** When the last task had its turn, milliseconds of the monotonic clock. */
  #movedAt: number | undefined;
  /** Of the turns after the first, which had contact to make; undefined = not known yet. */
  #meanTurnMs: number | undefined;
  #turns = 0;

  /** @param now monotonic clock, milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes note that a task has its turn. */
  moveTo(task: CompiledTask): void {
    this.#measureTurn();
    const { sequence } = task;
    this.current = task;
    this.#ahead = sequence === this.#sequence ? Math.max(0, this.#ahead - 1) : 0;
    this.#sequence = sequence;
    this.#tasksSinceChange++;
  }

  /** Whether what is read now is likely to be used: where one task changes something, the next may too. */
  get isCalm(): boolean {
    return this.#tasksSinceChange >= this.#calmAfter;
  }

  /** Takes note that a user's command was run ahead: where it must be run again, the next ones wait twice as long. */
  noteRunAhead(): void {
    this.#hasRunAhead = true;
  }

  /** Whether what was read says that one of the tasks is going to change something. */
  isToChange(tasks: readonly CompiledTask[]): boolean {
    if (this.#changes === 0) return false;
    const among = new Set(tasks);
    return [...this.issued.values()].some((issued) => among.has(issued.task) && plansSteps(issued));
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

  /**
   * Where a step made what was read stale, the window is halved and begins anew; one that only wrote files leaves it
   * as it is.
   *
   * @returns what has gone stale
   */
  halveIfStale(): 'all' | 'some' | 'none' {
    const target = this.#target;
    if (!target || this.#changes === target.changes) return 'none';
    const changes = target.footprints.slice(this.#changes);
    this.#changes = target.changes;
    this.#tasksSinceChange = 0;
    if (this.#hasRunAhead) this.#calmAfter = Math.min(calmAfterAtMost, this.#calmAfter * 2);
    this.#hasRunAhead = false;
    if (changes.every((change) => change !== undefined)) return 'some';
    this.size = Math.max(smallestSize, this.size >> 1);
    this.#forget();
    return 'all';
  }

  /** The end of a step at a target made nothing stale that was read behind it. */
  overlookChange(target: Target): void {
    if (this.#target === target && this.#changes === target.changes - 1) this.#changes = target.changes;
  }

  /** Nothing changed since the window was last extended: it may look further, as far as the pace allows. */
  widen(): void {
    if (this.#hasRunAhead) this.#calmAfter = Math.max(calmAfter, this.#calmAfter >> 1);
    this.size = Math.max(smallestSize, Math.min(largestSize, this.size * 2, this.#reach));
  }

  /** What was read was not used in time: less at a time. */
  shrink(): void {
    this.size = Math.max(1, Math.min(this.size >> 2, this.#reach));
    this.#forget();
  }

  /** How many tasks are likely to have their turn while what is read now is fresh. */
  get #reach(): number {
    if (this.#meanTurnMs === undefined) return largestSize;
    return Math.floor(horizonMs / Math.max(1, this.#meanTurnMs));
  }

  #measureTurn(): void {
    const now = this.#now();
    const turnMs = now - (this.#movedAt ?? now);
    this.#movedAt = now;
    if (++this.#turns <= 2) return;
    const mean = this.#meanTurnMs ?? turnMs;
    this.#meanTurnMs = mean + lastTurnWeight * (turnMs - mean);
  }

  #forget(): void {
    this.looked.clear();
    this.undecided.clear();
    this.skipped.clear();
    this.#ahead = 0;
  }
}
