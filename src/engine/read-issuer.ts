import type { Value } from '../model/value.ts';
import { guards, keyOf, prepare, shellOf, signatureOf } from './call-keys.ts';
import { isCommand, plansChannel, prepareChannels } from './channels-ahead.ts';
import type { CompiledTask } from './compile.ts';
import { type Call, decide } from './decide.ts';
import { IncludesAhead } from './include-ahead.ts';
import { type Issued, issueAttempt, issueRead, stillHolds } from './issued-read.ts';
import { type Following, followingTasks, mayReadAhead, mayReadInChannel } from './lookahead.ts';
import { loopItem, staticLoopItems } from './loop.ts';
import { ReadWindow } from './read-window.ts';
import { isDeclaredRead } from './reads-only.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import type { TaskCall } from './task.ts';
import type { TaskTarget } from './task-target.ts';
import { mayBeThrottled } from './throttle.ts';

/** Reads on their way behind a step, all in its shell. */
export interface Behind {
  readonly shell: string;
  readonly issued: Issued[];
  /** Where the step has a channel of its own: the target as it is asked in there. */
  readonly via?: (target: TaskTarget) => TaskTarget;
}

/** What is issued of a task, and when. */
interface Aim {
  /** Items of the loop that is under way before this one are done. */
  readonly fromItem: number;
  readonly behind?: Behind;
}

interface TaskAim extends Aim {
  /** It is the task that has its turn, or is the loop under way. */
  readonly isTurn: boolean;
  /** Variables that tasks before it are going to set. */
  readonly pending: ReadonlySet<string>;
  /** From the one that has its turn on. */
  readonly before: readonly CompiledTask[];
}

const nothingPending: ReadonlySet<string> = new Set();

/** Decides which reads go out ahead of their turn, sends them, and keeps them. */
export class ReadIssuer {
  readonly #playRun: PlayRun;
  readonly #windows = new Map<string, ReadWindow>();
  readonly #includes: IncludesAhead;

