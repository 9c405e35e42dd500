import type {
  Block,
  CommonKeywords,
  Condition,
  Play,
  Role,
  Sizes,
  Task,
  TaskNode,
  VarsLevel,
} from '../model/playbook.ts';
import { isSelected, type TagSelection } from './tags.ts';

/** A task with what all outer levels say about it. */
export interface CompiledTask {
  readonly kind: 'task';
  readonly task: Task;
  readonly handler: boolean;
  /** Keywords of the play, the blocks around the task and the task itself, outer first. */
  readonly chain: readonly CommonKeywords[];
  readonly tags: ReadonlySet<string>;
  /** Every `when` of every level, outer first. */
  readonly conditions: readonly Condition[];
  readonly notify: readonly string[];
  /** Roles it belongs to, outermost first. */
  readonly roles: readonly Role[];
  /** Variables of the roles and blocks around it and its own, lowest precedence first. */
  readonly vars: readonly VarsLevel[];
  /** The tasks of the same play in the order of a run without failures, and its place among them. */
  readonly sequence: readonly CompiledTask[];
  readonly index: number;
  /** Which part of the play it is in; between two parts the handlers run. */
  readonly section: number;
  /** How many files it is included through. */
  readonly includeDepth: number;
  /** The task that includes its file; undefined = it stands in the play itself. */
  readonly includedBy: CompiledTask | undefined;
  /** A block around it has `rescue`, so its failure may still be healed. */
  readonly rescuable: boolean;
  /** On how many hosts at a time it is done; undefined = on all. */
  readonly serial: Sizes | undefined;
}

export interface CompiledBlock {
  readonly kind: 'block';
  readonly block: Block;
  readonly tasks: readonly CompiledNode[];
  readonly rescue: readonly CompiledNode[];
  readonly always: readonly CompiledNode[];
  /** Variables of the roles and blocks around it and its own, lowest precedence first. */
  readonly vars: readonly VarsLevel[];
  /** On how many hosts at a time all of it is done; undefined = each task on all. */
  readonly serial: Sizes | undefined;
}

export type CompiledNode = CompiledTask | CompiledBlock;

export type { VarsLevel };

/** Where a list of nodes stands: what encloses it. */
export interface Surroundings {
  readonly chain: readonly CommonKeywords[];
  readonly roles: readonly Role[];
  readonly vars: readonly VarsLevel[];
  readonly selection: TagSelection;
  readonly rescuable: boolean;
  readonly handler: boolean;
  readonly section: number;
  readonly includeDepth: number;
  readonly includedBy?: CompiledTask;
}

const blockLevel = 16;
const taskLevel = 17;

/** What surrounds the tasks of a play. */
export function playSurroundings(play: Play, selection: TagSelection): Surroundings {
  return {
    chain: [play.keywords],
    roles: [],
    vars: [],
    selection,
    rescuable: false,
    handler: false,
    section: 0,
    includeDepth: 0,
  };
}

/**
 * Joins tasks with the keywords of everything around them and leaves out those that tags exclude.
 *
 * @param sequence gets every task in the order of a run without failures
 */
export function compileNodes(
  nodes: readonly TaskNode[],
  surroundings: Surroundings,
  sequence: CompiledTask[] = [],
): CompiledNode[] {
  return nodes.flatMap((node): CompiledNode[] =>
    node.kind === 'task'
      ? compileTask(node, surroundings, sequence)
      : compileBlock(node, surroundings, sequence),
  );
}

function compileTask(task: Task, surroundings: Surroundings, sequence: CompiledTask[]): CompiledTask[] {
  const chain = [...surroundings.chain, task.keywords];
  const tags = new Set(chain.flatMap((keywords) => keywords.tags ?? []));
  if (!surroundings.handler && !isSelected(tags, surroundings.selection)) return [];
  const compiled: CompiledTask = {
    kind: 'task',
    task,
    handler: surroundings.handler,
    chain,
    tags,
    conditions: chain.flatMap((keywords) => keywords.when ?? []),
    roles: surroundings.roles,
    notify: [...new Set(chain.flatMap((keywords) => keywords.notify ?? []))],
    vars: [...surroundings.vars, ...varsOf(task.keywords, taskLevel, 'vars of the task')],
    sequence,
    index: sequence.length,
    section: surroundings.section,
    includeDepth: surroundings.includeDepth,
    includedBy: surroundings.includedBy,
    rescuable: surroundings.rescuable,
    serial: task.keywords.serial ?? serialAround(surroundings),
  };
  sequence.push(compiled);
  return [compiled];
}

function compileBlock(block: Block, outer: Surroundings, sequence: CompiledTask[]): CompiledBlock[] {
  const inner: Surroundings = {
    ...outer,
    chain: [...outer.chain, block.keywords],
    roles: block.role ? [...outer.roles, block.role] : outer.roles,
    vars: [
      ...outer.vars,
      ...(block.role?.vars ?? []),
      ...varsOf(block.keywords, blockLevel, 'vars of the block'),
    ],
  };
  const rescuable = outer.rescuable || block.rescue.length > 0;
  const tasks = compileNodes(block.tasks, { ...inner, rescuable }, sequence);
  const rescue = compileNodes(block.rescue, inner, []);
  const always = compileNodes(block.always, inner, sequence);
  if (tasks.length + rescue.length + always.length === 0) return [];
  const { serial } = block.keywords;
  return [{ kind: 'block', block, tasks, rescue, always, vars: inner.vars, serial }];
}

/**
 * A handler has its turn alone, apart from the blocks it is written in: what these (or the call of its role)
 * say of `serial` holds for it. Tasks that a handler includes have their turn inside of it.
 */
function serialAround({ chain, handler, includedBy }: Surroundings): Sizes | undefined {
  // The first of the chain is the play: its batches are not meant.
  return handler && !includedBy?.handler ? innermost(chain.slice(1), 'serial') : undefined;
}

function varsOf(keywords: CommonKeywords, level: number, origin: string): VarsLevel[] {
  return keywords.vars ? [{ level, origin, values: keywords.vars, templated: true }] : [];
}

/** The innermost value of a keyword that a level sets, e.g. `become` of the task before the play's. */
export function innermost<K extends keyof CommonKeywords>(
  chain: readonly CommonKeywords[],
  key: K,
): CommonKeywords[K] | undefined {
  // Asked a dozen times for each task on each host.
  for (let level = chain.length - 1; level >= 0; level--) {
    const value = chain[level]?.[key];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Every value of a keyword that levels set, outer first. */
export function everyLevel<K extends keyof CommonKeywords>(
  chain: readonly CommonKeywords[],
  key: K,
): readonly NonNullable<CommonKeywords[K]>[] {
  const values: NonNullable<CommonKeywords[K]>[] = [];
  for (const keywords of chain) {
    const value = keywords[key];
    if (value !== undefined && value !== null) values.push(value);
  }
  return values;
}
