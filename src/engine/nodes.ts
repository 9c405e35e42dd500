import { isUnknown } from '../model/value.ts';
import { inChunks } from './chunks.ts';
import type { CompiledBlock, CompiledNode, CompiledTask } from './compile.ts';
import { safeBoolean, taskInfo } from './complete.ts';
import { conditionsHold } from './decide.ts';
import { withFacts } from './facts.ts';
import { factsFor } from './gather.ts';
import { runOnHost } from './host-task.ts';
import { runInclude } from './include.ts';
import { toNumber } from './keyword-values.ts';
import { runMeta } from './meta.ts';
import { errorMessage, hasFailed, heal, isActive, isOver, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { allSettled, isEachAlone } from './strategy.ts';
import { displayName } from './task-name.ts';
import { throttleAt, throttleOf } from './throttle.ts';

/** Modules that act once for all hosts, whatever the task says. */
const onceModules: ReadonlySet<string> = new Set(['add_host', 'pause']);

/**
 * Runs tasks and blocks in order on a set of hosts, each task on all of them before the next one.
 * Hosts that fail or end drop out.
 *
 * @throws Interrupted
 */
export async function runNodes(
  playRun: PlayRun,
  nodes: readonly CompiledNode[],
  hosts: readonly PlayHost[],
): Promise<void> {
  for (const node of nodes) {
    const active = hosts.filter(isActive);
    if (active.length === 0 || isOver(playRun)) return;
    await runNode(playRun, node, active);
  }
}

/** Runs one block or task on hosts that take part in it, as many at a time as its `serial` says. */
export function runNode(playRun: PlayRun, node: CompiledNode, hosts: readonly PlayHost[]): Promise<void> {
  return inChunks(playRun, node, hosts, (members) =>
    node.kind === 'block' ? runBlock(playRun, node, members) : runTaskNode(playRun, node, members),
  );
}

/** A role that was called in the same way before does nothing, on the hosts where it did something then. */
async function runBlock(playRun: PlayRun, block: CompiledBlock, hosts: readonly PlayHost[]): Promise<void> {
  const { role } = block.block;
  if (!role) return runParts(playRun, block, hosts);
  const due = hosts.filter((host) => role.allowDuplicates || !host.rolesDone.has(role.identity));
  if (due.length === 0) return;
  await runParts(playRun, block, due);
  for (const host of due) {
    if (host.leftRole === role) host.leftRole = undefined;
    if (host.rolesBegun.has(role.identity)) host.rolesDone.add(role.identity);
  }
}

/** Tasks; then `rescue` on the hosts that failed in them; then `always` on all that can still be reached. */
async function runParts(playRun: PlayRun, block: CompiledBlock, hosts: readonly PlayHost[]): Promise<void> {
  await runNodes(playRun, block.tasks, hosts);
  const failed = hosts.filter((host) => host.failed && !host.state.unreachable);
  if (block.rescue.length > 0 && failed.length > 0 && !playRun.ending) {
    for (const host of failed) heal(host);
    await runNodes(playRun, block.rescue, failed);
  }
  if (block.always.length === 0) return;
  const reachable = hosts.filter((host) => !host.state.unreachable && !host.ended);
  const failedBefore = reachable.filter((host) => host.failed);
  for (const host of failedBefore) host.failed = false;
  await runNodes(playRun, block.always, reachable);
  for (const host of failedBefore) host.failed = true;
}

async function runTaskNode(playRun: PlayRun, task: CompiledTask, hosts: readonly PlayHost[]): Promise<void> {
  const [first] = hosts;
  if (!first || !(await wanted(playRun, task, first))) return;
  switch (task.task.module) {
    case 'meta':
      await runMeta(playRun, task, hosts, (handler, notified) => runNode(playRun, handler, notified));
      return;
    case 'include_tasks':
    case 'include_role':
      start(playRun, task, first);
      await runInclude(playRun, task, await including(playRun, task, hosts, first), (nodes, members) =>
        runNodes(playRun, nodes, members),
      );
      break;
    default:
      start(playRun, task, first);
      await runModuleTask(playRun, task, hosts, first);
  }
  stopWhereFatal(playRun, task, hosts);
}

async function runModuleTask(
  playRun: PlayRun,
  task: CompiledTask,
  hosts: readonly PlayHost[],
  first: PlayHost,
): Promise<void> {
  const once = onceModules.has(task.task.module) || safeBoolean(playRun, task, first, 'runOnce');
  if (once) {
    await runOnce(playRun, task, hosts, first);
    return;
  }
  const most = warnInstead(playRun, task, () => throttleOf(playRun, task, first));
  await playRun.speculation.connectAll(hosts, task);
  const run = (host: PlayHost) => playRun.run.limit(() => runOnHost(playRun, task, host));
  if (most === undefined) {
    await allSettled(hosts.map(run));
    return;
  }
  const throttle = throttleAt(playRun, task);
  // While one host alone waited for others, the play may have ended for it.
  const isLeftOut = (host: PlayHost) => isEachAlone(playRun.play) && (!isActive(host) || isOver(playRun));
  await allSettled(
    hosts.map((host) => throttle.run(most, () => (isLeftOut(host) ? Promise.resolve() : run(host)))),
  );
}

/**
 * Once for the batch, or the chunk of it that goes through a node with `serial`, on the first host that its
 * conditions do not exclude. Under the free strategy the first host to come does it, and the others wait for it.
 */
async function runOnce(
  playRun: PlayRun,
  task: CompiledTask,
  hosts: readonly PlayHost[],
  first: PlayHost,
): Promise<void> {
  const { id, hosts: company } = first.chunk ?? { id: '', hosts: playRun.batch };
  const key = `${task.task.id} ${id}`;
  const running = playRun.once.get(key);
  if (running && isEachAlone(playRun.play)) return running;
  const run = firstWanted(playRun, task, hosts).then((wanted) => {
    const chosen = wanted ?? first;
    const others = company.filter((host) => host !== chosen && isActive(host));
    return playRun.run.limit(() => runOnHost(playRun, task, chosen, others));
  });
  playRun.once.set(key, run);
  await run;
}

/** With `run_once` one host alone includes: nothing of an include is shared with the others. */
async function including(
  playRun: PlayRun,
  task: CompiledTask,
  hosts: readonly PlayHost[],
  first: PlayHost,
): Promise<readonly PlayHost[]> {
  if (task.task.keywords.runOnce === undefined || !safeBoolean(playRun, task, first, 'runOnce')) return hosts;
  const key = `${task.task.id} ${first.chunk?.id ?? ''}`;
  if (playRun.play.strategy !== 'linear' && playRun.once.has(key)) return [];
  playRun.once.set(key, Promise.resolve());
  return [(await firstWanted(playRun, task, hosts)) ?? first];
}

async function firstWanted(
  playRun: PlayRun,
  task: CompiledTask,
  hosts: readonly PlayHost[],
): Promise<PlayHost | undefined> {
  if (task.conditions.length === 0 || hosts.length === 1) return undefined;
  for (const host of hosts) if (await mayRun(playRun, task, host)) return host;
  return undefined;
}

/** False only where a condition says no; one that cannot be evaluated fails the task in its turn. */
async function mayRun(playRun: PlayRun, task: CompiledTask, host: PlayHost): Promise<boolean> {
  try {
    const verdict = await withFacts(factsFor(playRun, host, task), () =>
      conditionsHold(task.conditions, scopeFor(playRun, host, task)),
    );
    return verdict === true || isUnknown(verdict);
  } catch {
    return true;
  }
}

/** Asks under `--step`; later "continue" asks no more. */
async function wanted(playRun: PlayRun, task: CompiledTask, host: PlayHost): Promise<boolean> {
  const { run } = playRun;
  if (!run.stepping || !run.options.ask?.step || playRun.started.has(task.task.id)) return true;
  const answer = await run.options.ask.step(
    taskInfo(task, displayName(playRun, task, host), safeBoolean(playRun, task, host, 'noLog')),
  );
  if (answer === 'continue') run.stepping = false;
  return answer !== 'skip';
}

function start(playRun: PlayRun, task: CompiledTask, host: PlayHost): void {
  if (isEachAlone(playRun.play)) {
    if (playRun.started.has(task.task.id)) return;
    playRun.started.add(task.task.id);
  }
  const info = taskInfo(task, displayName(playRun, task, host), safeBoolean(playRun, task, host, 'noLog'));
  playRun.run.emit({ event: 'task_start', playId: playRun.playId, task: info });
}

/** Ends the play for the whole batch after a fatal failure, or too many of them. */
function stopWhereFatal(playRun: PlayRun, task: CompiledTask, hosts: readonly PlayHost[]): void {
  const [first] = hosts;
  if (!first || playRun.ending) return;
  const lost = hosts.filter((host) => host.state.unreachable || (host.failed && !task.rescuable));
  if (lost.length > 0 && safeBoolean(playRun, task, first, 'anyErrorsFatal')) {
    stop(playRun, { kind: 'fatal', reason: `any_errors_fatal: ${lost.map((host) => host.name).join(', ')}` });
    return;
  }
  const most = mostFailures(playRun, task, first);
  if (most === undefined || lost.length === 0) return;
  const failed = playRun.batch.filter(hasFailed).length;
  const percentage = (failed / playRun.batch.length) * 100;
  if (percentage <= most) return;
  stop(playRun, {
    kind: 'too_many_failures',
    reason: `max_fail_percentage: ${failed} of ${playRun.batch.length} hosts failed, more than ${most}%`,
  });
}

function stop(playRun: PlayRun, ending: Extract<PlayRun['ending'], { reason: string }>): void {
  playRun.ending = ending;
  // Healthy hosts go on with nothing but the `always` sections around this place.
  for (const host of playRun.batch) {
    if (isActive(host)) host.leftOut = ending.reason;
    host.failed = true;
  }
}

function mostFailures(playRun: PlayRun, task: CompiledTask, host: PlayHost): number | undefined {
  const written = playRun.play.maxFailPercentage;
  if (written === undefined) return undefined;
  return warnInstead(playRun, task, () =>
    toNumber('max_fail_percentage', written, scopeFor(playRun, host, task)),
  );
}

function warnInstead<T>(playRun: PlayRun, task: CompiledTask, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    playRun.run.emit({ event: 'warning', message: errorMessage(error), position: task.task.position });
    return undefined;
  }
}
