import type { Fault, TemplateError } from '../model/errors.ts';
import { expressionFaults, templateFaults } from '../template/index.ts';
import type { TextSite } from './texts.ts';

/** What is wrong with texts whatever the variables are. */
export function syntaxFaults(texts: Iterable<TextSite>): Fault[] {
  return [...texts].flatMap((site) => {
    const errors = site.kind === 'template' ? templateFaults(site.text) : expressionFaults(site.text);
    const code = site.kind === 'template' ? 'bad-template' : 'bad-expression';
    return errors.map((error) => toFault(error, code, site));
  });
}

/** The index of a place inside a text. */
export function offsetOf(text: string, line: number, col: number): number {
  let start = 0;
  for (let current = 1; current < line; current++) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    start = end + 1;
  }
  return start + col - 1;
}

function toFault(error: TemplateError, code: string, site: TextSite): Fault {
  const position = site.at(offsetOf(site.text, error.line ?? 1, error.col ?? 1));
  return {
    severity: 'error',
    code,
    message: error.message,
    ...(position ? { position } : {}),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}
