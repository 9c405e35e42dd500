import type { RequestStep } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import type { Endpoint, EndpointSettings } from '../harbor/model.ts';
import type { Current } from './current.ts';
import { desiredEndpoint } from './desired.ts';
import { differing, diffOf, type Shown, shownEndpoint } from './differences.ts';
import { namedRules } from './faults.ts';
import type { ReplicationParams } from './params.ts';
import { pingFault } from './ping-fault.ts';

/** What to do about the endpoint. */
export interface EndpointPlan {
  readonly step?: RequestStep;
  readonly failure?: string;
  readonly warning?: string;
  /** Undefined until it is made. */
  readonly id?: number;
  /** Whether a new rule may be given to it: it answered. */
  readonly answers: boolean;
}

export function planEndpoint(
  params: ReplicationParams,
  current: Current,
  requests: HarborRequests,
): EndpointPlan {
  const found = current.endpoints.find((endpoint) => endpoint.name === params.remote?.name);
  const desired = desiredEndpoint(params, found);
  if (!found) return planNew(params, current, desired, requests);
  const before = shownEndpoint(found);
  const after = shownEndpoint(desired);
  const isSame = differing(before, after).length === 0;
  return isSame
    ? planPassword(params, current, found, requests)
    : planChange(params, current, { found, desired }, requests);
}

function planNew(
  params: ReplicationParams,
  current: Current,
  desired: EndpointSettings,
  requests: HarborRequests,
): EndpointPlan {
  const fault = pingFault(current.desired, desired, current.peer);
  if (fault !== undefined) return { failure: fault, answers: false };
  const step: RequestStep = {
    kind: 'request',
    summary: `make the endpoint ${desired.name} (${desired.url})`,
    request: requests.createEndpoint(desired, params.remote?.password ?? ''),
    diff: [diffOf(header(desired), undefined, withSecret(desired, '(secret, new)'))],
  };
  return { step, answers: true };
}

function planChange(
  params: ReplicationParams,
  current: Current,
  { found, desired }: { readonly found: Endpoint; readonly desired: EndpointSettings },
  requests: HarborRequests,
): EndpointPlan {
  const password = params.remote?.password;
  const fault = password === undefined ? undefined : pingFault(current.desired, desired, current.peer);
  if (fault !== undefined) return { failure: fault, answers: false };
  const names = differing(shownEndpoint(found), shownEndpoint(desired));
  const step: RequestStep = {
    kind: 'request',
    summary: `change ${names.join(', ')} of the endpoint ${desired.name}`,
    request: requests.updateEndpoint(found.id, desired, password),
    diff: [diffOf(header(found), shownEndpoint(found), shownEndpoint(desired))],
  };
  const ours = namedRules(params, current);
  const others = current.rules.filter((rule) => rule.endpointId === found.id && !ours.includes(rule));
  const used = others.map((rule) => `"${rule.name}"`).join(', ');
  return {
    step,
    id: found.id,
    answers: password !== undefined,
    ...(used === '' ? {} : { warning: `the endpoint ${found.name} changes for the rules ${used} too` }),
  };
}

/** A stored password cannot be read: it is wrong only if it fails where the desired one succeeds. */
function planPassword(
  params: ReplicationParams,
  current: Current,
  found: Endpoint,
  requests: HarborRequests,
): EndpointPlan {
  const { id } = found;
  if (current.stored?.reached === true) return { id, answers: true };
  if (current.desired?.reached === true) {
    const step: RequestStep = {
      kind: 'request',
      summary: `give the endpoint ${found.name} the password that works`,
      request: requests.updateEndpoint(id, found, params.remote?.password),
      diff: [
        diffOf(header(found), withSecret(found, '(secret, as stored)'), withSecret(found, '(secret, new)')),
      ],
    };
    return { step, id, answers: true };
  }
  const fault = pingFault(current.desired ?? current.stored, found, current.peer) ?? '';
  const isNeeded = namedRules(params, current).length === 0;
  if (isNeeded) return { failure: fault, answers: false };
  return { id, answers: false, warning: `${fault}; whether the stored password is right is unknown` };
}

function header(endpoint: EndpointSettings): string {
  return `endpoint ${endpoint.name}`;
}

function withSecret(endpoint: EndpointSettings, word: string): Shown {
  return { ...shownEndpoint(endpoint), password: word };
}
