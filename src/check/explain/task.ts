import { TemplateError } from '../../model/errors.ts';
import type { CommonKeywords, Condition, TaskNode } from '../../model/playbook.ts';
import type { Position } from '../../model/position.ts';
import { isUnknown, type Value } from '../../model/value.ts';
import {
  evaluateCondition,
  freeVariablesOfExpression,
  isTemplate,
  type Scope,
} from '../../template/index.ts';
import type { CheckOptions } from '../check-run.ts';
import { isSetByEngine } from '../magic-names.ts';
import { chainOf, labelOf, type TaskSite } from '../site.ts';
import { staticScope } from '../static-scope.ts';
import { loopNamesOf } from '../texts.ts';
import { viewpointOf } from '../views.ts';
import { type ExplainedRun, explainedRun, setterOf } from './explained-run.ts';

export interface TaskQuestion extends CheckOptions {
  /** Whether --tags and --skip-tags choose a task with these tags. */
  readonly isSelected: (tags: ReadonlySet<string>) => boolean;
  /** Whether --limit leaves the host in. */
  readonly isInLimit: boolean;
}

/** Part of the answer: `yes`, `no`, or `open`, which only the run can tell. */
export interface Reason {
  readonly about: 'hosts' | 'limit' | 'tags' | 'when' | 'other';
  readonly answer: 'yes' | 'no' | 'open';
  readonly text: string;
  readonly position?: Position | undefined;
}

/** Whether a task would run on a host, and why. */
export interface ExplainedTask {
  readonly name: string;
  readonly module: string;
  readonly play: string;
  readonly position: Position;
  readonly answer: Reason['answer'];
  readonly reasons: readonly Reason[];
}

/**
 * Whether the tasks of a name would run on a host.
 *
 * @param name as in the output of a run, or `file:line` of the task
 * @returns one entry for each task of that name
 */
export function explainTask(question: TaskQuestion, name: string, host: string): ExplainedTask[] {
  const run = explainedRun(question);
  return run.tasks
    .filter(({ task }) => labelOf(task) === name || isAt(task.position, name))
    .map((site) => explained(run, site, host, question));
}

/** The names that `explainTask` knows. */
export function taskNames(options: CheckOptions): Set<string> {
  return new Set(explainedRun(options).tasks.map(({ task }) => labelOf(task)));
}

function isAt({ file, line }: Position, place: string): boolean {
  return place.startsWith(`${file}:${line}:`) || place === `${file}:${line}`;
}

function explained(run: ExplainedRun, site: TaskSite, host: string, question: TaskQuestion): ExplainedTask {
  const reasons = [
    hostReason(site, host),
    ...(question.isInLimit ? [] : [no('limit', `--limit leaves ${host} out`)]),
    tagReason(site, question),
    ...conditionReasons(run, site, host),
    ...otherReasons(run, site, host),
  ];
  const answers = reasons.map(({ answer }) => answer);
  return {
    name: labelOf(site.task),
    module: site.task.module,
    play: site.play.keywords.name ?? site.play.hosts,
    position: site.task.position,
    answer: answers.includes('no') ? 'no' : answers.includes('open') ? 'open' : 'yes',
    reasons,
  };
}

function hostReason({ play, hosts }: TaskSite, host: string): Reason {
  if (hosts.includes(host))
    return { about: 'hosts', answer: 'yes', text: `${host} is one of "${play.hosts}"` };
  if (isTemplate(play.hosts))
    return { about: 'hosts', answer: 'open', text: `"${play.hosts}" may hold ${host}` };
  return no('hosts', `${host} is not one of "${play.hosts}"`);
}

function tagReason(site: TaskSite, { isSelected }: TaskQuestion): Reason {
  const tags = new Set(chainOf(site).flatMap((keywords) => keywords.tags ?? []));
  const listed = tags.size === 0 ? 'it has no tags' : `it has the tags ${[...tags].join(', ')}`;
  if (isSelected(tags)) return { about: 'tags', answer: 'yes', text: listed };
  return no('tags', `${listed}: --tags and --skip-tags leave it out`);
}

