import { absent, checkLength } from '../limits.ts';
import type { Project, Rule, RuleSettings, Trigger } from '../model.ts';
import { type Fields, fields, number, records, text } from '../shapes.ts';
import { toCron, toSchedule } from './schedule.ts';

/** The rule in a policy of 1.5. */
export function toRule(policy: Fields): Rule {
  const filters = records(policy['filters']);
  const patternOf = (kind: string): string =>
    text(filters.find((filter) => filter['kind'] === kind)?.['pattern']);
  const [repository, tag] = [patternOf('repository'), patternOf('tag')];
  const broken = brokenBy(policy);
  return {
    id: number(policy['id']),
    name: text(policy['name']),
    description: text(policy['description']),
    enabled: true,
    direction: 'push',
    projects: records(policy['projects']).map((project) => text(project['name'])),
    ...(repository === '' ? {} : { repository }),
    ...(tag === '' ? {} : { tag }),
    trigger: toTrigger(fields(policy['trigger'])),
    replicateDeletion: policy['replicate_deletion'] === true,
    override: true,
    speed: 0,
    endpointId: number(records(policy['targets'])[0]?.['id']),
    ...(broken === undefined ? {} : { broken }),
    raw: policy,
  };
}

/**
 * The rule as 1.5 gives it back once it is stored.
 *
 * @throws ParamsError for what 1.5 does not have
 */
export function normalRule(rule: RuleSettings): RuleSettings {
  checkRule(rule);
  const { repository, tag, labels: _none, ...rest } = rule;
  const { trigger } = rule;
  return {
    ...rest,
    ...(isAll(repository) ? {} : { repository }),
    ...(isAll(tag) ? {} : { tag }),
    trigger:
      trigger.kind === 'scheduled' ? { kind: 'scheduled', cron: toCron(toSchedule(trigger.cron)) } : trigger,
  };
}

/**
 * The policy that says the rule.
 *
 * @param stored what the server has of it; filters that are not ours stay
 * @throws ParamsError for what 1.5 does not have, or where the rule's project is not among `projects`
 */
export function toPolicy(
  rule: RuleSettings,
  endpointId: number,
  projects: readonly Project[],
  stored: Fields = {},
): Fields {
  const { repository, tag, trigger, ...rest } = normalRule(rule);
  const project = projects.find(({ name }) => name === rest.projects[0]);
  if (project === undefined)
    throw absent('1.5', `has no project "${rest.projects[0]}" for rule "${rest.name}"`);
  const foreign = records(stored['filters']).filter(({ kind }) => kind !== 'repository' && kind !== 'tag');
  return {
    ...stored,
    name: rest.name,
    description: rest.description,
    projects: [{ project_id: project.id }],
    targets: [{ id: endpointId }],
    trigger: fromTrigger(trigger),
    filters: [
      ...foreign,
      ...(repository === undefined ? [] : [{ kind: 'repository', pattern: repository }]),
      ...(tag === undefined ? [] : [{ kind: 'tag', pattern: tag }]),
    ],
    replicate_deletion: rest.replicateDeletion,
  };
}

function checkRule(rule: RuleSettings): void {
  checkLength('the name of the rule', rule.name, 256);
  if (rule.projects.length !== 1)
    throw absent('1.5', 'takes exactly one project a rule', 'make one rule for each');
  if (rule.direction === 'pull') {
    throw absent('1.5', 'cannot pull', 'have a rule with direction push on the other Harbor');
  }
  if (!rule.enabled) throw absent('1.5', 'cannot disable a rule', 'remove it, or set its trigger to manual');
  if (!rule.override) throw absent('1.5', 'always overrides a tag that differs', 'leave override out');
  if (rule.speed > 0) throw absent('1.5', 'cannot limit the speed of a rule', 'leave speed out');
  if ((rule.labels ?? []).length > 0) throw absent('1.5', 'cannot filter by label', 'filter by name or tag');
}

/** `**` does not cross a slash in 1.5, yet whoever writes it means everything. */
function isAll(pattern: string | undefined): pattern is undefined {
  return pattern === undefined || pattern === '' || pattern === '**';
}

function toTrigger(trigger: Fields): Trigger {
  if (trigger['kind'] === 'Immediate') return { kind: 'immediate' };
  if (trigger['kind'] !== 'Scheduled') return { kind: 'manual' };
  const when = fields(trigger['schedule_param']);
  const type = when['type'] === 'Weekly' ? 'Weekly' : 'Daily';
  const cron = toCron({ type, weekday: number(when['weekday']), offtime: number(when['offtime']) });
  return { kind: 'scheduled', cron };
}

function fromTrigger(trigger: Trigger): Fields {
  if (trigger.kind === 'immediate') return { kind: 'Immediate' };
  if (trigger.kind === 'manual') return { kind: 'Manual' };
  return { kind: 'Scheduled', schedule_param: toSchedule(trigger.cron) };
}

function brokenBy(policy: Fields): string | undefined {
  if (policy['trigger'] !== null && policy['trigger'] !== undefined) return undefined;
  return 'it is stored without a trigger: Harbor 1.5 can neither change nor delete it through its API, only in its database';
}
