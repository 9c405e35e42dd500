import type { Plan, RequestStep } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import type { Endpoint } from '../harbor/model.ts';
import type { Current } from './current.ts';
import { diffOf, shownEndpoint, shownRule } from './differences.ts';
import { namedRules } from './faults.ts';
import type { ReplicationParams } from './params.ts';

/** Rules first: Harbor keeps an endpoint that a rule uses. */
export function planAbsent(params: ReplicationParams, current: Current, requests: HarborRequests): Plan {
  const rules = namedRules(params, current);
  if (current.busyJobs > 0) {
    return {
      steps: [],
      failure: `rule "${params.name}" has ${current.busyJobs} jobs that are pending or running, and Harbor 1.5 removes no rule before they end. Try again later; a job that stays pending was lost while the jobservice was down, and only Harbor’s database can cure it (table replication_job)`,
    };
  }
  const names = new Map(current.endpoints.map((endpoint) => [endpoint.id, endpoint.name]));
  const ruleSteps = rules.map((rule): RequestStep => {
    const shown = shownRule(rule, names.get(rule.endpointId) ?? '', current.generation);
    return {
      kind: 'request',
      summary: `remove the rule ${rule.name} (id ${rule.id})`,
      request: requests.deleteRule(rule.id),
      diff: [diffOf(`rule ${rule.name}`, shown, undefined)],
    };
  });
  const endpointSteps = unusedEndpoints(params, current).map(
    (endpoint): RequestStep => ({
      kind: 'request',
      summary: `remove the endpoint ${endpoint.name} (${endpoint.url})`,
      request: requests.deleteEndpoint(endpoint.id),
      diff: [diffOf(`endpoint ${endpoint.name}`, shownEndpoint(endpoint), undefined)],
    }),
  );
  const values = { name: params.name, generation: current.generation };
  return { steps: [...ruleSteps, ...endpointSteps], values };
}

/** The endpoint named in `remote`, or without that those of the rules, unless another rule uses it. */
function unusedEndpoints(params: ReplicationParams, current: Current): readonly Endpoint[] {
  const ours = namedRules(params, current);
  const usedByUs = new Set(ours.map((rule) => rule.endpointId));
  const used = new Set(current.rules.filter((rule) => !ours.includes(rule)).map((rule) => rule.endpointId));
  return current.endpoints.filter((endpoint) => {
    const isOurs = params.remote ? endpoint.name === params.remote.name : usedByUs.has(endpoint.id);
    return isOurs && !used.has(endpoint.id);
  });
}
