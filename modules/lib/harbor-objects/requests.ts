import type { Diff, HttpRequest, RequestStep } from '../../../src/module/index.ts';

/** A step that sends one request, with what it changes. */
export function requestStep(summary: string, request: HttpRequest, diff?: Diff): RequestStep {
  return { kind: 'request', summary, request, ...(diff === undefined ? {} : { diff: [diff] }) };
}

/** The address of a Harbor as records and messages have it. */
export function addressOf(login: { readonly url: string }): string {
  return login.url.replace(/\/+$/, '');
}
