import { positionOf } from '../../load/index.ts';
import type { Condition, Task, TaskNode } from '../../model/playbook.ts';
import {
  evaluateCondition,
  expressionFaults,
  freeVariablesOfExpression,
  Scope,
} from '../../template/index.ts';
import { chainOf, labelOf } from '../site.ts';
import { type Finding, type LintInput, type LintRule, moduleAt, taskRule } from './rule.ts';

const statements: ReadonlySet<string> = new Set([
  'include_tasks',
  'import_tasks',
  'include_role',
  'import_role',
  'meta',
]);

/** How tasks are put together. */
export const structureRules: readonly LintRule[] = [
  taskRule(
    'unnamed-task',
    'A task has no name: the output of a run does not say what it is for, and --start-at-task cannot name it.',
    (site) => {
      if (site.task.keywords.name !== undefined || statements.has(site.task.module)) return undefined;
      return { message: `this task (${site.task.module}) has no name`, position: site.task.position };
    },
  ),
  taskRule(
    'ignored-errors',
    'Every error of a task is ignored and its result looked at by nobody: also one that nobody thought of.',
    (site) => {
      const { ignoreErrors, register } = site.task.keywords;
      if (ignoreErrors !== true || register !== undefined) return undefined;
      return {
        message: 'every error of this task is ignored, also those nobody thought of',
        position: moduleAt(site),
        hint: 'say with failed_when what is an error, or register the result and look at it',
      };
    },
  ),
  taskRule(
    'forgotten-job',
    'A command is started with poll: 0 and its result not registered: nobody can ask how it ended.',
    (site) => {
      const { async, poll, register } = site.task.keywords;
      if (async === undefined || async === 0 || poll !== 0 || register !== undefined) return undefined;
      return {
        message: 'nobody can ask how this job ended',
        position: positionOf(site.task.keywords, 'poll') ?? moduleAt(site),
        hint: 'register it, and ask for it later with async_status',
      };
    },
  ),
  taskRule(
    'become-user-without-become',
    'become_user has no effect, because nothing says become.',
    (site, input) => {
      const chain = chainOf(site);
      const user = chain.findLast((keywords) => keywords.becomeUser !== undefined);
      if (!user || !input.hasInventory || chain.some(({ become }) => become !== undefined)) return undefined;
      if (site.hosts.length === 0 || site.hosts.some((host) => becomesByInventory(host, input)))
        return undefined;
      return {
        message: `become_user: ${user.becomeUser} has no effect here`,
        position: site.task.position,
        hint: 'add become: true',
      };
    },
  ),
  {
    name: 'unreachable-task',
    summary: 'A task never runs: its condition is always false, or the play has ended before it.',
    find: (input) => [...neverTrue(input), ...afterEnd(input)],
  },
];

function becomesByInventory(name: string, { sites }: LintInput): boolean {
  const host = sites.inventory.hosts.get(name) ?? sites.inventory.implicitLocalhost;
  return (host?.vars ?? []).some(({ values }) => Object.hasOwn(values, 'ansible_become'));
}

function neverTrue({ sites }: LintInput): Finding[] {
  const conditions = new Set(
    sites.plays.flatMap(({ tasks }) =>
      tasks.flatMap((site) => chainOf(site).flatMap(({ when }) => when ?? [])),
    ),
  );
  return [...conditions].filter(isAlwaysFalse).map(({ expression, position }) => ({
    message: `this condition (${String(expression)}) is always false`,
    position,
    hint: 'remove the task, or say when it is to run',
  }));
}

function isAlwaysFalse({ expression }: Condition): boolean {
  if (typeof expression === 'boolean') return !expression;
  if (expressionFaults(expression).length > 0 || freeVariablesOfExpression(expression).size > 0) return false;
  try {
    return evaluateCondition(expression, new Scope([])) === false;
  } catch {
    return false;
  }
}

/** Tasks of a list behind one that always ends it. */
function afterEnd({ sites }: LintInput): Finding[] {
  return sites.plays.flatMap(({ play }) =>
    [play.preTasks, play.tasks, play.postTasks].flatMap((nodes) => afterEndOf(nodes)),
  );
}

function afterEndOf(nodes: readonly TaskNode[]): Finding[] {
  const end = nodes.findIndex((node) => node.kind === 'task' && alwaysEnds(node));
  const ending = nodes[end];
  const next = ending?.kind === 'task' ? nodes[end + 1] : undefined;
  const inner = nodes.flatMap((node) =>
    node.kind === 'task' ? [] : [node.tasks, node.rescue, node.always].flatMap(afterEndOf),
  );
  if (!next || ending?.kind !== 'task') return inner;
  const message = `nothing behind the task "${labelOf(ending)}" ever runs`;
  return [
    ...inner,
    { message, position: next.position, hint: 'give that task a condition, or remove these' },
  ];
}

function alwaysEnds({ module, params, keywords }: Task): boolean {
  const isOpen = keywords.when !== undefined || keywords.tags !== undefined || keywords.loop !== undefined;
  if (isOpen || keywords.ignoreErrors !== undefined || keywords.failedWhen !== undefined) return false;
  return (
    module === 'fail' ||
    (module === 'meta' && ['end_play', 'end_host', 'end_role'].includes(String(params['action'])))
  );
}
