import Handlebars from 'handlebars';
import type { Value } from '../model/value.ts';
import type { BlockPart, CallNode, Node, Part, PathNode, Place, Template } from './ast.ts';
import { faultAt } from './errors.ts';
import { parseExpressionAt } from './expression.ts';
import { foreignSyntax, syntaxFault } from './foreign-syntax.ts';
import { operatorNode } from './operator-helpers.ts';

type Named = readonly (readonly [string, Node])[];

/**
 * Parses a template with Handlebars' own grammar (escapes, comments, white-space control and
 * standalone block lines included) into the nodes that conditions use as well.
 *
 * @throws TemplateError with the place, and for Jinja or Go syntax the Handlebars spelling
 */
export function parseTemplate(text: string): Template {
  const foreign = foreignSyntax(text);
  if (foreign) throw foreign;
  return { parts: partsOf(parse(text)) };
}

function parse(text: string): hbs.AST.Program {
  try {
    return Handlebars.parse(text);
  } catch (cause) {
    throw syntaxFault(text, cause);
  }
}

function partsOf(program: hbs.AST.Program | undefined): Part[] {
  return (program?.body ?? []).flatMap((statement) => partOf(statement) ?? []);
}

function partOf(statement: hbs.AST.Statement): Part | undefined {
  const at = placeOf(statement);
  switch (statement.type) {
    case 'ContentStatement': {
      // Handlebars takes the backslash from \{{ itself; Jinja's other braces are ours to free.
      const text = (statement as hbs.AST.ContentStatement).value.replaceAll('\\{%', '{%');
      return text === '' ? undefined : { kind: 'text', text };
    }
    case 'CommentStatement':
      return undefined;
    case 'MustacheStatement':
      return { kind: 'output', node: mustacheOf(statement as hbs.AST.MustacheStatement) };
    case 'BlockStatement':
      return blockOf(statement as hbs.AST.BlockStatement);
    case 'PartialStatement':
    case 'PartialBlockStatement':
      throw faultAt(at, 'partials ({{> …}}) are not available here');
    default:
      throw faultAt(at, 'decorators ({{* …}}) are not available here');
  }
}

/** A lone path is always the variable; a helper is called only with arguments. */
function mustacheOf(statement: hbs.AST.MustacheStatement): Node {
  const hasArguments = statement.params.length > 0 || (statement.hash?.pairs.length ?? 0) > 0;
  return hasArguments ? callOf(statement) : expressionOf(statement.path);
}

function callOf(call: hbs.AST.MustacheStatement | hbs.AST.SubExpression): Node {
  const name = nameOf(call.path);
  if (name === 'expr') return embeddedExpression(call);
  const operator = operatorNode(name, call.params.map(expressionOf), placeOf(call.path));
  if (operator) return operator;
  const node: CallNode = {
    kind: 'call',
    name,
    form: 'helper',
    args: call.params.map(expressionOf),
    named: namedOf(call.hash),
    at: placeOf(call.path),
  };
  return node;
}

/** `{{ expr "a + 1" }}`: the text must stand there literally, so that no data is ever evaluated. */
function embeddedExpression(call: hbs.AST.MustacheStatement | hbs.AST.SubExpression): Node {
  const [literal, ...others] = call.params;
  if (literal?.type !== 'StringLiteral' || others.length > 0) {
    throw faultAt(placeOf(call), '"expr" takes one expression as literal text, e.g. {{ expr "a + 1" }}');
  }
  const place = placeOf(literal);
  return parseExpressionAt((literal as hbs.AST.StringLiteral).value, { ...place, col: place.col + 1 });
}

function blockOf(statement: hbs.AST.BlockStatement): BlockPart {
  return {
    kind: 'block',
    name: nameOf(statement.path),
    args: statement.params.map(expressionOf),
    named: namedOf(statement.hash),
    params: statement.program?.blockParams ?? statement.inverse?.blockParams ?? [],
    body: partsOf(statement.program),
    otherwise: partsOf(statement.inverse),
    at: placeOf(statement),
  };
}

function expressionOf(expression: hbs.AST.Expression): Node {
  const at = placeOf(expression);
  switch (expression.type) {
    case 'PathExpression':
      return pathOf(expression as hbs.AST.PathExpression);
    case 'SubExpression':
      return callOf(expression as hbs.AST.SubExpression);
    case 'StringLiteral':
      return literal(withEscapes((expression as hbs.AST.StringLiteral).value), at);
    case 'NumberLiteral':
      return literal((expression as hbs.AST.NumberLiteral).value, at);
    case 'BooleanLiteral':
      return literal((expression as hbs.AST.BooleanLiteral).value, at);
    case 'NullLiteral':
      return literal(null, at);
    default:
      throw faultAt(at, '"undefined" is not a value', 'write null, or leave it out');
  }
}

function literal(value: Value, at: Place): Node {
  return { kind: 'literal', value, at };
}

/** Handlebars leaves `\n` in a literal as two characters; users of `join` and `replace` mean the line end. */
function withEscapes(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };
  return text.replaceAll(/\\([\\ntr])/g, (_, letter: string) => letters[letter] ?? letter);
}

function pathOf(path: hbs.AST.PathExpression): PathNode {
  const at = placeOf(path);
  const [first, ...rest] = path.parts;
  const isItem = first === undefined || /^(?:\.\.\/)*(?:this\b|\.\/)/.test(path.original);
  const keys = (isItem ? path.parts : rest).map((part) =>
    literal(/^\d+$/.test(part) ? Number(part) : part, at),
  );
  const root = path.data ? 'data' : isItem ? 'this' : 'name';
  return {
    kind: 'path',
    root,
    depth: path.depth,
    name: isItem ? '' : (first ?? ''),
    keys,
    text: path.original,
    at,
  };
}

function nameOf(path: hbs.AST.PathExpression | hbs.AST.Literal): string {
  if (path.type === 'PathExpression') return (path as hbs.AST.PathExpression).original;
  throw faultAt(placeOf(path), 'only a helper takes arguments', 'name the helper first: {{ helper value }}');
}

function namedOf(hash: hbs.AST.Hash | undefined): Named {
  return (hash?.pairs ?? []).map((pair) => [pair.key, expressionOf(pair.value)] as const);
}

function placeOf(node: hbs.AST.Node): Place {
  return { line: node.loc.start.line, col: node.loc.start.column + 1 };
}
