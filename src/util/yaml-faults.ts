import type { Fault } from '../model/errors.ts';
import type { SourceText } from './positions.ts';

export interface SyntaxProblem {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
}

interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Where the cause stands, if not where the parser gave up. */
  readonly col?: number;
}

/** After a syntax error the parser guesses; its later complaints are mostly about its own guesses. */
const maxFaults = 3;

/** Turns the parser's complaints into faults that say what to write instead. */
export function syntaxFaults(source: SourceText, problems: readonly SyntaxProblem[]): Fault[] {
  const faults = new Map<number, Fault>();
  for (const problem of problems) {
    const position = source.positionAt(problem.offset);
    if (faults.has(position.line)) continue;
    const line = source.text.split('\n', position.line)[position.line - 1] ?? '';
    const { code, message, hint, col = position.col } = explain(problem, line);
    faults.set(position.line, {
      severity: 'error',
      code,
      message,
      position: { ...position, col },
      ...(hint ? { hint } : {}),
    });
  }
  return [...faults.values()].slice(0, maxFaults);
}

/** The way out where a value starts with `{{` and has no quotes around it. */
export function quoteTemplateHint(text: string): string {
  return `quote it: "${text.trim().replaceAll('"', "'")}"`;
}

/** Where the `---` stands that begins a further document. */
export function separatorBefore(text: string, offset: number): number {
  const at = text.lastIndexOf('---', offset + 3);
  return at === -1 ? offset : at;
}

function explain(problem: SyntaxProblem, line: string): Explanation {
  const template = /^\s*(?:- +)*(?:["']?[\w .-]+["']?:\s+)?(\{\{.*)$/.exec(line)?.[1];
  if (template) {
    return {
      code: 'unquoted-template',
      message: 'a value that starts with {{ must be quoted: YAML reads { as the start of a mapping',
      hint: quoteTemplateHint(template.replace(/\s+#.*$/, '')),
      col: line.indexOf('{{') + 1,
    };
  }
  // The parser takes a tab below a list entry for the continuation of its text.
  if (/^ *\t/.test(line)) return { ...tabIndentation, col: line.indexOf('\t') + 1 };
  switch (problem.code) {
    case 'TAB_AS_INDENT':
      return tabIndentation;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return colonInValue(line);
    case 'BAD_SCALAR_START':
      return { code: 'yaml-syntax', message: problem.message, hint: 'put the value in quotes' };
    case 'MULTIPLE_DOCS':
      return { code: 'several-documents', message: problem.message, hint: 'remove the line with ---' };
    default:
      return otherSyntax(problem, line);
  }
}

const tabIndentation: Explanation = {
  code: 'tab-indentation',
  message: 'a tab is used for indentation',
  hint: 'YAML allows only spaces there',
};

function colonInValue(line: string): Explanation {
  const value = /^\s*(?:- )?[^:]+:\s+(\S.*:\s.*)$/.exec(line)?.[1];
  if (value) {
    return {
      code: 'yaml-syntax',
      message: 'a colon followed by a space starts a mapping, which cannot stand here',
      hint: `quote the value: ${value.includes("'") ? JSON.stringify(value) : `'${value}'`}`,
    };
  }
  return {
    code: 'yaml-syntax',
    message: 'a mapping cannot start here',
    hint: 'the next line is indented as if it belonged to this value: check the indentation',
  };
}

function otherSyntax(problem: SyntaxProblem, line: string): Explanation {
  const message = problem.message.replace(/ at line \d+.*$/s, '');
  const quoted = /:\s+((["']).*\2)\s*\S/.exec(line)?.[1];
  if (problem.code === 'UNEXPECTED_TOKEN' && quoted) {
    return {
      code: 'yaml-syntax',
      message: 'text follows the closing quote',
      hint: 'put the whole value in quotes, of the other kind',
    };
  }
  if (message.startsWith('Unexpected block-seq-ind')) {
    return {
      code: 'yaml-syntax',
      message: 'a list cannot start on the line of its key',
      hint: 'put "- …" on the next line',
    };
  }
  if (message.startsWith('Implicit map keys need')) {
    return {
      code: 'yaml-syntax',
      message: 'expected "key: value"',
      hint: 'is a colon missing, or the indentation wrong?',
    };
  }
  return { code: 'yaml-syntax', message: `not valid YAML: ${message}` };
}
