import { CommandError, type HttpResponse } from '../../../src/module/index.ts';
import { fields, records, text } from './shapes.ts';

/** A Harbor that cannot be reached, refuses, or answers what it should not. */
export class HarborError extends CommandError {
  readonly method: string;
  /** With its query: `/api/projects?name=a`. */
  readonly path: string;
  /** Undefined where there was no answer. */
  readonly status: number | undefined;

  constructor(
    message: string,
    about: { method: string; path: string; status?: number; hint?: string; cause?: unknown },
  ) {
    super(message, {
      ...(about.hint === undefined ? {} : { hint: about.hint }),
      ...('cause' in about ? { cause: about.cause } : {}),
    });
    this.method = about.method;
    this.path = about.path;
    this.status = about.status;
  }
}

/**
 * What the server itself says: a line of text (1.5), the title of a page (1.5, nginx), or the messages in
 * `errors` (2.x). Empty where it says nothing.
 */
export function serverMessage(response: Pick<HttpResponse, 'body'>): string {
  const body = response.body.toString('utf8').trim();
  if (body.startsWith('<')) return oneLine(/<title>([^<]*)<\/title>/i.exec(body)?.[1] ?? '');
  if (!body.startsWith('{')) return oneLine(body);
  const answer = fields(parse(body));
  const messages = records(answer['errors']).map(({ code, message }) =>
    [text(code), text(message)].filter((part) => part !== '').join(': '),
  );
  return oneLine(messages.length > 0 ? messages.join('; ') : text(answer['message']) || body);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** 1.5 ends each of several lines with a blank. */
function oneLine(message: string): string {
  const line = message
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('; ');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
