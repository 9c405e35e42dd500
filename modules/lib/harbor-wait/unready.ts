import { HarborError } from '../harbor/error.ts';

/**
 * What a Harbor that may still come up says; undefined for what waiting does not cure: a refused password,
 * a missing right, a certificate nobody trusts, an address of something else.
 */
export function unready(error: unknown): string | undefined {
  if (!(error instanceof HarborError)) return undefined;
  const { status, message, hint } = error;
  if (status !== undefined)
    return status >= 500 || status === 404 || status === 408 || status === 429 ? message : undefined;
  // A way out that only a person can take; a server that is no Harbor yet may become one.
  return hint === undefined || message.endsWith('does not answer as a Harbor') ? message : undefined;
}
