import { ParamsError } from '../model/errors.ts';
import type { Block, CommonKeywords, Task, TaskNode } from '../model/playbook.ts';
import { findUnknown, isMap, isUnknown, type ValueMap } from '../model/value.ts';
import { type Layer, render } from '../template/index.ts';
import {
  type CompiledNode,
  type CompiledTask,
  compileNodes,
  type Surroundings,
  type VarsLevel,
} from './compile.ts';
import { complete, safeBoolean } from './complete.ts';
import { conditionsHold } from './decide.ts';
import { withFacts } from './facts.ts';
import { throwFaults } from './faults.ts';
import { factsFor } from './gather.ts';
import { addHandlers, showVars } from './included-roles.ts';
import { findLocal, searchPlaces } from './local-files.ts';
import { type LoopItem, loopItem, loopItems } from './loop.ts';
import { isActive, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import { failedEnd, skipped, type TaskEnd, undecidedMessage } from './task.ts';

/** One file or role to include for one host. */
interface Inclusion {
  /** The path of the file, or the name of the role. */
  readonly file: string;
  /** Rendered params of an `include_role`. */
  readonly role: ValueMap | undefined;
  /** Variables for the tasks of the file: the include's own and its loop item. */
  readonly vars: readonly VarsLevel[];
  /** Distinguishes inclusions of one task, e.g. by loop item. */
  readonly key: string;
  readonly item: number;
  /** What people see of the loop's item. */
  readonly label?: string;
}

type RunTasks = (nodes: readonly CompiledNode[], hosts: readonly PlayHost[]) => Promise<void>;

const includeLevel = 21;
const ownLevel = 17;
const deepest = 50;

/**
 * Carries out `include_tasks` and `include_role`: each host says which files (roles) it includes; hosts that
 * include the same with the same variables run its tasks together.
 *
 * @param runTasks runs the tasks of a file
 */
export async function runInclude(
  playRun: PlayRun,
  task: CompiledTask,
  hosts: readonly PlayHost[],
  runTasks: RunTasks,
): Promise<void> {
  const wanted = new Map<string, { inclusion: Inclusion; hosts: PlayHost[] }>();
  for (const host of hosts) {
    for (const inclusion of await inclusionsOf(playRun, task, host)) {
      const group = wanted.get(inclusion.key) ?? { inclusion, hosts: [] };
      group.hosts.push(host);
      wanted.set(inclusion.key, group);
    }
  }
  for (const { inclusion, hosts: members } of wanted.values()) announce(playRun, task, inclusion, members);
  for (const { inclusion, hosts: members } of wanted.values()) {
    const active = members.filter(isActive);
    if (active.length > 0) await includeFile(playRun, task, inclusion, active, runTasks);
  }
}

/**
 * The tasks that an include without a loop brings to a host, found out ahead of its turn: none where it is
 * skipped, undefined where that cannot be said yet.
 *
 * @param guard throws for variables that are not settled yet
 * @param known tasks that other hosts include in the same way
 */
export async function includedAhead(
  playRun: PlayRun,
  task: CompiledTask,
  host: PlayHost,
  guard: readonly Layer[],
  known: Map<string, Promise<readonly CompiledTask[]>>,
): Promise<readonly CompiledTask[] | undefined> {
  const { loop, runOnce } = task.task.keywords;
  if (loop !== undefined || runOnce !== undefined) return undefined;
  // The guard only watches: its layer is no variable of the included tasks.
  decideOne(playRun, task, host, guard, 0, 0);
  const one = decideOne(playRun, task, host, [], 0, 0);
  if ('result' in one) return one.result.outcome === 'skipped' ? [] : undefined;
  const key = `${task.task.id} ${one.key}`;
  const tasks = known.get(key) ?? compiledAhead(playRun, task, one);
  known.set(key, tasks);
  return tasks;
}

async function compiledAhead(
  playRun: PlayRun,
  task: CompiledTask,
  one: Inclusion,
): Promise<readonly CompiledTask[]> {
  const inclusion = one.role ? one : { ...one, file: await findFile(playRun, task, one.file) };
  const sequence: CompiledTask[] = [];
  compileNodes(await load(playRun, task, inclusion), surroundings(task, inclusion, playRun), sequence);
  return sequence;
}

async function inclusionsOf(playRun: PlayRun, task: CompiledTask, host: PlayHost): Promise<Inclusion[]> {
  const started = Date.now();
  try {
    const inclusions = await decideInclusions(playRun, task, host, started);
    // Each file counts; a role that is included counts by its tasks alone. So Ansible has it.
    playRun.run.hosts.of(host.name).recap.ok += inclusions.filter(({ role }) => !role).length;
    return inclusions;
  } catch (error) {
    complete(playRun, task, host, failedEnd(error, started), []);
    return [];
  }
}

async function decideInclusions(
  playRun: PlayRun,
  task: CompiledTask,
  host: PlayHost,
  started: number,
): Promise<Inclusion[]> {
  const end = (ended: TaskEnd): Inclusion[] => {
    complete(playRun, task, host, ended, []);
    return [];
  };
  const items: Partial<LoopItem>[] = [];
  if (task.task.keywords.loop === undefined) items.push({});
  else {
    const found = await loopItems(playRun, host, task);
    if (found.kind === 'skip') return end(skipped(found.condition, started));
    if (found.kind === 'unknown') return end(unknownEnd(found.reason, started));
    items.push(...found.items.map((_, index) => loopItem(playRun, host, task, found.items, index)));
  }
  const decided: Inclusion[] = [];
  let reason: TaskEnd | undefined;
  for (const [index, { layer, label }] of items.entries()) {
    const one = await withFacts(factsFor(playRun, host, task), () =>
      decideOne(playRun, task, host, layer ? [layer] : [], index, started),
    );
    if ('result' in one) {
      reason ??= one;
      continue;
    }
    const file = one.role ? one.file : await findFile(playRun, task, one.file);
    decided.push({ ...one, file, ...(label === undefined ? {} : { label }) });
  }
  return decided.length === 0 ? end(reason ?? skipped('no items', started)) : decided;
}

function decideOne(
  playRun: PlayRun,
  task: CompiledTask,
  host: PlayHost,
  extras: readonly Layer[],
  index: number,
  started: number,
): Inclusion | TaskEnd {
  const scope = scopeFor(playRun, host, task, extras);
  const verdict = conditionsHold(task.conditions, scope);
  if (isUnknown(verdict)) return unknownEnd(verdict.reason, started);
  if (verdict !== true) return skipped(verdict.failed, started);
  const params = render(task.task.params, scope);
  const unknown = findUnknown(params);
  if (unknown) return unknownEnd(unknown.reason, started);
  const isRole = task.task.module === 'include_role';
  const file = isMap(params) ? params[isRole ? 'name' : 'file'] : undefined;
  if (typeof file !== 'string') {
    throw new ParamsError(`${task.task.module} needs the name of a ${isRole ? 'role' : 'file'}`);
  }
  const vars = [...task.vars.filter((level) => level.level === ownLevel), ...extras.map(asVarsLevel)].map(
    (level): VarsLevel => ({ ...level, level: includeLevel }),
  );
  const loopValues = extras.map((layer) => layer.values);
  const role = isRole && isMap(params) ? params : undefined;
  const key = JSON.stringify([params, index, loopValues]);
  return { file, role, vars, key, item: index };
}

function asVarsLevel(layer: Layer): VarsLevel {
  const values: ValueMap = typeof layer.values === 'function' ? {} : layer.values;
  return { level: includeLevel, origin: 'loop of the include', values, templated: false };
}

function unknownEnd(reason: string, started: number): TaskEnd {
  const message = undecidedMessage(reason);
  const durationMs = Date.now() - started;
  return {
    effects: [],
    result: { outcome: 'unknown', message, values: {}, diff: [], steps: [], warnings: [], durationMs },
  };
}

function findFile(playRun: PlayRun, task: CompiledTask, file: string): Promise<string> {
  return findLocal(file, ['tasks'], searchPlaces(playRun, task));
}

/** All items of a loop are told of before the tasks of the first one run, as Ansible does. */
function announce(
  playRun: PlayRun,
  task: CompiledTask,
  { file, label }: Inclusion,
  members: readonly PlayHost[],
): void {
  const { run, playId } = playRun;
  const active = members.filter(isActive);
  const [first] = active;
  if (!first) return;
  const isShown = label !== undefined && !safeBoolean(playRun, task, first, 'noLog');
  const hosts = active.map(({ name }) => name);
  run.emit({
    event: 'included',
    playId,
    taskId: task.task.id,
    file,
    hosts,
    ...(isShown ? { item: label } : {}),
  });
}

async function includeFile(
  playRun: PlayRun,
  task: CompiledTask,
  inclusion: Inclusion,
  hosts: readonly PlayHost[],
  runTasks: RunTasks,
): Promise<void> {
  let nodes: readonly TaskNode[];
  try {
    nodes = await load(playRun, task, inclusion);
  } catch (error) {
    for (const host of hosts) complete(playRun, task, host, failedEnd(error, Date.now()), []);
    return;
  }
  const around = surroundings(task, inclusion, playRun);
  addHandlers(playRun, nodes, around, inclusion.vars);
  await runTasks(compileNodes(nodes, around), hosts);
  showVars(playRun, nodes, hosts);
}

async function load(
  playRun: PlayRun,
  task: CompiledTask,
  inclusion: Inclusion,
): Promise<readonly TaskNode[]> {
  if (task.includeDepth >= deepest) {
    throw new ParamsError(
      `tasks are included more than ${deepest} deep: does ${inclusion.file} include itself?`,
    );
  }
  const idSuffix = ` < ${task.task.id}${inclusion.item > 0 ? `[${inclusion.item}]` : ''}`;
  const { loader } = playRun.run.options;
  const options = { idSuffix, playbookDirectory: playRun.playbook.directory, roles: task.roles };
  const { tasks, faults } = inclusion.role
    ? await loader.loadRole(inclusion.role, { ...options, position: task.task.position })
    : await loader.loadTaskFile(inclusion.file, options);
  throwFaults(faults);
  const { apply } = task.task;
  return apply ? [blockWith(apply, tasks, task.task)] : tasks;
}

/** What `apply` says stands around the tasks like a block. */
function blockWith(keywords: CommonKeywords, tasks: readonly TaskNode[], { id, position }: Task): Block {
  return { kind: 'block', id, keywords, tasks, rescue: [], always: [], position };
}

/** Included tasks see what is around the include and its variables, but none of its keywords. */
function surroundings(task: CompiledTask, inclusion: Inclusion, playRun: PlayRun): Surroundings {
  return {
    chain: task.chain.slice(0, -1),
    roles: task.roles,
    vars: [...task.vars.filter((level) => level.level !== ownLevel), ...inclusion.vars],
    selection: playRun.run.selection,
    rescuable: task.rescuable,
    handler: task.handler,
    section: task.section,
    includeDepth: task.includeDepth + 1,
    includedBy: task,
  };
}
