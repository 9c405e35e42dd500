import { ConnectionError, type MooringError } from '../model/errors.ts';
import type { Value } from '../model/value.ts';
import type { Layer } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { type Call, decide } from './decide.ts';
import { type Issued, issueAttempt, issueRead, stillHolds } from './issued-read.ts';
import { followingTasks, mayReadAhead, Undecided } from './lookahead.ts';
import { loopItem, staticLoopItems } from './loop.ts';
import { isDeclaredRead } from './reads-only.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { noSpeculation, type Speculation } from './speculate.ts';
import type { Target } from './target.ts';
import type { TaskCall } from './task.ts';

const startWindow = 100;
const largestWindow = 400;
const smallestWindow = 4;

/** How far ahead a host is read. */
interface Window {
  size: number;
  /** Tasks of the sequence up to here have been looked at. */
  upTo: number;
  sequence: readonly CompiledTask[] | undefined;
  /** The machine its reads go to, once known, and its `changes` when the window was last extended. */
  target?: Target;
  changes: number;
}

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
    readFollowing: (host, task) => get().readFollowing(host, task),
    readItems: (host, task, items) => get().readItems(host, task, items),
    take: (call, decision) => get().take(call, decision),
    takeAttempt: (call, decision) => get().takeAttempt(call, decision),
  };
}

class ReadAhead implements Speculation {
  readonly #playRun: PlayRun;
  readonly #windows = new Map<string, Window>();
  readonly #issued = new Map<string, Issued>();

  constructor(playRun: PlayRun) {
    this.#playRun = playRun;
  }

  readFollowing(host: PlayHost, task: CompiledTask): void {
    const window = this.#windowOf(host, task);
    if (window.upTo - task.index > window.size / 2) return;
    const end = task.index + window.size;
    for (const { task: next, pending } of followingTasks(task, host)) {
      if (next.index >= end) break;
      if (next.index < window.upTo) continue;
      window.upTo = next.index + 1;
      const decided = next.index === task.index ? new Set<string>() : pending;
      this.#issueTask(host, next, decided);
    }
    window.upTo = Math.max(window.upTo, Math.min(end, task.sequence.length));
  }

  readItems(host: PlayHost, task: CompiledTask, items: readonly Value[]): void {
    if (!mayReadAhead(this.#playRun, host, task)) return;
    for (const index of items.slice(0, startWindow).keys()) {
      const { layer } = loopItem(this.#playRun, host, task, items, index);
      this.#issue({ playRun: this.#playRun, host, task, extras: [layer], itemIndex: index }, new Set());
    }
  }

  async take(call: TaskCall, decision: Call): Promise<Awaited<Issued['read']>> {
    const issued = this.#remove(call, decision);
    if (!issued?.read || !stillHolds(this.#playRun, issued, undefined)) return this.#stale(call, issued);
    const result = await issued.read.catch(rethrowUnreachable);
    return result && stillHolds(this.#playRun, issued, result.trace) ? result : this.#stale(call, issued);
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

  /** What was read ahead has gone stale: what follows is read again together, not one by one. */
  #stale({ host, task }: TaskCall, issued: Issued | undefined): undefined {
    const window = this.#windows.get(host.name);
    if (issued && window && window.sequence === task.sequence) window.upTo = task.index + 1;
    return undefined;
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

  /** The window of a host: halved and begun anew after a change, doubled where nothing changed. */
  #windowOf(host: PlayHost, task: CompiledTask): Window {
    const known = this.#windows.get(host.name);
    const changes = known?.target?.changes ?? 0;
    if (!known) {
      const window: Window = { size: startWindow, upTo: task.index, sequence: task.sequence, changes };
      this.#windows.set(host.name, window);
      return window;
    }
    if (known.sequence !== task.sequence) {
      known.sequence = task.sequence;
      known.upTo = task.index;
    }
    const stale = known.changes !== changes;
    if (stale) {
      known.upTo = task.index;
      known.size = Math.max(smallestWindow, known.size >> 1);
      known.changes = changes;
    } else if (known.upTo <= task.index) known.size = Math.min(largestWindow, known.size * 2);
    return known;
  }

  #issueTask(host: PlayHost, task: CompiledTask, pending: ReadonlySet<string>): void {
    if (!mayReadAhead(this.#playRun, host, task)) return;
    const call = { playRun: this.#playRun, host, task, extras: [], itemIndex: 0 };
    if (task.task.keywords.loop === undefined) {
      this.#issue(call, pending);
      return;
    }
    const items = undecidedToNone(() => staticLoopItems(this.#playRun, host, task, guards(pending))) ?? [];
    for (const index of items.slice(0, startWindow).keys()) {
      const { layer } = loopItem(this.#playRun, host, task, items, index);
      this.#issue({ ...call, extras: [layer], itemIndex: index }, pending);
    }
  }

  #issue(call: TaskCall, pending: ReadonlySet<string>): void {
    const key = keyOf(call);
    const extras = [...call.extras, ...guards(pending)];
    const decision = undecidedToNone(() => decide(call.playRun, call.host, call.task, extras));
    if (decision?.kind !== 'run' || decision.delegate !== undefined) return;
    const signature = signatureOf(decision);
    const before = this.#issued.get(key);
    if (before && before.signature === signature && stillHolds(this.#playRun, before, undefined)) return;
    const window = this.#windows.get(call.host.name);
    if (window && !window.target) {
      window.target = decision.target.target;
      window.changes = window.target.changes;
    }
    const issue = isDeclaredRead(call.task) ? issueAttempt : issueRead;
    this.#issued.set(key, issue(call, decision, signature));
  }
}

/** What asks for a name that is not settled yet is not decided. */
function guards(pending: ReadonlySet<string>): Layer[] {
  return pending.size === 0 ? [] : [Undecided.guard(pending)];
}

/** Nothing that goes wrong ahead of its turn counts: it goes wrong again when its turn comes. */
function undecidedToNone<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** A host that could not be reached is not tried a second time for the same task. */
function rethrowUnreachable(error: MooringError): undefined {
  if (error instanceof ConnectionError) throw error;
  return undefined;
}

function keyOf({ host, task, itemIndex }: TaskCall): string {
  return `${host.name}\0${task.task.id}\0${itemIndex}`;
}

function signatureOf({ params, target, environment, check }: Call): string {
  const { method, user } = target.become ?? {};
  return JSON.stringify([params, target.target.key, target.spec.user, method, user, environment, check]);
}
