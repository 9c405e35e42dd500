import { isUnknown, type Value } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import type { CallNode, Node } from './ast.ts';
import { faultAt, UndefinedError } from './errors.ts';
import { arrange } from './helpers/arrange.ts';
import type { Helper } from './helpers/helper.ts';
import { helpers } from './helpers/index.ts';
import { runHelper } from './helpers/run.ts';
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

/**
 * The helper a call means.
 *
 * @throws TemplateError where there is none, with the nearest name as hint
 */
export function findHelper(node: CallNode): Helper {
  const name = plainName(node.name);
  const found = helpers.get(name);
  if (found) return found;
  const names = [...helpers.keys(), 'default', 'defined', 'mandatory', 'ternary'];
  const nearest = suggest(name, names) ?? names.find((full) => isShortFor(name, full));
  const hint = hintForCall(node) ?? (nearest ? `did you mean "${nearest}"?` : undefined);
  throw faultAt(node.at, `there is no ${node.form} "${name}"`, hint);
}

/** `deflt` for `default`: letters left out, though no more than a third of them. */
function isShortFor(word: string, full: string): boolean {
  let at = 0;
  for (const letter of full) if (letter === word[at]) at += 1;
  return at === word.length && word[0] === full[0] && word.length * 3 >= full.length * 2;
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
  const known = foreignHelpers[plainName(node.name).replace(/^.*\./, '')];
  if (known !== undefined) return known;
  const isGoTemplate =
    node.form === 'helper' && node.args.some((arg) => arg.kind === 'path' && arg.root === 'this');
  return isGoTemplate ? `to keep Go's braces as text, write \\{{${node.name} …}}` : undefined;
}

/** What stands in for filters and functions that Ansible or Jinja have and Mooring has not. */
const foreignHelpers: Readonly<Record<string, string>> = {
  now: 'use ansible_facts.date_time, the time at which facts were gathered',
  query: 'use loop with a list, or the helpers env, range, dict2items',
  q: 'use loop with a list, or the helpers env, range, dict2items',
  json_query: 'use selectattr and map: list | selectattr("name", "eq", "x") | map(attribute="id")',
  items: 'use dict2items',
  tojson: 'use to_json',
  e: 'nothing is escaped here: leave it out',
  escape: 'nothing is escaped here: leave it out',
  safe: 'nothing is escaped here: leave it out',
  forceescape: 'nothing is escaped here: leave it out',
  attr: 'use lookup: lookup(mapping, "key")',
  slice: 'use batch',
  pprint: 'use to_nice_json',
  filesizeformat: 'use human_readable',
  expanduser: 'write the whole path; the home of a user on a host is in ansible_facts.user_dir',
  realpath: 'use the stat module: the files are on the host',
  fileglob: 'use the find module: the files are on the host',
  vault: 'use mooring vault encrypt-string',
  unvault: 'encrypted values are opened when they are read: name the variable',
  from_yaml_all: 'use from_yaml on each document',
  combinations: 'use product, and reject what is not wanted',
  permutations: 'use product, and reject what is not wanted',
  type: 'use type_debug',
  ipsubnet: 'use ipaddr("subnet")',
  nthhost: 'use ipaddr("network") and count from there',
};

function plainName(name: string): string {
  return name.replace(/^ansible\.builtin\./, '');
}
