/** Applies a module's plans round by round, as the engine does, against a host that only answers requests. */
import type { HostAccess, HttpRequest, HttpResponse, Module, Plan } from '../../../../src/module/index.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { readAndPlan } from '../../../support/run-module.ts';

export type Answerer = (request: HttpRequest) => Promise<HttpResponse>;

/** What a task came to. */
export interface Ended {
  readonly plans: readonly Plan[];
  /** Summaries of the steps that were sent. */
  readonly sent: readonly string[];
  /** Of the plan, or of the step that failed. */
  readonly failure?: string;
}

export function requestingHost(answer: Answerer): HostAccess {
  return { ...fakeHost(), request: answer };
}

/** @param limit steps to send before contact is lost */
export async function runRounds(
  module: Module,
  params: object,
  host: HostAccess,
  limit = Number.POSITIVE_INFINITY,
): Promise<Ended> {
  const plans: Plan[] = [];
  const sent: string[] = [];
  for (let round = 1; round <= 5; round++) {
    const plan = await readAndPlan(module, params, host);
    plans.push(plan);
    if (plan.failure !== undefined) return { plans, sent, failure: plan.failure };
    for (const step of plan.steps) {
      if (sent.length >= limit) return { plans, sent, failure: 'contact was lost' };
      sent.push(step.summary);
      const failure = step.kind === 'request' ? await send(step.request, host) : `a ${step.kind} step`;
      if (failure !== undefined) return { plans, sent, failure };
    }
    if (plan.replan !== true || plan.steps.length === 0) return { plans, sent };
  }
  return { plans, sent, failure: 'not settled after 5 rounds' };
}

async function send(request: HttpRequest, host: HostAccess): Promise<string | undefined> {
  const { status, body } = await host.request(request);
  if (status >= 200 && status < 300) return undefined;
  return `${request.method} ${request.url} answered ${status}: ${body.toString('utf8').trim()}`;
}
