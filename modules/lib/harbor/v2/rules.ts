import { ParamsError } from '../../../../src/module/index.ts';
import type { Rule, RuleSettings, Trigger } from '../model.ts';
import { type Fields, fields, number, text } from '../shapes.ts';
import { fromFilters, normalFilters, toFilters } from './filters.ts';

/** The rule in a policy of 2.x. */
export function toRule(policy: Fields): Rule {
  // The side that is this Harbor itself has the number 0, or none.
  const source = number(fields(policy['src_registry'])['id']);
  const destination = number(fields(policy['dest_registry'])['id']);
  return {
    id: number(policy['id']),
    name: text(policy['name']),
    description: text(policy['description']),
    enabled: policy['enabled'] === true,
    direction: source > 0 ? 'pull' : 'push',
    ...fromFilters(policy['filters']),
    trigger: toTrigger(fields(policy['trigger'])),
    replicateDeletion: policy['replicate_deletion'] === true || policy['deletion'] === true,
    override: policy['override'] === true,
    speed: Math.max(0, number(policy['speed'])),
    endpointId: source > 0 ? source : destination,
    raw: policy,
  };
}

/**
 * The rule as 2.x gives it back once it is stored.
 *
 * @throws ParamsError for what 2.x refuses
 */
export function normalRule(rule: RuleSettings): RuleSettings {
  const { projects: _projects, repository: _repository, tag: _tag, labels: _labels, ...rest } = rule;
  if (rule.direction === 'pull' && rule.trigger.kind === 'immediate') {
    throw new ParamsError(
      `rule "${rule.name}": Harbor learns of pushes to itself only, so none to pull from`,
      {
        hint: 'trigger: scheduled or manual, or direction: push',
      },
    );
  }
  const { trigger } = rule;
  return {
    ...rest,
    ...normalFilters(rule),
    trigger: trigger.kind === 'scheduled' ? { kind: 'scheduled', cron: checkedCron(trigger.cron) } : trigger,
    speed: Math.max(0, rule.speed),
  };
}

/**
 * The policy that says the rule.
 *
 * @param stored what the server has of it: a PUT replaces everything, so what is not ours goes back as it was
 * @throws ParamsError for what 2.x refuses
 */
export function toPolicy(rule: RuleSettings, endpointId: number, stored: Fields = {}): Fields {
  const normal = normalRule(rule);
  const { src_registry: _source, dest_registry: _destination, ...kept } = stored;
  return {
    ...kept,
    name: normal.name,
    description: normal.description,
    // Only the other side is named.
    [normal.direction === 'pull' ? 'src_registry' : 'dest_registry']: { id: endpointId },
    trigger: fromTrigger(normal.trigger),
    filters: toFilters(rule, stored['filters']),
    // The server takes the one that its description calls deprecated, and gives back the other.
    deletion: normal.replicateDeletion,
    replicate_deletion: normal.replicateDeletion,
    override: normal.override,
    enabled: normal.enabled,
    speed: normal.speed,
    ...('dest_namespace_replace_count' in kept ? {} : { dest_namespace_replace_count: -1 }),
  };
}

function toTrigger(trigger: Fields): Trigger {
  if (trigger['type'] === 'event_based') return { kind: 'immediate' };
  if (trigger['type'] !== 'scheduled') return { kind: 'manual' };
  return { kind: 'scheduled', cron: spaced(text(fields(trigger['trigger_settings'])['cron'])) };
}

function fromTrigger(trigger: Trigger): Fields {
  if (trigger.kind === 'immediate') return { type: 'event_based' };
  if (trigger.kind === 'manual') return { type: 'manual' };
  return { type: 'scheduled', trigger_settings: { cron: trigger.cron } };
}

function checkedCron(cron: string): string {
  const fieldsOf = cron.trim().split(/\s+/);
  const [second, minute] = fieldsOf;
  if (fieldsOf.length === 6 && second === '0' && minute !== '*') return fieldsOf.join(' ');
  throw new ParamsError(`Harbor 2 cannot run a rule at "${cron}"`, {
    hint: 'six fields in UTC, seconds 0, minutes not *: "0 30 2 * * *"',
  });
}

function spaced(cron: string): string {
  return cron.trim().split(/\s+/).join(' ');
}
