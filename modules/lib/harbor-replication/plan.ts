import type { Plan, RequestStep, ValueMap } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import { planAbsent } from './absent-plan.ts';
import type { Current } from './current.ts';
import { desiredRule } from './desired.ts';
import { type EndpointPlan, planEndpoint } from './endpoint-plan.ts';
import { firstFault, namedRules } from './faults.ts';
import type { ReplicationParams } from './params.ts';
import { projectFault, projectWarnings } from './projects.ts';
import { planRule } from './rule-plan.ts';

/** From what was read to the requests that make it so; nothing is sent before everything was checked. */
export function planReplication(params: ReplicationParams, current: Current, requests: HarborRequests): Plan {
  const fault = firstFault(params, current, requests);
  if (fault !== undefined) return { steps: [], failure: fault };
  if (params.state === 'absent') return planAbsent(params, current, requests);
  const endpoint = planEndpoint(params, current, requests);
  const failure = endpoint.failure ?? projectFault(params, current);
  if (failure !== undefined) return { steps: [], failure };
  return planPresent(params, current, endpoint, requests);
}

function planPresent(
  params: ReplicationParams,
  current: Current,
  endpoint: EndpointPlan,
  requests: HarborRequests,
): Plan {
  const [known] = namedRules(params, current);
  const first: readonly RequestStep[] = endpoint.step ? [endpoint.step] : [];
  const warnings = [
    ...(endpoint.warning === undefined ? [] : [endpoint.warning]),
    ...projectWarnings(params, current),
    ...deletionWarnings(params),
  ];
  const values = valuesOf(params, current, known?.id, endpoint.id);
  // What the requests refuse is found here too, before the endpoint is made.
  const rule = planRule(params, current, endpoint.id ?? 0, requests);
  if (endpoint.id === undefined || (!endpoint.answers && !known)) {
    const message = `${first[0]?.summary}, then the rule ${params.name}: ${ruleInWords(params)}`;
    return { steps: first, replan: true, message, warnings, values };
  }
  return { steps: [...first, ...rule.steps], replan: rule.replan, warnings, values };
}

function ruleInWords(params: ReplicationParams): string {
  const { direction, projects, trigger } = desiredRule(params, undefined);
  const when = trigger.kind === 'scheduled' ? `at ${trigger.cron}` : trigger.kind;
  return `${direction} ${projects.join(', ')}, ${when}`;
}

function deletionWarnings({ replicate_deletion: deletes, trigger }: ReplicationParams): string[] {
  if (!deletes || trigger === 'immediate') return [];
  return [
    `replicate_deletion has no effect with trigger: ${trigger}; Harbor replicates deletions only at once`,
  ];
}

function valuesOf(
  { name }: ReplicationParams,
  { generation }: Current,
  ruleId: number | undefined,
  endpointId: number | undefined,
): ValueMap {
  return {
    name,
    generation,
    ...(ruleId === undefined ? {} : { rule_id: ruleId }),
    ...(endpointId === undefined ? {} : { endpoint_id: endpointId }),
  };
}