function conditionReasons(run: ExplainedRun, site: TaskSite, host: string): Reason[] {
  const conditions = chainOf(site).flatMap((keywords) => keywords.when ?? []);
  const from = viewpointOf(site);
  const loopNames = new Set([...from.loopNames, ...loopNamesOf(site.task.keywords)]);
  const scope = staticScope(host, { ...from, loopNames }, run);
  return conditions.map((condition) => conditionReason(condition, scope, run, loopNames));
}

function conditionReason(
  { expression, position }: Condition,
  scope: Scope,
  run: ExplainedRun,
  loopNames: ReadonlySet<string>,
): Reason {
  const names = typeof expression === 'string' ? [...freeVariablesOfExpression(expression)] : [];
  const parts = names.map((name) => partOf(name, scope, run, loopNames));
  const text = [String(expression), ...(parts.length > 0 ? [`where ${parts.join(', ')}`] : [])].join(', ');
  try {
    const answer = evaluateCondition(expression, scope);
    return { about: 'when', answer: isUnknown(answer) ? 'open' : answer ? 'yes' : 'no', text, position };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { about: 'when', answer: 'open', text: `${text}: ${error.message}`, position };
  }
}

/** A variable of a condition with its value, or who sets it. */
function partOf(name: string, scope: Scope, run: ExplainedRun, loopNames: ReadonlySet<string>): string {
  if (loopNames.has(name)) return `${name} is an item of the loop`;
  const value = writtenValue(name, scope);
  if (value === undefined) return `${name} is not defined`;
  if (!isUnknown(value)) return `${name} = ${shortened(JSON.stringify(value))}`;
  const [setter] = run.definitions.byName.get(name) ?? [];
  if (setter) return `${name} is known after ${setterOf(setter)}`;
  return isSetByEngine(name) ? `${name} is a fact of the host` : `${name} is known during the run`;
}

function writtenValue(name: string, scope: Scope): Value | undefined {
  try {
    return scope.get(name);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

function otherReasons({ tasks }: ExplainedRun, site: TaskSite, host: string): Reason[] {
  const open = (text: string): Reason => ({ about: 'other', answer: 'open', text });
  const { keywords } = site.task;
  const isOnce = chainOf(site).some((level) => level.runOnce === true);
  const [first] = site.hosts;
  return [
    ...(site.handler ? [handlerReason(site, tasks)] : []),
    ...(isInRescue(site) ? [open('it is in rescue: it runs where a task of its block has failed')] : []),
    ...(isOnce && first !== undefined && first !== host
      ? [no('other', `run_once: it runs on the first host alone, which is ${first}`)]
      : []),
    ...(keywords.loop === undefined
      ? []
      : [{ about: 'other', answer: 'yes', text: 'once for each item of its loop' } as const]),
  ];
}

function handlerReason(site: TaskSite, tasks: readonly TaskSite[]): Reason {
  const { name, listen = [] } = site.task.keywords;
  const topics = new Set([name ?? [], listen].flat());
  const notifies = ({ notify = [] }: CommonKeywords) => notify.some((topic) => topics.has(topic));
  const notifiers = tasks.filter((other) => other.play === site.play && chainOf(other).some(notifies));
  if (notifiers.length === 0) return no('other', 'it is a handler, and no task notifies it');
  const names = notifiers.map(({ task }) => `"${labelOf(task)}"`);
  return {
    about: 'other',
    answer: 'open',
    text: `it is a handler: it runs where something was changed by ${names.join(', ')}`,
  };
}

function isInRescue({ play, task }: TaskSite): boolean {
  const holds = (nodes: readonly TaskNode[], isRescue: boolean): boolean =>
    nodes.some((node) => {
      if (node.kind === 'task') return isRescue && node.id === task.id;
      return holds(node.tasks, isRescue) || holds(node.rescue, true) || holds(node.always, isRescue);
    });
  return holds([...play.preTasks, ...play.tasks, ...play.postTasks], false);
}

function no(about: Reason['about'], text: string): Reason {
  return { about, answer: 'no', text };
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
