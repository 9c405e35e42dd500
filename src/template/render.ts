import { InternalError, TemplateError } from '../model/errors.ts';
import { findUnknown, isMap, isUnknown, Unknown, type Value, type ValueMap } from '../model/value.ts';
import type { BlockPart, Node, Part, Template } from './ast.ts';
import { runBlock } from './blocks.ts';
import { BoundedCache } from './cache.ts';
import { faultAt } from './errors.ts';
import { evaluateNode, type Names } from './evaluate.ts';
import { parseExpression } from './expression.ts';
import { parseTemplate } from './handlebars.ts';
import { rootNames } from './names.ts';
import { isOmit } from './omit.ts';
import type { Scope } from './scope.ts';
import { kindOf, toText } from './text.ts';

const compiled = new BoundedCache<Template>();

/** True for text that holds anything to render (or an escape, or Jinja to be refused). */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/** The parsed template; the same text is parsed once. */
export function compile(text: string): Template {
  return compiled.get(text, () => parseTemplate(text));
}

/**
 * Renders every string in a value. A string that is one lone `{{ … }}` takes the type of what is in it;
 * text with an unknown part is Unknown; keys and items that render to `omit` are left out.
 *
 * @throws TemplateError for bad syntax, an undefined name or a value that does not fit
 */
export function render(value: Value, scope: Scope): Value {
  return renderDeep(value, rootNames(scope));
}

/**
 * Renders the text of a template file.
 *
 * @returns the text, or Unknown where a part of it is not known yet
 * @throws TemplateError with line and column inside the template
 */
export function renderText(template: string, scope: Scope): string | Unknown {
  if (!isTemplate(template)) return template;
  return renderParts(compile(template).parts, rootNames(scope));
}

/**
 * The value of an expression, e.g. `loop: groups['harbor'] | length`.
 *
 * @throws TemplateError with the column inside the expression
 */
export function evaluate(expression: string, scope: Scope): Value {
  return evaluateNode(parseExpression(expression), rootNames(scope));
}

/**
 * The answer of a condition; Unknown where it hangs on what is not known yet.
 *
 * @throws TemplateError unless the result is a boolean
 */
export function evaluateCondition(expression: string | boolean, scope: Scope): boolean | Unknown {
  if (typeof expression === 'boolean') return expression;
  const value = evaluate(expression, scope);
  if (typeof value === 'boolean' || isUnknown(value)) return value;
  throw new TemplateError(`"${expression}" must be true or false, but it is ${describe(value)}`, {
    hint: booleanHint(value),
  });
}

function renderDeep(value: Value, names: Names): Value {
  if (typeof value === 'string') return isTemplate(value) ? renderString(value, names) : value;
  if (Array.isArray(value)) return renderList(value, names);
  return isMap(value) ? renderMap(value, names) : value;
}

function renderList(list: readonly Value[], names: Names): Value {
  return list.map((item) => renderDeep(item, names)).filter((item) => !isOmit(item));
}

function renderMap(map: ValueMap, names: Names): Value {
  if (isOmit(map)) return map;
  const entries: [string, Value][] = [];
  for (const [key, item] of Object.entries(map)) {
    const name = isTemplate(key) ? renderString(key, names) : key;
    if (isUnknown(name)) return name;
    const rendered = renderDeep(item, names);
    if (!isOmit(rendered)) entries.push([toText(name), rendered]);
  }
  return Object.fromEntries(entries);
}

function renderString(text: string, names: Names): Value {
  const { parts } = compile(text);
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'output') return evaluateNode(only.node, names);
  return renderParts(parts, names);
}

function renderParts(parts: readonly Part[], names: Names): string | Unknown {
  let text = '';
  let unknown: Unknown | undefined;
  for (const part of parts) {
    const piece = renderPart(part, names);
    if (isUnknown(piece)) unknown ??= piece;
    else text += piece;
  }
  return unknown ?? text;
}

function renderPart(part: Part, names: Names): string | Unknown {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'output':
      return outputText(part.node, names);
    case 'block':
      return renderBlock(part, names);
  }
}

function renderBlock(block: BlockPart, names: Names): string | Unknown {
  return runBlock(block, names, (parts, inner) => renderParts(parts, inner));
}

function outputText(node: Node, names: Names): string | Unknown {
  const value = evaluateNode(node, names);
  if (isOmit(value)) throw faultAt(node.at, '"omit" can only stand alone, not inside text');
  const unknown = findUnknown(value);
  return unknown ?? toText(value);
}

function describe(value: Value): string {
  if (value instanceof Unknown) throw new InternalError('an unknown value reached a message');
  const text = typeof value === 'string' ? JSON.stringify(value) : toText(value);
  return value === null ? 'null' : `${kindOf(value)}: ${text.slice(0, 60)}`;
}

function booleanHint(value: Value): string {
  if (Array.isArray(value) || isMap(value)) return 'ask whether it is empty: … | length > 0';
  if (typeof value === 'string' && !['true', 'false', 'yes', 'no', 'True', 'False'].includes(value)) {
    return 'compare it, or ask whether it is empty: … | length > 0';
  }
  return value === null ? 'ask for it: … is not none' : 'compare it, or convert it: … | bool';
}
