import { TemplateError } from '../model/errors.ts';
import type { Host, Inventory } from '../model/inventory.ts';
import { isUnknown, Unknown, type Value, type ValueMap } from '../model/value.ts';
import { evaluateCondition, freeVariablesOfExpression, type Layer, Scope } from '../template/index.ts';
import type { Known, Viewpoint } from './known.ts';
import { chainOf, type TaskSite } from './site.ts';

/** Where a task runs, as far as that can be told before the run. */
export interface Reach {
  /** Hosts on which no condition is certainly false. */
  readonly hosts: readonly string[];
  /** On some of them only the run decides. */
  readonly isOpen: boolean;
}

const undecided = new Unknown('only the run can tell');

/** Judges the conditions of a task with what is known of each host; the rest counts as unknown. */
export function reachOf(
  site: TaskSite,
  from: Viewpoint,
  known: Known,
  inventory: Inventory,
  extraVars: ValueMap,
): Reach {
  const conditions = chainOf(site).flatMap((keywords) => keywords.when ?? []);
  if (conditions.length === 0) return { hosts: site.hosts, isOpen: false };
  const judge = (host: string) => {
    const scope = staticScope(host, from, known, inventory, extraVars);
    return conditions.map(({ expression }) => answerOf(expression, scope));
  };
  const alike = !conditions.some(({ expression }) => mayDiffer(expression, from, inventory));
  const [first] = site.hosts;
  const common = alike && first !== undefined ? judge(first) : undefined;
  const verdicts = site.hosts.map((host) => ({ host, answers: common ?? judge(host) }));
  const reached = verdicts.filter(({ answers }) => !answers.includes(false));
  const isOpen = reached.some(({ answers }) => answers.includes('open'));
  return { hosts: reached.map(({ host }) => host), isOpen: isOpen || site.hosts.length === 0 };
}

function answerOf(expression: string | boolean, scope: Scope): boolean | 'open' {
  try {
    const answer = evaluateCondition(expression, scope);
    return isUnknown(answer) ? 'open' : answer;
  } catch (error) {
    if (error instanceof TemplateError) return 'open';
    throw error;
  }
}

function staticScope(
  name: string,
  from: Viewpoint,
  known: Known,
  inventory: Inventory,
  extraVars: ValueMap,
): Scope {
  const host = inventory.hosts.get(name) ?? inventory.implicitLocalhost;
  const { below, above } = writtenIn(from);
  const written = [...below, ...(host?.vars ?? []).map(({ values }) => values), ...above];
  const isWritten = (variable: string) => written.some((values) => Object.hasOwn(values, variable));
  const duringRun = (variable: string): Value | undefined => {
    if (known.isSetByTask(variable, from)) return undecided;
    const knowledge = known.lookUp(variable, { ...from, hosts: [name] }, []);
    return isWritten(variable) || knowledge.kind === 'undefined' ? undefined : undecided;
  };
  return new Scope([
    ...written.map((values) => layer(values, true)),
    layer(duringRun, false),
    layer(extraVars, true),
    layer(magicValues(name, host, inventory, from.play.directory), false),
  ]);
}

const hostMagic: ReadonlySet<string> = new Set([
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
]);

/**
 * Whether a condition looks at anything that hosts may have different values of; what the play sets may
 * itself be made from such values.
 */
function mayDiffer(expression: string | boolean, from: Viewpoint, inventory: Inventory): boolean {
  const { inventoryNames } = valuesOf(inventory);
  const { below, above } = writtenIn(from);
  return [...freeVariablesOfExpression(expression)].some(
    (name) =>
      hostMagic.has(name) ||
      inventoryNames.has(name) ||
      [...below, ...above].some((values) => Object.hasOwn(values, name)),
  );
}

/** Variables of the play, its files and what is around a task, lowest precedence first. */
function writtenIn({ play, chain }: Viewpoint): { readonly below: ValueMap[]; readonly above: ValueMap[] } {
  const files = (list: typeof play.varsFiles = []) => list.map(({ values = {} }) => values);
  return {
    below: files(play.defaultsFiles),
    above: [
      play.keywords.vars ?? {},
      ...files(play.varsFiles),
      ...chain.slice(1).map(({ vars = {} }) => vars),
    ],
  };
}

interface InventoryValues {
  readonly groups: ValueMap;
  readonly inventoryNames: ReadonlySet<string>;
}

const ofInventory = new WeakMap<Inventory, InventoryValues>();

/** What the conditions of every task need, made once. */
function valuesOf(inventory: Inventory): InventoryValues {
  const known = ofInventory.get(inventory);
  if (known) return known;
  const groups = [...inventory.groups.values()].map((group) => [group.name, group.hosts] as const);
  const hosts = [...inventory.hosts.values()];
  const made = {
    groups: { ...Object.fromEntries(groups), all: [...inventory.hosts.keys()] },
    inventoryNames: new Set(hosts.flatMap(({ vars }) => vars.flatMap(({ values }) => Object.keys(values)))),
  };
  ofInventory.set(inventory, made);
  return made;
}

function magicValues(
  name: string,
  host: Host | undefined,
  inventory: Inventory,
  directory: string,
): ValueMap {
  return {
    inventory_hostname: name,
    inventory_hostname_short: name.split('.')[0] ?? name,
    group_names: (host?.groups ?? []).filter((group) => group !== 'all'),
    groups: valuesOf(inventory).groups,
    inventory_dir: inventory.directory,
    playbook_dir: directory,
  };
}

function layer(values: Layer['values'], templated: boolean): Layer {
  return { origin: 'static', level: 0, values, templated };
}
