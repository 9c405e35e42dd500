import type { Value } from '../model/value.ts';
import { guards, keyOf, prepare, shellOf, signatureOf } from './call-keys.ts';
import type { CompiledTask } from './compile.ts';
import { connectMany } from './connect-many.ts';
import { type Call, decide } from './decide.ts';
import { IncludesAhead } from './include-ahead.ts';
import {
  type Issued,
  issueAttempt,
  issueRead,
  rethrowUnreachable,
  sameLocally,
  stillHolds,
} from './issued-read.ts';
import { commandsFrom, type Following, followingTasks, mayReadAhead } from './lookahead.ts';
import { loopItem, staticLoopItems } from './loop.ts';
import { ReadWindow } from './read-window.ts';
import { isDeclaredRead } from './reads-only.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { noSpeculation, type ReadsBehind, type Speculation } from './speculate.ts';
import type { TaskCall } from './task.ts';

/** Reads on their way behind a step, all in its shell. */
interface Behind {
  readonly shell: string;
  readonly issued: Issued[];
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
}

const nothingPending: ReadonlySet<string> = new Set();

/** From so many on, hosts are not read until there is contact with all of them. */
const manyHosts = 20;

/** The reads ahead of one play on one batch; none where they are switched off. */
export function createSpeculation(playRun: () => PlayRun): Speculation {
  let ahead: ReadAhead | undefined;
  const get = (): Speculation => {
    const current = playRun();
    if (current.run.options.speculate === false || current.run.stepping) return noSpeculation;
    ahead ??= new ReadAhead(current);
    return ahead;
  };
  return {
    connectAll: (hosts, task) => get().connectAll(hosts, task),
    readFollowing: (host, task) => get().readFollowing(host, task),
    readItems: (host, task, items) => get().readItems(host, task, items),
    readBehind: (call, decision) => get().readBehind(call, decision),
    take: (call, decision) => get().take(call, decision),
    takeAttempt: (call, decision) => get().takeAttempt(call, decision),
  };
}

class ReadAhead implements Speculation {
  readonly #playRun: PlayRun;
  readonly #windows = new Map<string, ReadWindow>();
  readonly #issued = new Map<string, Issued>();
  readonly #includes: IncludesAhead;
  #hasConnected = false;

