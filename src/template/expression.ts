import { TemplateError } from '../model/errors.ts';
import type { Node, Place } from './ast.ts';
import { BoundedCache } from './cache.ts';
import { faultAt } from './errors.ts';
import { parse, syntaxErrorAt } from './expression-parser.ts';
import { expressionHint, wholeBraces } from './foreign-syntax.ts';

const parsed = new BoundedCache<Node>();

/**
 * Parses a condition or another expression; the same text is parsed once.
 *
 * @throws TemplateError with the place and, for a known habit from elsewhere, the right spelling
 */
export function parseExpression(text: string): Node {
  return parsed.get(text, () => parseNew(text));
}

/** Parses an expression that begins at a place inside a longer string. */
export function parseExpressionAt(text: string, start: Place): Node {
  try {
    return moved(parseExpression(text), start);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const at = shift({ line: error.line ?? 1, col: error.col ?? 1 }, start);
    throw faultAt(at, error.message, error.hint);
  }
}

function parseNew(text: string): Node {
  const braces = wholeBraces(text);
  if (braces) throw braces;
  if (text.trim() === '') throw faultAt({ line: 1, col: 1 }, 'the expression is empty');
  try {
    return parse(text) as Node;
  } catch (error) {
    const stop = syntaxErrorAt(error);
    if (!stop) throw error;
    const at = { line: stop.line, col: stop.column };
    throw faultAt(at, sentence(text, stop.offset), expressionHint(text));
  }
}

function sentence(text: string, offset: number): string {
  const rest = text.slice(offset).trim();
  if (rest === '') return 'the expression ends too early';
  const token = /^(?:\w+|"[^"]*"?|'[^']*'?|[^\w\s])/.exec(rest)?.[0] ?? rest;
  return `cannot read the expression at "${token.slice(0, 40)}"`;
}

function moved(node: Node, start: Place): Node {
  return JSON.parse(JSON.stringify(node), (key, value) =>
    key === 'at' ? shift(value, start) : value,
  ) as Node;
}

function shift(at: Place, start: Place): Place {
  return { line: at.line + start.line - 1, col: at.line === 1 ? at.col + start.col - 1 : at.col };
}
