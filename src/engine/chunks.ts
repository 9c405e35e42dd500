import type { Sizes } from '../model/playbook.ts';
import { isUnknown } from '../model/value.ts';
import { render, type Scope } from '../template/index.ts';
import { batchesOf, batchSize } from './batches.ts';
import type { CompiledNode, CompiledTask } from './compile.ts';
import { flatten } from './compile-play.ts';
import { complete, taskInfo } from './complete.ts';
import { withFacts } from './facts.ts';
import { Gate } from './gate.ts';
import { factsFor } from './gather.ts';
import { toNumber } from './keyword-values.ts';
import {
  type Chunk,
  checkInterrupted,
  hasFailed,
  Interrupted,
  isActive,
  isOut,
  isOver,
  type PlayHost,
  type PlayRun,
} from './run-state.ts';
import { scopeFor } from './scope.ts';
import { isEachAlone } from './strategy.ts';
import { failedEnd } from './task.ts';
import { displayName, writtenName } from './task-name.ts';

/** A node with `serial` on its way through the hosts. */
interface Rolling {
  readonly playRun: PlayRun;
  readonly node: CompiledNode;
  readonly name: string;
  readonly sizes: Sizes;
}

type RunNode = (hosts: readonly PlayHost[]) => Promise<void>;

/**
 * Runs a node on as many hosts at a time as its `serial` says, all of it on these before the next ones
 * begin. Where hosts of a chunk fail, those of later chunks are left out.
 *
 * @param run runs the node on hosts
 */
export async function inChunks(
  playRun: PlayRun,
  node: CompiledNode,
  hosts: readonly PlayHost[],
  run: RunNode,
): Promise<void> {
  if (node.serial === undefined) return run(hosts);
  const rolling = await rollingOf(playRun, node, node.serial, hosts);
  if (!rolling) return;
  if (isEachAlone(playRun.play)) {
    await Promise.all(hosts.map((host) => asTheyCome(rolling, host, run)));
  } else await oneAfterAnother(rolling, hosts, run);
}

async function oneAfterAnother(rolling: Rolling, hosts: readonly PlayHost[], run: RunNode): Promise<void> {
  const { playRun, node, sizes } = rolling;
  const chunks = batchesOf(hosts, sizes);
  for (const [index, members] of chunks.entries()) {
    checkInterrupted(playRun.run);
    if (chunks.length > 1) announce(rolling, members, index + 1, chunks.length);
    await within({ id: `${idOf(node)}#${index + 1}`, hosts: members }, members, run);
    if (isOver(playRun)) return;
    const failed = stoppedBy(playRun, node, members);
    if (failed.length > 0) return leaveOut(rolling, chunks.slice(index + 1).flat(), failed);
  }
}

/** Under the free strategy nobody knows who will come, and when. */
async function asTheyCome(rolling: Rolling, host: PlayHost, run: RunNode): Promise<void> {
  const { playRun } = rolling;
  const gate = gateOf(rolling);
  const entry = await gate.enter(host);
  if ('stoppedBy' in entry) {
    if (!isOver(playRun)) leaveOut(rolling, [host], entry.stoppedBy);
    return;
  }
  try {
    if (isActive(host) && !isOver(playRun)) await within(entry.chunk, [host], run);
  } finally {
    gate.leave();
  }
}

function gateOf(rolling: Rolling): Gate {
  const { playRun, node, sizes } = rolling;
  const id = idOf(node);
  const known = playRun.gates.get(id);
  if (known) return known;
  const total = playRun.batch.filter(isActive).length;
  const gate = new Gate({
    id,
    size: (index) => batchSize(sizes, index, total),
    onChunk: (members, number) => {
      if (!playRun.run.options.signal?.aborted) announce(rolling, members, number, undefined);
    },
    stoppedBy: (members) => stoppedBy(playRun, node, members),
  });
  playRun.gates.set(id, gate);
  return gate;
}

async function within(chunk: Chunk, hosts: readonly PlayHost[], run: RunNode): Promise<void> {
  const around = hosts.map((host) => host.chunk);
  for (const host of hosts) host.chunk = chunk;
  try {
    await run(hosts);
  } finally {
    for (const [index, host] of hosts.entries()) host.chunk = around[index];
  }
}