  constructor(playRun: PlayRun) {
    this.#playRun = playRun;
    this.#includes = new IncludesAhead(playRun, (host) => {
      const window = this.windowOf(host);
      if (window.current) this.extend(host, window.current, window, { fromItem: 0 });
    });
  }

  isNew(host: PlayHost): boolean {
    return !this.#windows.has(host.name);
  }

  /** Takes what was issued for a call, if it was decided the same then. */
  remove(call: TaskCall, decision: Call): Issued | undefined {
    const key = keyOf(call);
    const all = this.windowOf(call.host).issued;
    const issued = all.get(key);
    if (!issued) return undefined;
    all.delete(key);
    return issued.signature === signatureOf(decision) ? issued : undefined;
  }

  windowOf(host: PlayHost): ReadWindow {
    const known = this.#windows.get(host.name) ?? new ReadWindow();
    this.#windows.set(host.name, known);
    return known;
  }

  #following(host: PlayHost, task: CompiledTask, isChanging: boolean): Iterable<Following> {
    return followingTasks(task, {
      ...{ host, isChanging },
      included: (include, pending) => this.#includes.tasksOf(host, include, pending),
    });
  }

  /** Issues what was not looked at yet, as far as the window reaches. */
  extend(host: PlayHost, task: CompiledTask, window: ReadWindow, aim: Aim): void {
    let left = window.size;
    const before: CompiledTask[] = [];
    for (const following of this.#following(host, task, aim.behind !== undefined)) {
      if (left <= 0) return;
      const next = following.task;
      if (window.looked.has(next)) {
        left--;
      } else {
        window.look(next);
        left -= Math.max(1, this.#issueTask(host, next, taskAim(aim, task, following, before)));
      }
      before.push(next);
    }
  }

  /** Looks again at tasks that hung on variables, once some of these were set, and at those left out. */
  retry(host: PlayHost, task: CompiledTask, window: ReadWindow, aim: Aim): void {
    const { variablesVersion } = host.state;
    if (window.variablesVersion === variablesVersion && this.#onlyWaits(task, window, aim)) return;
    const waiting = new Set(window.skipped);
    window.skipped.clear();
    if (window.variablesVersion !== variablesVersion) {
      window.variablesVersion = variablesVersion;
      for (const undecided of window.undecided) waiting.add(undecided);
      window.undecided.clear();
    }
    if (waiting.size === 0) return;
    const before: CompiledTask[] = [];
    for (const following of this.#following(host, task, aim.behind !== undefined)) {
      const next = following.task;
      if (waiting.has(next)) this.#issueTask(host, next, taskAim(aim, task, following, before));
      before.push(next);
    }
  }

  /** Whether what was left out are commands that look, and their time has not come. */
  #onlyWaits(task: CompiledTask, window: ReadWindow, { behind }: Aim): boolean {
    if (!behind && window.isCalm) return false;
    return [...window.skipped].every((skipped) => skipped !== task && isDeclaredRead(skipped));
  }

  /** Has all that was read looked at again. */
  forgetIssued(window: ReadWindow): void {
    for (const { task } of window.issued.values()) window.skipped.add(task);
    window.issued.clear();
  }

  /** Has what went stale looked at again. */
  skipStale(window: ReadWindow): void {
    for (const issued of window.issued.values()) {
      if (!stillHolds(this.#playRun, issued)) window.skipped.add(issued.task);
    }
  }

  /** @returns how many reads it came to */
  #issueTask(host: PlayHost, task: CompiledTask, aim: TaskAim): number {
    if (!mayReadAhead(this.#playRun, host, task)) return 0;
    if (!this.#mayRunAhead(host, task, aim)) return 0;
    if (!aim.isTurn && mayBeThrottled(task)) return 0;
    if (task.task.keywords.loop === undefined) {
      // Its own step was just sent: nothing of it is left to read.
      if (aim.fromItem > 0) return 0;
      this.#issue({ playRun: this.#playRun, host, task, extras: [], itemIndex: 0 }, aim);
      return 1;
    }
    const { loop } = this.windowOf(host);
    const isUnderWay = loop?.task === task && aim.fromItem > 0;
    const items = isUnderWay ? loop.items : this.#staticItems(host, task, aim);
    return this.issueItems(host, task, items, aim);
  }

  #staticItems(host: PlayHost, task: CompiledTask, { pending }: TaskAim): readonly Value[] {
    const evaluate = (): readonly Value[] => staticLoopItems(this.#playRun, host, task, guards(pending));
    return this.#orUndecided(host, task, evaluate) ?? [];
  }

  issueItems(host: PlayHost, task: CompiledTask, items: readonly Value[], aim: TaskAim): number {
    if (!mayReadAhead(this.#playRun, host, task)) return 0;
    const end = Math.min(items.length, aim.fromItem + this.windowOf(host).size);
    for (let index = aim.fromItem; index < end; index++) {
      const { layer } = loopItem(this.#playRun, host, task, items, index);
      this.#issue({ playRun: this.#playRun, host, task, extras: [layer], itemIndex: index }, aim);
    }
    return Math.max(0, end - aim.fromItem);
  }

  #issue(call: TaskCall, aim: TaskAim): void {
    const { host, task, playRun } = call;
    const { pending, behind } = aim;
    const key = keyOf(call);
    const extras = [...call.extras, ...guards(pending)];
    const decision = this.#orUndecided(host, task, () => decide(playRun, host, task, extras));
    if (decision?.kind !== 'run') return;
    const window = this.windowOf(host);
    if (decision.module.background) window.targets.set(task, decision.target);
    if (!this.#mayGo(call, decision, aim)) {
      window.skipped.add(task);
      return;
    }
    const signature = signatureOf(decision);
    const before = window.issued.get(key);
    const isSame = before?.signature === signature;
    if (isSame && stillHolds(playRun, before)) return;
    if (decision.delegate === undefined) window.aimAt(decision.target);
    const isAttempt = isDeclaredRead(task);
    if (isAttempt && !aim.isTurn) window.noteRunAhead();
    // Contact is made while files of the control node are still being looked at.
    if (isAttempt) decision.target.connection().catch(() => undefined);
    else prepare(decision.target, 0);
    const issue = isAttempt ? issueAttempt : issueRead;
    const target = behind?.via?.(decision.target) ?? decision.target;
    const issued = issue({
      ...{ call, decision: { ...decision, target }, signature, isBehind: behind !== undefined },
      earlier: isSame ? before.result?.current : undefined,
    });
    window.issued.set(key, issued);
    behind?.issued.push(issued);
    this.#prepareFor(call, decision, issued);
  }

  /** What a read says about its task may be that it needs a channel of its own: it is opened before its turn. */
  #prepareFor({ host, task, playRun }: TaskCall, decision: Call, issued: Issued): void {
    if (!decision.module.background || isCommand(task) || decision.check) return;
    const window = this.windowOf(host);
    const note = (result: Awaited<Issued['read']>): void => {
      if (!result || !plansChannel(decision, result.current)) return;
      window.planned.add(task);
      if (window.current && stillHolds(playRun, issued)) prepareChannels(window.current, window);
    };
    issued.read?.then(note, () => undefined);
  }

  /** A user's command that only looks is run ahead only where it need not be run again after the next change. */
  #mayRunAhead(host: PlayHost, task: CompiledTask, { isTurn, behind, before }: TaskAim): boolean {
    if (isTurn || !isDeclaredRead(task)) return true;
    const window = this.windowOf(host);
    if (!behind && window.isCalm && !window.isToChange(before)) return true;
    window.skipped.add(task);
    return false;
  }

  /** Behind a step goes only what its own shell answers; to another host, only where there is contact already. */
  #mayGo({ task }: TaskCall, { target, delegate }: Call, { behind }: TaskAim): boolean {
    if (this.#playRun.run.targets.hasJobs(target.target)) return false;
    if (behind && behind.shell !== shellOf(target)) return false;
    if (behind?.via && !mayReadInChannel(task)) return false;
    return delegate === undefined || this.#playRun.run.connections.isOpen(target.spec);
  }

  /** Nothing that goes wrong ahead of its turn counts: it goes wrong again when its turn comes. */
  #orUndecided<T>(host: PlayHost, task: CompiledTask, action: () => T): T | undefined {
    try {
      return action();
    } catch {
      this.windowOf(host).undecided.add(task);
      return undefined;
    }
  }
}

function taskAim(
  aim: Aim,
  turn: CompiledTask,
  following: Following,
  before: readonly CompiledTask[],
): TaskAim {
  const { task, pending } = following;
  return task === turn
    ? { ...aim, isTurn: true, pending: nothingPending, before }
    : { ...aim, isTurn: false, fromItem: 0, pending, before };
}
