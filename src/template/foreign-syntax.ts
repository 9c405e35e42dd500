import type { TemplateError } from '../model/errors.ts';
import type { Place } from './ast.ts';
import { faultAt } from './errors.ts';

/**
 * Finds syntax of Jinja or of Go templates where Handlebars is meant.
 *
 * @returns the error with the Handlebars spelling, or undefined
 */
export function foreignSyntax(text: string): TemplateError | undefined {
  const statement = /(?<!\\)\{%[-+]?\s*([a-z]+)\b[\s\S]*?%\}/.exec(text);
  const keyword = statement?.[1] ?? '';
  if (statement && Object.hasOwn(statementHints, keyword)) {
    return faultAt(placeAt(text, statement.index), `"${statement[0]}" is Jinja`, statementHints[keyword]);
  }
  return goTemplate(text);
}

/** `{{.State}}`, `{{json .}}`: Handlebars would read some of them as a path. */
function goTemplate(text: string): TemplateError | undefined {
  for (const { start, inside } of mustaches(text)) {
    const bare = inside.replaceAll(/"[^"]*"|'[^']*'/g, (quoted) => ' '.repeat(quoted.length));
    const field = /(?:^|[\s(])\$?\.[A-Za-z_]/.exec(bare);
    if (!field) continue;
    const at = placeAt(text, start + (bare.length - bare.trimStart().length));
    return faultAt(at, 'this looks like a Go template', `to keep Go's braces as text, write \\{{${inside}}}`);
  }
  return undefined;
}

const statementHints: Readonly<Record<string, string>> = {
  if: 'write {{#if x}} … {{else}} … {{/if}}',
  elif: 'write {{else if x}}',
  else: 'write {{else}}',
  endif: 'write {{/if}}',
  for: 'write {{#each list}} {{this}} {{/each}}',
  endfor: 'write {{/each}}',
  set: 'set it under vars:, or write {{#with x as |name|}} … {{/with}}',
  raw: 'write \\{{ or \\{% to keep braces as text, or {{{{raw}}}} … {{{{/raw}}}}',
  endraw: 'write {{{{/raw}}}}',
  include: 'use the template module for each file',
  macro: 'macros are not available',
  block: 'template inheritance is not available',
  extends: 'template inheritance is not available',
  import: 'macros are not available',
  from: 'macros are not available',
  filter: 'use helpers: {{ upper x }}',
};

/**
 * Turns the error of Handlebars' parser into one with a place and, where the piece is recognised as
 * Jinja or Go, the Handlebars spelling.
 */
export function syntaxFault(text: string, cause: unknown): TemplateError {
  for (const piece of mustaches(text)) {
    const habit = habits.find(({ pattern }) => pattern.test(piece.inside));
    if (!habit) continue;
    const match = habit.pattern.exec(piece.inside);
    const offset = piece.start + (match?.index ?? 0) + (match?.[0].search(/\S/) ?? 0);
    return faultAt(placeAt(text, offset), habit.message, habit.hint(piece.inside));
  }
  if (text.lastIndexOf('{{') > text.lastIndexOf('}}')) {
    return faultAt(placeAt(text, text.lastIndexOf('{{')), 'this {{ is never closed');
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  const at = placeFromParser(text, message);
  return faultAt(at, problemFromParser(message), undefined);
}

interface Habit {
  readonly pattern: RegExp;
  readonly message: string;
  readonly hint: (inside: string) => string;
}

const habits: readonly Habit[] = [
  {
    pattern: /\|(?!\s*\})/,
    message: 'filters with | are Jinja',
    hint: (inside) => `write {{ ${withoutFilters(inside)} }}`,
  },
  {
    pattern: /(?<=\w)\[['"]/,
    message: "a['b'] is Jinja",
    hint: (inside) => `write {{ ${withoutBrackets(inside)} }}`,
  },
  {
    pattern: /(?<=\w)\[-?\w+/,
    message: 'a[0] is Jinja',
    hint: (inside) => `write {{ ${withoutBrackets(inside)} }}`,
  },
  {
    pattern: /\.\d/,
    message: 'an index stands in brackets',
    hint: (inside) => `write {{ ${inside.trim().replaceAll(/\.(\d+)/g, '.[$1]')} }}`,
  },
  {
    pattern: /(?<=\w)\(/,
    message: 'calls with parentheses are Jinja',
    hint: () => 'write {{ helper argument }}, or {{ expr "…" }} for an expression',
  },
  {
    pattern: /[=!<>]=|[<>]|\s[+*/%~-]\s|\s(?:and|or|if|is|in|not)\s/,
    message: 'operators are not part of templates',
    hint: (inside) => `write {{ expr "${inside.trim().replaceAll('"', "'")}" }}`,
  },
];

/** `x | default(1) | join(',')` → `join (default x 1) ','`. */
function withoutFilters(inside: string): string {
  const [subject = '', ...filters] = splitOutsideQuotes(inside.replace(/^[{&]/, '').trim(), '|');
  return filters.reduce((value, filter) => {
    const [, name = '', args = ''] = /^\s*([\w.]+)\s*(?:\(([\s\S]*)\))?\s*$/.exec(filter) ?? [];
    const list = splitOutsideQuotes(args, ',').map((arg) =>
      withoutBrackets(arg.trim().replace(/^(\w+)\s*=\s*/, '$1=')),
    );
    const subjectText = /\s/.test(value) ? `(${value})` : value;
    return [name, subjectText, ...list].filter((word) => word !== '').join(' ');
  }, withoutBrackets(subject.trim()));
}

/** `a['b'][0]` → `a.b.[0]`. */
function withoutBrackets(path: string): string {
  return path
    .trim()
    .replaceAll(/\[(['"])([A-Za-z_]\w*)\1\]/g, '.$2')
    .replaceAll(/\[(['"])(.*?)\1\]/g, '.[$2]')
    .replaceAll(/(?<=[\w\]])\[(-?\d+)\]/g, '.[$1]')
    .replaceAll(/(?<=[\w\]])\[(\w+)\]/g, ' $1')
    .replace(/^([\w.[\]]+) (\w+)$/, 'lookup $1 $2');
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [''];
  let quote: string | undefined;
  let depth = 0;
  for (const letter of text) {
    if (quote) quote = letter === quote ? undefined : quote;
    else if (letter === "'" || letter === '"') quote = letter;
    else if ('([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter)) depth--;
    if (letter === separator && !quote && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

/** What stands in each pair of braces; comments, raw blocks and escaped braces left out. */
function mustaches(text: string): { start: number; inside: string }[] {
  const blank = (piece: string) => piece.replaceAll(/[^\n]/g, ' ');
  const live = text
    .replaceAll(/\{\{\{\{[^/][\s\S]*?\{\{\{\{\/[\s\S]*?\}\}\}\}/g, blank)
    .replaceAll(/\{\{~?!--[\s\S]*?--~?\}\}|\{\{~?![\s\S]*?\}\}/g, blank);
  const mustache = /(?<!\\)\{\{((?:"[^"]*"|'[^']*'|[^"'}]|\}(?!\}))*)\}\}/g;
  return [...live.matchAll(mustache)].map((match) => ({
    start: match.index + 2,
    inside: match[1] ?? '',
  }));
}

/** Line and column of an offset. */
function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, col: (before.at(-1)?.length ?? 0) + 1 };
}

/** Jison says `Parse error on line N:` and draws a line with a caret under up to 40 characters. */
function placeFromParser(text: string, message: string): Place {
  const named = / - (\d+):(\d+)$/.exec(message);
  if (named) return { line: Number(named[1]), col: Number(named[2]) + 1 };
  const [, lineText] = /on line (\d+)/.exec(message) ?? [];
  const [, drawn = '', dashes = ''] = /:\n(.*)\n(-*)\^/.exec(message) ?? [];
  const shown = drawn.slice(0, dashes.length).replace(/^\.\.\./, '');
  const flat = text.replaceAll('\n', '');
  const offset = flat.indexOf(drawn.replace(/^\.\.\.|\.\.\.$/g, ''));
  if (offset < 0 || drawn === '') return { line: Number(lineText ?? 1), col: 1 };
  return placeOfFlat(text, offset + shown.length);
}

function placeOfFlat(text: string, flatOffset: number): Place {
  let left = flatOffset;
  for (const [index, line] of text.split('\n').entries()) {
    if (left <= line.length) return { line: index + 1, col: left + 1 };
    left -= line.length;
  }
  return { line: text.split('\n').length, col: 1 };
}

function problemFromParser(message: string): string {
  const mismatch = /^(\S+) doesn't match (\S+)/.exec(message);
  if (mismatch) return `{{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}`;
  if (message.includes("got 'EOF'")) return 'the template ends before a block is closed';
  return 'this is not Handlebars syntax';
}

/** A condition wholly in braces: it is an expression already. */
export function wholeBraces(text: string): TemplateError | undefined {
  const at = text.search(/\{\{|\{%/);
  if (at < 0) return undefined;
  const whole = /^\s*\{\{\s*([\s\S]*?)\s*\}\}\s*$/.exec(text);
  const hint =
    whole && !whole[1]?.includes('{{')
      ? `drop the braces: ${whole[1]}`
      : 'drop the braces and write the name itself';
  return faultAt(placeAt(text, at), 'this is an expression already: braces have no place in it', hint);
}

const expressionHabits: readonly (readonly [RegExp, string])[] = [
  [/&&/, 'write "and" instead of &&'],
  [/\|\|/, 'write "or" instead of ||'],
  [/===|!==/, 'write == or !='],
  [/(?:^|\s)!\s*[\w(]/, 'write "not" instead of !'],
  [/\.startswith\(/, "write x is match('text')"],
  [/\.endswith\(/, "write x is search('text$')"],
  [/\.find\(/, "write 'text' in x"],
  [/\.(?:items)\(/, 'write x | dict2items'],
  [/\.(?:keys|values)\(/, 'write x | keys or x | values'],
  [/\.get\(/, "write x.key | default('…')"],
  [/\.strip\(/, 'write x | trim'],
  [/\.\w+\(/, 'values have no methods; use filters: x | split(",")'],
  [/[^=!<>]=[^=]/, 'write == to compare'],
  [/\?[^:]*:/, 'write "a if condition else b"'],
];

/** The right spelling of a habit from another language, if the text shows one. */
export function expressionHint(text: string): string | undefined {
  const bare = text.replaceAll(/'[^']*'|"[^"]*"/g, "''");
  return expressionHabits.find(([pattern]) => pattern.test(bare))?.[1];
}