/**
 * Names of the hosts of a chunk for whose failure the next one must not begin. As with the batches of a
 * play, `max_fail_percentage` counts in the chunk, and one that is lost as a whole always ends it.
 */
function stoppedBy(playRun: PlayRun, node: CompiledNode, chunk: readonly PlayHost[]): readonly string[] {
  const out = chunk.filter(isOut);
  if (out.length === 0) return [];
  const most = playRun.ending ? 0 : mostFailures(playRun, node, chunk);
  if (out.length < chunk.length && (out.length / chunk.length) * 100 <= most) return [];
  const failed = out.filter(hasFailed);
  return (failed.length > 0 ? failed : out).map((host) => host.name);
}

function mostFailures(playRun: PlayRun, node: CompiledNode, [first]: readonly PlayHost[]): number {
  const written = playRun.play.maxFailPercentage;
  if (written === undefined || !first) return 0;
  try {
    return toNumber('max_fail_percentage', written, scopeFor(playRun, first, node)) ?? 0;
  } catch {
    // The task that failed has warned of it.
    return 0;
  }
}

/** For what is around the node, a host that it did not reach is one on which it failed. */
function leaveOut(
  { playRun, node, name }: Rolling,
  hosts: readonly PlayHost[],
  failed: readonly string[],
): void {
  const left = hosts.filter((host) => !host.ended && !host.state.unreachable);
  if (left.length === 0) return;
  const message = `not reached: ${failed.join(', ')} failed before`;
  for (const host of left) {
    host.failed = true;
    host.leftOut = `${message} ("${name}")`;
    host.failedTask = { name, action: node.kind === 'task' ? node.task.module : 'block' };
    host.failedResult = { changed: false, failed: true, not_reached: true, msg: message };
  }
  const names = left.map((host) => host.name);
  const { run, playId } = playRun;
  run.emit({ event: 'not_reached', playId, nodeId: idOf(node), name, hosts: names, failed });
}

function announce(
  { playRun, node, name }: Rolling,
  members: readonly PlayHost[],
  number: number,
  of: number | undefined,
): void {
  const hosts = members.map((host) => host.name);
  const chunk = { number, ...(of === undefined ? {} : { of }) };
  const { run, playId } = playRun;
  run.emit({ event: 'chunk_start', playId, nodeId: idOf(node), name, hosts, ...chunk });
}

/** Without knowing how many at a time, none is begun: the first task of the node fails on all. */
async function rollingOf(
  playRun: PlayRun,
  node: CompiledNode,
  serial: Sizes,
  hosts: readonly PlayHost[],
): Promise<Rolling | undefined> {
  const started = Date.now();
  const [task] = flatten([node]);
  const [first] = hosts;
  if (!task || !first) return undefined;
  const name = nameOf(playRun, node, task, first);
  try {
    const sizes = await withFacts(factsFor(playRun, first, task), () =>
      renderedSizes(serial, scopeFor(playRun, first, node)),
    );
    return { playRun, node, name, sizes };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const { run, playId } = playRun;
    run.emit({ event: 'task_start', playId, task: taskInfo(task, writtenName(task), false) });
    for (const host of hosts) complete(playRun, task, host, failedEnd(error, started), []);
    return undefined;
  }
}

function renderedSizes(serial: Sizes, scope: Scope): Sizes {
  const sizes = serial.flatMap((written): Sizes => {
    const value = render(written, scope);
    // Only in check mode, where nothing is sent: the careful way.
    if (isUnknown(value)) return [1];
    const list = Array.isArray(value) ? value : [value];
    return list.map((size) => (typeof size === 'number' ? size : String(size)));
  });
  for (const [index] of sizes.entries()) batchSize(sizes, index, 1);
  return sizes;
}

function nameOf(playRun: PlayRun, node: CompiledNode, task: CompiledTask, host: PlayHost): string {
  if (node.kind === 'task') return displayName(playRun, node, host);
  const { keywords, role } = node.block;
  const written = keywords.name ?? role?.name ?? `the block of "${writtenName(task)}"`;
  try {
    const name = render(written, scopeFor(playRun, host, node));
    return isUnknown(name) || typeof name === 'object' ? written : String(name);
  } catch {
    return written;
  }
}

function idOf(node: CompiledNode): string {
  return node.kind === 'task' ? node.task.id : node.block.id;
}
