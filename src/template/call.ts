import { TemplateError } from '../model/errors.ts';
import { findUnknown, isUnknown, type Value } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import type { CallNode, Node } from './ast.ts';
import { again, faultAt, UndefinedError } from './errors.ts';
import type { Arguments, Helper, Keywords } from './helpers/helper.ts';
import { helpers } from './helpers/index.ts';
import { isTruthy } from './operators.ts';

type Evaluate = (node: Node) => Value;

/** Calls that decide themselves whether their arguments are evaluated: they ask for undefined names. */
export const specialNames: ReadonlySet<string> = new Set(['default', 'd', 'defined', 'mandatory', 'ternary']);

export function isSpecial(node: CallNode): boolean {
  return specialNames.has(plainName(node.name));
}

/** The value of `default`, `defined` or `mandatory`. */
export function special(node: CallNode, evaluate: Evaluate): Value {
  checkSpecial(node);
  const [subject, ...rest] = node.args;
  if (!subject) throw faultAt(node.at, `"${node.name}" needs a value`);
  if (plainName(node.name) === 'ternary') return ternary(subject, rest, evaluate);
  const value = valueOrUndefined(() => evaluate(subject));
  switch (plainName(node.name)) {
    case 'defined':
      return isUnknown(value) ? value : value !== undefined;
    case 'mandatory': {
      if (value !== undefined) return value;
      const message = rest[0] ? String(evaluate(rest[0])) : 'a mandatory variable is not defined';
      throw faultAt(node.at, message);
    }
    default:
      return withDefault(value, node, evaluate);
  }
}

const specialCounts: Readonly<Record<string, readonly [number, number]>> = {
  defined: [1, 1],
  mandatory: [1, 2],
  ternary: [3, 4],
};

/** @throws TemplateError for a wrong number of arguments */
export function checkSpecial(node: CallNode): void {
  const name = plainName(node.name);
  const [least, most] = specialCounts[name] ?? [1, 3];
  if (node.args.length >= least && node.args.length <= most) return;
  throw faultAt(node.at, `"${name}" takes ${least === most ? least : `${least} to ${most}`} arguments`);
}

function ternary(
  condition: Node,
  [whenTrue, whenFalse, whenNull]: readonly Node[],
  evaluate: Evaluate,
): Value {
  const value = evaluate(condition);
  const truth = isTruthy(value);
  if (isUnknown(truth)) return truth;
  const chosen = value === null && whenNull ? whenNull : truth ? whenTrue : whenFalse;
  return chosen ? evaluate(chosen) : null;
}

/** The result of an ordinary helper. */
export function callHelper(node: CallNode, evaluate: Evaluate): Value {
  const found = findHelper(node);
  const { args, keywords } = arrange(
    found,
    node.args.map(evaluate),
    node.named.map(([name, value]) => [name, evaluate(value)] as const),
  );
  return runHelper(found, args, keywords);
}

/** Runs a helper unless an argument is unknown. */
export function runHelper(found: Helper, args: Arguments, keywords: Keywords): Value {
  for (const arg of [...args, ...keywords.values()]) {
    if (arg === undefined) continue;
    const unknown = found.shallow ? (isUnknown(arg) ? arg : undefined) : findUnknown(arg);
    if (unknown) return unknown;
  }
  try {
    return found.run(args, keywords);
  } catch (error) {
    if (!(error instanceof TemplateError) || error instanceof UndefinedError) throw error;
    throw again(error, `"${found.name}" ${error.message}`);
  }
}

/**
 * The helper a call means.
 *
 * @throws TemplateError where there is none, with the nearest name as hint
 */
export function findHelper(node: CallNode): Helper {
  const name = plainName(node.name);
  const found = helpers.get(name);
  if (found) return found;
  const nearest = suggest(name, [...helpers.keys(), ...specialNames]);
  const hint = nearest ? `did you mean "${nearest}"?` : hintForCall(node);
  throw faultAt(node.at, `there is no ${node.form} "${name}"`, hint);
}

/**
 * Puts positional and named arguments in the order of the helper's parameters.
 *
 * @throws TemplateError for too few, too many or unknown ones
 */
export function arrange<T>(
  found: Helper,
  positional: readonly T[],
  named: readonly (readonly [string, T])[],
): { args: (T | undefined)[]; keywords: ReadonlyMap<string, T> } {
  const ordered = found.parameters.filter((parameter) => !parameter.startsWith('*'));
  const names = ordered.map((parameter) => parameter.replace(/^\.\.\.|\?$/g, ''));
  if (!ordered.at(-1)?.startsWith('...') && positional.length > names.length) {
    throw new TemplateError(`"${found.name}" takes at most ${names.length} arguments: ${names.join(', ')}`);
  }
  const args: (T | undefined)[] = [...positional];
  const keywords = new Map<string, T>();
  for (const [name, value] of named) {
    const index = names.indexOf(name);
    if (index >= 0) args[index] = value;
    else if (found.parameters.includes(`*${name}`)) keywords.set(name, value);
    else throw noSuchArgument(found, name);
  }
  const missing = ordered.findIndex((name, index) => !/^\.\.\.|\?$/.test(name) && args[index] === undefined);
  if (missing >= 0) throw new TemplateError(`"${found.name}" needs the argument "${names[missing]}"`);
  return { args, keywords };
}

function noSuchArgument(found: Helper, name: string): TemplateError {
  const names = found.parameters.map((parameter) => parameter.replace(/^\.\.\.|^\*|\?$/g, ''));
  const nearest = suggest(name, names);
  const hint = nearest ? `did you mean "${nearest}"?` : `it takes ${names.join(', ')}`;
  return new TemplateError(`"${found.name}" has no argument "${name}"`, { hint });
}

function withDefault(value: Value | undefined, node: CallNode, evaluate: Evaluate): Value {
  const named = new Map(node.named);
  const fallback = node.args[1] ?? named.get('default_value');
  const flag = node.args[2] ?? named.get('boolean');
  if (isUnknown(value)) return value;
  const alsoEmpty = flag !== undefined && isTruthy(evaluate(flag)) === true;
  const isMissing = value === undefined || (alsoEmpty && isTruthy(value) === false);
  if (!isMissing && value !== undefined) return value;
  return fallback ? evaluate(fallback) : '';
}

function valueOrUndefined(evaluate: () => Value): Value | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof UndefinedError) return undefined;
    throw error;
  }
}

function hintForCall(node: CallNode): string | undefined {
  const isGoTemplate =
    node.form === 'helper' && node.args.some((arg) => arg.kind === 'path' && arg.root === 'this');
  return isGoTemplate ? `to keep Go's braces as text, write \\{{${node.name} …}}` : undefined;
}

function plainName(name: string): string {
  return name.replace(/^ansible\.builtin\./, '');
}
