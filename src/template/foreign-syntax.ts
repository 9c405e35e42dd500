import { TemplateError } from '../model/errors.ts';
import type { Place } from './ast.ts';
import { faultAt } from './errors.ts';
import { helpers } from './helpers/index.ts';
import { withoutMethods } from './methods.ts';
import { argumentFor, handlebarsFor, isExpression } from './spelling.ts';
import { statementHint } from './statements.ts';

/**
 * Finds syntax of Jinja or of Go templates where Handlebars is meant.
 *
 * @returns the error with the Handlebars spelling, or undefined
 */
export function foreignSyntax(text: string): TemplateError | undefined {
  const statement = /(?<!\\)\{%[-+]?\s*([a-z]+)\b\s*([\s\S]*?)\s*[-+]?%\}/.exec(text);
  const hint = statement ? statementHint(statement[1] ?? '', statement[2] ?? '') : undefined;
  if (statement && hint !== undefined) {
    return faultAt(placeAt(text, statement.index), `"${statement[0]}" is Jinja`, hint);
  }
  return goTemplate(text) ?? wordOperator(text);
}

/** `{{ a and b }}`, `{{ x is defined }}`: Handlebars would read a call of a helper named `a`. */
function wordOperator(text: string): TemplateError | undefined {
  for (const { start, inside } of mustaches(text)) {
    if (/^-\s|\s-$/.test(inside)) return habitFault(text, { start, inside }, 0, dashMessage);
    if (/^\s*\[.*[,'"]/.test(inside)) return habitFault(text, { start, inside }, 1, listMessage);
    const [block = ''] = blockStart.exec(inside) ?? [];
    const found = /(?<=[\w)\]'"]\s+)(?:and|or|if|is|in|not|-|\?)(?=\s)/.exec(
      withoutQuoted(inside.slice(block.length)),
    );
    const first = /^\s*(\w+)/.exec(inside.slice(block.length))?.[1] ?? '';
    if (!found || helpers.has(first) || handlebarsWords.has(first)) continue;
    return habitFault(text, { start, inside }, block.length + found.index, operatorMessage);
  }
  return undefined;
}

const dashMessage = 'white space is taken away by ~ here';
const listMessage = 'a list or mapping is an expression';
const operatorMessage = 'operators are not part of templates';
const blockStart = /^\s*(?:#(?:if|unless|each|with)|else if)\s/;
const handlebarsWords: ReadonlySet<string> = new Set(
  'add subtract multiply divide mod concat eq ne lt le gt ge in and or not default defined mandatory ternary expr'.split(
    ' ',
  ),
);

function withoutQuoted(inside: string): string {
  return inside.replaceAll(/"[^"]*"|'[^']*'/g, (quoted) => `'${' '.repeat(quoted.length - 2)}'`);
}

/** The fault at an offset inside the braces, with the spelling of the whole. */
function habitFault(
  text: string,
  { start, inside }: { start: number; inside: string },
  offset: number,
  message: string,
): TemplateError {
  try {
    return faultAt(placeAt(text, start + offset), message, spellingHint(inside));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return faultAt(placeAt(text, start + offset), error.message, error.hint);
  }
}

/** @throws TemplateError for a filter that does not exist */
function spellingHint(inside: string): string {
  const dashed = /^[-+]([\s\S]*?)[-+]?$|^([\s\S]*?)[-+]$/.exec(inside);
  if (dashed) return `write {{~ ${(dashed[1] ?? dashed[2] ?? '').trim()} ~}} to take white space away`;
  const [block = ''] = blockStart.exec(inside) ?? [];
  const rest = inside.slice(block.length).replace(/^[{&]/, '');
  const spelled = block === '' ? handlebarsFor(rest) : argumentFor(rest);
  return spelled === undefined
    ? 'write {{ helper argument }}, or {{ expr "…" }} for an expression'
    : `write {{${block === '' ? ' ' : `${block.trim()} `}${spelled}${block === '' ? ' ' : ''}}}`;
}

/** `{{.State}}`, `{{json .}}`: Handlebars would read some of them as a path. */
function goTemplate(text: string): TemplateError | undefined {
  for (const { start, inside } of mustaches(text)) {
    const bare = withoutQuoted(inside);
    const field = /(?:^|[\s(])\$?\.[A-Za-z_]/.exec(bare);
    if (!field) continue;
    const at = placeAt(text, start + (bare.length - bare.trimStart().length));
    return faultAt(at, 'this looks like a Go template', `to keep Go's braces as text, write \\{{${inside}}}`);
  }
  return undefined;
}

/**
 * Turns the error of Handlebars' parser into one with a place and, where the piece is recognised as
 * Jinja or Go, the Handlebars spelling.
 */
export function syntaxFault(text: string, cause: unknown): TemplateError {
  for (const piece of mustaches(text)) {
    const habit = habits.find(({ pattern }) => pattern.test(piece.inside));
    if (!habit) continue;
    const match = habit.pattern.exec(piece.inside);
    const offset = (match?.index ?? 0) + (match?.[0].search(/\S/) ?? 0);
    return habitFault(text, piece, offset, habit.message);
  }
  if (text.lastIndexOf('{{') > text.lastIndexOf('}}')) {
    return faultAt(placeAt(text, text.lastIndexOf('{{')), 'this {{ is never closed');
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  const at = placeFromParser(text, message);
  return faultAt(at, problemFromParser(message), undefined);
}

/** What only Jinja has, and how it is called. */
const habits: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  { pattern: /^[-+]|[-+]$/, message: dashMessage },
  { pattern: /\|(?!\s*\})/, message: 'filters with | are Jinja' },
  { pattern: /(?<=\w)\[['"]/, message: "a['b'] is Jinja" },
  { pattern: /(?<=[\w\])])\[-?\w+/, message: 'a[0] is Jinja' },
  { pattern: /\.\d/, message: 'an index stands in brackets' },
  { pattern: /(?<=\w)\(/, message: 'calls with parentheses are Jinja' },
  { pattern: /[=!<>]=|[<>]|\s[+*/%~-]\s|\s(?:and|or|if|is|in|not)\s/, message: operatorMessage },
  { pattern: /^\s*[[{]/, message: listMessage },
];

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
  [/\.\w+\(/, 'values have no methods; use filters: x | split(",")'],
  [/[^=!<>]=[^=]/, 'write == to compare'],
  [/\?[^:]*:|\bif\b(?!.*\belse\b)/, 'write "a if condition else b"'],
];

/** The right spelling of a habit from another language, if the text shows one. */
export function expressionHint(text: string): string | undefined {
  const plain = withoutMethods(text);
  if (plain !== text && isExpression(plain)) return `write ${plain}`;
  const bare = text.replaceAll(/'[^']*'|"[^"]*"/g, "''");
  return expressionHabits.find(([pattern]) => pattern.test(bare))?.[1];
}
