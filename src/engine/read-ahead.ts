import type { Connection } from '../connection/connection.ts';
import type { Value } from '../model/value.ts';
import { behindTargets } from './behind-target.ts';
import { prepare, shellOf } from './call-keys.ts';
import { prepareChannels } from './channels-ahead.ts';
import type { CompiledTask } from './compile.ts';
import { connectMany } from './connect-many.ts';
import type { Call } from './decide.ts';
import {
  type Issued,
  isFresh,
  rethrowUnreachable,
  sameLocally,
  sameOnShared,
  stillHolds,
} from './issued-read.ts';
import type { ReadResult } from './module-run.ts';
import { type Behind, ReadIssuer } from './read-issuer.ts';
import { isDeclaredRead } from './reads-only.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { noSpeculation, type ReadsBehind, type Speculation } from './speculate.ts';
import type { TaskCall } from './task.ts';

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
    get isOn() {
      return get().isOn;
    },
    connectAll: (hosts, task) => get().connectAll(hosts, task),
    readFollowing: (host, task) => get().readFollowing(host, task),
    readItems: (host, task, items) => get().readItems(host, task, items),
    readBehind: (call, decision, inChannel) => get().readBehind(call, decision, inChannel),
    take: (call, decision) => get().take(call, decision),
    takeAttempt: (call, decision) => get().takeAttempt(call, decision),
  };
}

class ReadAhead implements Speculation {
  readonly isOn = true;
  readonly #playRun: PlayRun;
  readonly #issuer: ReadIssuer;
  #hasConnected = false;

  constructor(playRun: PlayRun) {
    this.#playRun = playRun;
    this.#issuer = new ReadIssuer(playRun);
  }

  async connectAll(hosts: readonly PlayHost[], task: CompiledTask): Promise<void> {
    if (this.#hasConnected || hosts.length < manyHosts) return;
    const module = this.#playRun.run.options.modules.get(task.task.module);
    if (!module || module.engine || module.local) return;
    this.#hasConnected = true;
    await connectMany(this.#playRun, hosts, task);
  }

  readFollowing(host: PlayHost, task: CompiledTask): void {
    const isNew = this.#issuer.isNew(host);
    const window = this.#issuer.windowOf(host);
    window.moveTo(task);
    const stale = window.halveIfStale();
    if (stale === 'some') this.#issuer.skipStale(window);
    this.#issuer.retry(host, task, window, { fromItem: 0 });
    if (window.isLow) {
      if (stale === 'none' && !isNew) window.widen();
      this.#issuer.extend(host, task, window, { fromItem: 0 });
    }
    if (window.taskTarget && window.undecided.size > 0) prepare(window.taskTarget, 0);
    if (!this.#playRun.run.check) prepareChannels(task, window);
  }

  readItems(host: PlayHost, task: CompiledTask, items: readonly Value[]): void {
    const window = this.#issuer.windowOf(host);
    window.loop = { task, items };
    this.#issuer.issueItems(host, task, items, {
      fromItem: 0,
      isTurn: true,
      pending: nothingPending,
      before: [],
    });
  }

  readBehind(call: TaskCall, decision: Call, inChannel?: Connection): ReadsBehind {
    const { host, task, itemIndex } = call;
    const { target } = decision.target;
    const window = this.#issuer.windowOf(host);
    const stale = window.halveIfStale();
    const via = inChannel ? { via: behindTargets(inChannel) } : {};
    const behind: Behind = { shell: shellOf(decision.target), issued: [], ...via };
    const aim = { fromItem: itemIndex + 1, behind };
    if (stale === 'some') {
      this.#issuer.skipStale(window);
      this.#issuer.retry(host, task, window, aim);
    }
    this.#issuer.extend(host, task, window, aim);
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
      const issued = this.#issuer.remove(call, decision);
      if (!issued?.read) return undefined;
      if (stillHolds(this.#playRun, issued)) {
        const result = await issued.read.catch(rethrowUnreachable);
        if (!result) return undefined;
        if (await this.#isSame(call, issued, result)) return result;
      }
      if (mayReadAgain) this.#readAgain(call, issued);
    }
    return undefined;
  }

  async takeAttempt(call: TaskCall, decision: Call): Promise<Awaited<Issued['attempt']>> {
    if (!isDeclaredRead(call.task)) return undefined;
    const issued = this.#issuer.remove(call, decision);
    if (!issued?.attempt || !stillHolds(this.#playRun, issued)) return undefined;
    const attempt = await issued.attempt.catch(rethrowUnreachable);
    if (!attempt || attempt.outcome === 'failed') return undefined;
    if (!stillHolds(this.#playRun, issued)) return undefined;
    for (const { stream, text } of issued.output) this.#emit(call, stream, text);
    return attempt;
  }

  async #isSame(call: TaskCall, issued: Issued, { trace }: ReadResult): Promise<boolean> {
    const holds = (): boolean => stillHolds(this.#playRun, issued);
    if (!holds() || !(await sameLocally(call, issued, trace))) return false;
    if (await sameOnShared(this.#playRun, issued)) return holds();
    // So is, in all likelihood, what else was read there.
    this.#issuer.forgetIssued(this.#issuer.windowOf(call.host));
    return false;
  }

  /** What was read ahead has gone stale: this task and what follows are read again together, not one by one. */
  #readAgain({ host, task, itemIndex }: TaskCall, issued: Issued): void {
    const window = this.#issuer.windowOf(host);
    const aim = { fromItem: itemIndex };
    const stale = window.halveIfStale();
    // Where no step came between, the turns of the hosts take so long that reads grow old: fewer, then.
    if (stale === 'none' && !isFresh(issued)) window.shrink();
    else if (stale !== 'all') {
      window.skipped.add(task);
      this.#issuer.skipStale(window);
      this.#issuer.retry(host, task, window, aim);
    }
    this.#issuer.extend(host, task, window, aim);
  }

  #emit({ task, host }: TaskCall, stream: 'stdout' | 'stderr' | 'progress', text: string): void {
    const { playId, run } = this.#playRun;
    run.emit({ event: 'output', playId, taskId: task.task.id, host: host.name, stream, text });
  }
}