  constructor(playRun: PlayRun) {
    this.#playRun = playRun;
    this.#includes = new IncludesAhead(playRun, (host) => {
      const window = this.#windowOf(host);
      if (window.current) this.#extend(host, window.current, window, { fromItem: 0 });
    });
  }

  async connectAll(hosts: readonly PlayHost[], task: CompiledTask): Promise<void> {
    if (this.#hasConnected || hosts.length < manyHosts) return;
    const module = this.#playRun.run.options.modules.get(task.task.module);
    if (!module || module.engine || module.local) return;
    this.#hasConnected = true;
    await connectMany(this.#playRun, hosts, task);
  }

  readFollowing(host: PlayHost, task: CompiledTask): void {
    const isNew = !this.#windows.has(host.name);
    const window = this.#windowOf(host);
    window.moveTo(task);
    const isStale = window.halveIfStale();
    this.#retry(host, task, window);
    if (window.isLow) {
      if (!isStale && !isNew) window.widen();
      this.#extend(host, task, window, { fromItem: 0 });
    }
    const commands = this.#playRun.run.check ? 0 : commandsFrom(task);
    if (window.taskTarget && (commands > 0 || window.undecided.size > 0)) {
      prepare(window.taskTarget, commands);
    }
  }

  readItems(host: PlayHost, task: CompiledTask, items: readonly Value[]): void {
    const window = this.#windowOf(host);
    window.loop = { task, items };
    this.#issueItems(host, task, items, { fromItem: 0, isTurn: true, pending: nothingPending });
  }

  readBehind(call: TaskCall, decision: Call): ReadsBehind {
    const { host, task, itemIndex } = call;
    const { target } = decision.target;
    const window = this.#windowOf(host);
    window.halveIfStale();
    const behind: Behind = { shell: shellOf(decision.target), issued: [] };
    this.#extend(host, task, window, { fromItem: itemIndex + 1, behind });
    return {
      stepEnded: () => {
        const { targets } = this.#playRun.run;
        // Only this step's own end came between: whatever else was sent meanwhile makes them stale.
        for (const issued of behind.issued) {
          if (issued.targetChanges === target.changes - 1) issued.targetChanges = target.changes;
          if (issued.allChanges === targets.changes - 1) issued.allChanges = targets.changes;
        }
        window.overlookChange(target);
      },
    };
  }

  async take(call: TaskCall, decision: Call): Promise<Awaited<Issued['read']>> {
    for (const mayReadAgain of [true, false]) {
      const issued = this.#remove(call, decision);
      if (!issued?.read) return undefined;
      if (stillHolds(this.#playRun, issued, undefined)) {
        const result = await issued.read.catch(rethrowUnreachable);
        if (!result) return undefined;
        const { trace } = result;
        const isSame = stillHolds(this.#playRun, issued, trace) && (await sameLocally(call, issued, trace));
        if (isSame && stillHolds(this.#playRun, issued, trace)) return result;
      }
      if (mayReadAgain) this.#readAgain(call);
    }
    return undefined;
  }

  async takeAttempt(call: TaskCall, decision: Call): Promise<Awaited<Issued['attempt']>> {
    if (!isDeclaredRead(call.task)) return undefined;
    const issued = this.#remove(call, decision);
    if (!issued?.attempt || !stillHolds(this.#playRun, issued, undefined)) return undefined;
    const attempt = await issued.attempt.catch(rethrowUnreachable);
    if (!attempt || attempt.outcome === 'failed') return undefined;
    if (!stillHolds(this.#playRun, issued, undefined)) return undefined;
    for (const { stream, text } of issued.output) this.#emit(call, stream, text);
    return attempt;
  }

  /** What was read ahead has gone stale: this task and what follows are read again together, not one by one. */
  #readAgain({ host, task, itemIndex }: TaskCall): void {
    const window = this.#windowOf(host);
    // Where no step came between, the turns of the hosts take so long that reads grow old: fewer, then.
    if (!window.halveIfStale()) window.shrink();
    this.#extend(host, task, window, { fromItem: itemIndex });
  }

  #emit({ task, host }: TaskCall, stream: 'stdout' | 'stderr' | 'progress', text: string): void {
    const { playId, run } = this.#playRun;
    run.emit({ event: 'output', playId, taskId: task.task.id, host: host.name, stream, text });
  }

  #remove(call: TaskCall, decision: Call): Issued | undefined {
    const key = keyOf(call);
    const issued = this.#issued.get(key);
    this.#issued.delete(key);
    return issued && issued.signature === signatureOf(decision) ? issued : undefined;
  }

  #windowOf(host: PlayHost): ReadWindow {
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
  #extend(host: PlayHost, task: CompiledTask, window: ReadWindow, aim: Aim): void {
    let left = window.size;
    for (const { task: next, pending } of this.#following(host, task, aim.behind !== undefined)) {
      if (left <= 0) return;
      if (window.looked.has(next)) {
        left--;
        continue;
      }
      window.look(next);
      const isTurn = next === task;
      const nextAim: TaskAim = isTurn
        ? { ...aim, isTurn, pending: nothingPending }
        : { ...aim, isTurn, fromItem: 0, pending };
      left -= Math.max(1, this.#issueTask(host, next, nextAim));
    }
  }

  /** Looks again at tasks that hung on variables, once some of these were set, and at those left out. */
  #retry(host: PlayHost, task: CompiledTask, window: ReadWindow): void {
    const { variablesVersion } = host.state;
    const waiting = new Set(window.skipped);
    window.skipped.clear();
    if (window.variablesVersion !== variablesVersion) {
      window.variablesVersion = variablesVersion;
      for (const undecided of window.undecided) waiting.add(undecided);
      window.undecided.clear();
    }
    if (waiting.size === 0) return;
    for (const { task: next, pending } of this.#following(host, task, false)) {
      if (!waiting.has(next)) continue;
      const isTurn = next === task;
      this.#issueTask(host, next, { fromItem: 0, isTurn, pending: isTurn ? nothingPending : pending });
    }
  }

  /** @returns how many reads it came to */
  #issueTask(host: PlayHost, task: CompiledTask, aim: TaskAim): number {
    if (!mayReadAhead(this.#playRun, host, task)) return 0;
    if (task.task.keywords.loop === undefined) {
      // Its own step was just sent: nothing of it is left to read.
      if (aim.fromItem > 0) return 0;
      this.#issue({ playRun: this.#playRun, host, task, extras: [], itemIndex: 0 }, aim);
      return 1;
    }
    const { loop } = this.#windowOf(host);
    const isUnderWay = loop?.task === task && aim.fromItem > 0;
    const items = isUnderWay ? loop.items : this.#staticItems(host, task, aim);
    return this.#issueItems(host, task, items, aim);
  }

  #staticItems(host: PlayHost, task: CompiledTask, { pending }: TaskAim): readonly Value[] {
    const evaluate = (): readonly Value[] => staticLoopItems(this.#playRun, host, task, guards(pending));
    return this.#orUndecided(host, task, evaluate) ?? [];
  }

  #issueItems(host: PlayHost, task: CompiledTask, items: readonly Value[], aim: TaskAim): number {
    if (!mayReadAhead(this.#playRun, host, task)) return 0;
    const end = Math.min(items.length, aim.fromItem + this.#windowOf(host).size);
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
    const window = this.#windowOf(host);
    if (!this.#mayGo(call, decision, aim)) {
      window.skipped.add(task);
      return;
    }
    const signature = signatureOf(decision);
    const before = this.#issued.get(key);
    if (before && before.signature === signature && stillHolds(playRun, before, undefined)) return;
    if (decision.delegate === undefined) window.aimAt(decision.target);
    // Contact is made while files of the control node are still being looked at.
    if (isDeclaredRead(task)) decision.target.connection().catch(() => undefined);
    else prepare(decision.target, 0);
    const issue = isDeclaredRead(task) ? issueAttempt : issueRead;
    const issued = issue({ call, decision, signature, isBehind: behind !== undefined });
    this.#issued.set(key, issued);
    behind?.issued.push(issued);
  }

  /**
   * Behind a step goes only what its own shell answers; to another host, only where there is contact already;
   * a user's command, only where it need not be run again after the next change.
   */
  #mayGo({ task, host }: TaskCall, { target, delegate }: Call, { isTurn, behind }: TaskAim): boolean {
    if (behind && behind.shell !== shellOf(target)) return false;
    if (isDeclaredRead(task) && !isTurn && (behind || !this.#windowOf(host).isCalm)) return false;
    return delegate === undefined || this.#playRun.run.connections.isOpen(target.spec);
  }

  /** Nothing that goes wrong ahead of its turn counts: it goes wrong again when its turn comes. */
  #orUndecided<T>(host: PlayHost, task: CompiledTask, action: () => T): T | undefined {
    try {
      return action();
    } catch {
      this.#windowOf(host).undecided.add(task);
      return undefined;
    }
  }
}
