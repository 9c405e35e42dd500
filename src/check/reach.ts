import { TemplateError } from '../model/errors.ts';
import type { Condition } from '../model/playbook.ts';
import { isUnknown } from '../model/value.ts';
import { evaluateCondition, type Scope, UndefinedError } from '../template/index.ts';
import type { Viewpoint } from './known.ts';
import { chainOf, type TaskSite } from './site.ts';
import { mayDiffer, type StaticValues, staticScope } from './static-scope.ts';

/** Where a task runs, as far as that can be told before the run. */
export interface Reach {
  /** Hosts on which no condition is certainly false. */
  readonly hosts: readonly string[];
  /** On some of them only the run decides. */
  readonly isOpen: boolean;
  /** Conditions that can have no answer, whatever the run brings. */
  readonly errors: readonly ConditionError[];
}

/** A condition that fails on a host. */
export interface ConditionError {
  readonly condition: Condition;
  readonly host: string;
  readonly error: TemplateError;
}

/** Judges the conditions of a task with what is known of each host; the rest counts as unknown. */
export function reachOf(site: TaskSite, from: Viewpoint, values: StaticValues): Reach {
  const conditions = chainOf(site).flatMap((keywords) => keywords.when ?? []);
  if (conditions.length === 0) return { hosts: site.hosts, isOpen: false, errors: [] };
  const errors = new Map<Condition, ConditionError>();
  const judge = (host: string) => {
    const judged = judgeAll(conditions, staticScope(host, from, values));
    const { error } = judged;
    if (error && !errors.has(error.condition)) errors.set(error.condition, { ...error, host });
    return judged.answers;
  };
  const alike = !conditions.some(({ expression }) => mayDiffer(expression, from, values.inventory));
  const [first] = site.hosts;
  const common = alike && first !== undefined ? judge(first) : undefined;
  const verdicts = site.hosts.map((host) => ({ host, answers: common ?? judge(host) }));
  const reached = verdicts.filter(({ answers }) => !answers.includes(false));
  const isOpen = reached.some(({ answers }) => answers.includes('open'));
  return {
    hosts: reached.map(({ host }) => host),
    isOpen: isOpen || site.hosts.length === 0,
    errors: [...errors.values()],
  };
}

/** What keeps conditions of the task's own result from an answer on a host; each is a list joined by `and`. */
export function conditionErrorsOn(
  lists: readonly (readonly Condition[])[],
  host: string,
  scope: Scope,
): ConditionError[] {
  return lists.flatMap((conditions) => {
    const { error } = judgeAll(conditions, scope);
    return error ? [{ ...error, host }] : [];
  });
}

interface Judged {
  readonly answers: readonly (boolean | 'open')[];
  readonly error?: Omit<ConditionError, 'host'>;
}

/** In order, as the run does; after one that only the run decides an error may never come to pass. */
function judgeAll(conditions: readonly Condition[], scope: Scope): Judged {
  const answers: (boolean | 'open')[] = [];
  for (const condition of conditions) {
    const answer = answerOf(condition.expression, scope);
    if (!(answer instanceof TemplateError)) answers.push(answer);
    else if (answers.includes('open')) answers.push('open');
    else return { answers: [...answers, 'open'], error: { condition, error: answer } };
    if (answer === false) break;
  }
  return { answers };
}

/** A missing name is told elsewhere, with what it may have been meant for. */
function answerOf(expression: string | boolean, scope: Scope): boolean | 'open' | TemplateError {
  try {
    const answer = evaluateCondition(expression, scope);
    return isUnknown(answer) ? 'open' : answer;
  } catch (error) {
    if (error instanceof UndefinedError) return 'open';
    if (error instanceof TemplateError) return error;
    throw error;
  }
}
