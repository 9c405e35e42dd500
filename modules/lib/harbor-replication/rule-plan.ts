import type { RequestStep } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import type { Rule, RuleSettings } from '../harbor/model.ts';
import type { Current } from './current.ts';
import { desiredRule } from './desired.ts';
import { differing, diffOf, shownRule } from './differences.ts';
import { namedRules } from './faults.ts';
import { hasMark, withMark } from './mark.ts';
import type { ReplicationParams } from './params.ts';

/** What to do about the rule, its endpoint being there. */
export interface RulePlan {
  readonly steps: readonly RequestStep[];
  /** More steps may follow once these are done. */
  readonly replan: boolean;
}

export function planRule(
  params: ReplicationParams,
  current: Current,
  endpointId: number,
  requests: HarborRequests,
): RulePlan {
  const [rule] = namedRules(params, current);
  const desired = requests.normalRule(desiredRule(params, rule));
  if (!rule) return planNew(params, current, { desired, endpointId }, requests);
  const steps = changes(params, current, { rule, desired, endpointId }, requests);
  return { steps, replan: false };
}

/** A rule that needs more requests to be complete begins with a mark. */
function planNew(
  params: ReplicationParams,
  current: Current,
  { desired, endpointId }: { readonly desired: RuleSettings; readonly endpointId: number },
  requests: HarborRequests,
): RulePlan {
  const { generation, projects } = current;
  // 1.5 stores a schedule before it sets it, and a schedule that is not set looks like one that is.
  const isScheduled15 = generation === '1.5' && desired.trigger.kind === 'scheduled';
  const isMarked = isScheduled15 || startsRun(params, current);
  const first: RuleSettings = {
    ...desired,
    ...(isMarked ? { description: withMark(desired.description) } : {}),
    ...(isScheduled15 ? { trigger: { kind: 'manual' } } : {}),
  };
  const endpoint = params.remote?.name ?? '';
  const step: RequestStep = {
    kind: 'request',
    summary: `make the rule ${desired.name}: ${desired.direction} ${desired.projects.join(', ')} ${desired.direction === 'push' ? 'to' : 'from'} ${endpoint}`,
    request: requests.createRule(first, endpointId, projects, params.replicate_existing),
    diff: [diffOf(`rule ${desired.name}`, undefined, shownRule(desired, endpoint, generation))],
  };
  return { steps: [step], replan: true };
}

interface Change {
  readonly rule: Rule;
  readonly desired: RuleSettings;
  readonly endpointId: number;
}

function changes(
  params: ReplicationParams,
  current: Current,
  { rule, desired, endpointId }: Change,
  requests: HarborRequests,
): RequestStep[] {
  const before = shownRule(rule, endpointName(current, rule.endpointId), current.generation);
  const after = shownRule(desired, params.remote?.name ?? '', current.generation);
  const names = differing(before, after);
  const update = (settings: RuleSettings, summary: string): RequestStep => ({
    kind: 'request',
    summary,
    request: requests.updateRule(rule, settings, endpointId, current.projects),
  });
  const isMarked = hasMark(rule.description);
  const marked = { ...desired, description: withMark(desired.description) };
  const sets15 = current.generation === '1.5' && desired.trigger.kind === 'scheduled';
  const steps: RequestStep[] = [];
  if (sets15 && (isMarked || names.includes('trigger'))) {
    // A schedule that is stored already would not be set again.
    if (rule.trigger.kind === 'scheduled') {
      steps.push(
        update({ ...marked, trigger: { kind: 'manual' } }, `take the schedule from the rule ${rule.name}`),
      );
    }
    steps.push(update(marked, `set the schedule of the rule ${rule.name}`));
  }
  if (isMarked && startsRun(params, current)) {
    if (names.some((name) => name !== 'description'))
      steps.push(update(marked, `complete the rule ${rule.name}`));
    steps.push({
      kind: 'request',
      summary: `replicate what is there by the rule ${rule.name}`,
      request: requests.startRun(rule.id),
    });
  }
  if (names.length === 0) return steps;
  const last = isMarked
    ? `note that the rule ${rule.name} is complete`
    : `change ${names.join(', ')} of the rule ${rule.name}`;
  // What a mark stands for was shown when the rule was made.
  const told = isMarked ? ['description', 'trigger'] : [];
  const isTold = names.every((name) => told.includes(name));
  const diff = isTold ? [] : [diffOf(`rule ${rule.name}`, before, after)];
  return [...steps, { ...update(desired, last), diff }];
}

/** 1.5 starts it itself when the rule is made; 2.x does not run what is disabled. */
function startsRun(params: ReplicationParams, { generation }: Current): boolean {
  return generation === '2' && params.replicate_existing && params.enabled;
}

function endpointName({ endpoints }: Current, id: number): string {
  return endpoints.find((endpoint) => endpoint.id === id)?.name ?? `(id ${id})`;
}
