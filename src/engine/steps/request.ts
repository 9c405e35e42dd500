import type { HttpRequest, HttpResponse } from '../../connection/http-request.ts';
import { httpRequest } from '../../connection/index.ts';
import { TimedOutError } from '../../model/errors.ts';
import type { RequestStep } from '../../module/index.ts';
import { limitedTimeout, type StepContext, type StepEnd } from './context.ts';

const defaultTimeoutMs = 30_000;

/** Sends an HTTP request that changes something. */
export async function requestStep(step: RequestStep, context: StepContext): Promise<StepEnd> {
  let response: HttpResponse;
  try {
    response = await sendRequest(step.request, context);
  } catch (error) {
    if (error instanceof TimedOutError) return { error: error.message, timedOut: error.seconds };
    throw error;
  }
  const good =
    step.expect === 'any' ||
    (step.expect ? step.expect.includes(response.status) : response.status >= 200 && response.status < 300);
  if (good) return { response };
  const said = response.body.toString('utf8').trim().slice(0, 300);
  const head =
    `${step.request.method} ${response.url} answered ${response.status} ${response.statusText}`.trim();
  return { response, error: said === '' ? head : `${head}: ${said}` };
}

/** One exchange by way of the task's host, or straight from the control node. */
export async function sendRequest(request: HttpRequest, context: StepContext): Promise<HttpResponse> {
  const connection = request.via === 'host' ? await context.target.connection() : undefined;
  const timeoutMs = limitedTimeout(context, request.timeoutMs ?? defaultTimeoutMs);
  return httpRequest(connection, { ...request, timeoutMs });
}
