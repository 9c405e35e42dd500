import type { HttpResponse } from '../../../src/module/index.ts';
import type { Ping } from './api.ts';
import { serverMessage } from './error.ts';

/** What an answer other than 200 to a ping says; 1.5 says no more than `failed to ping target`. */
export function failedPing(response: Pick<HttpResponse, 'body' | 'status' | 'statusText'>): Ping {
  const message = serverMessage(response) || `${response.status} ${response.statusText}`.trim();
  return { reached: false, cause: causeOf(message), message };
}

function causeOf(message: string): 'unreachable' | 'certificate' | 'credentials' | 'unknown' {
  if (/x509|certificate|tls:/i.test(message)) return 'certificate';
  if (/dial tcp|no such host|refused|timeout|timed out|unreachable|\bEOF\b|reset by peer/i.test(message)) {
    return 'unreachable';
  }
  if (/\b40[13]\b|unauthorized|forbidden|credential/i.test(message)) return 'credentials';
  return 'unknown';
}
