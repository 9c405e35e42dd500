import type { Host, Inventory } from '../model/inventory.ts';
import { Unknown, type Value, type ValueMap } from '../model/value.ts';
import { freeVariablesOfExpression, type Layer, Scope } from '../template/index.ts';
import type { Known, Viewpoint } from './known.ts';

/** What is known of hosts and variables before the run. */
export interface StaticValues {
  readonly known: Known;
  readonly inventory: Inventory;
  readonly extraVars: ValueMap;
}

const undecided = new Unknown('only the run can tell');

/**
 * The variables of a host at a point of the run, as far as they are written down. What tasks set, facts
 * and whatever a file of the run could still change is Unknown.
 */
export function staticScope(name: string, from: Viewpoint, values: StaticValues): Scope {
  const { known, inventory, extraVars } = values;
  const host = inventory.hosts.get(name) ?? inventory.implicitLocalhost;
  const { below, above } = writtenIn(from);
  const written = [...below, ...(host?.vars ?? []).map(({ values }) => values), ...above];
  const isWritten = (variable: string) => written.some((values) => Object.hasOwn(values, variable));
  const isOpen = known.isOpenAt(from);
  const duringRun = (variable: string): Value | undefined => {
    if (variable === 'omit') return undefined;
    if (isOpen || known.isSetByTask(variable, from) || from.loopNames.has(variable)) return undecided;
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
export function mayDiffer(expression: string | boolean, from: Viewpoint, inventory: Inventory): boolean {
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
function writtenIn({ play, chain, roleVars }: Viewpoint): {
  readonly below: ValueMap[];
  readonly above: ValueMap[];
} {
  const files = (list: typeof play.varsFiles = []) => list.map(({ values = {} }) => values);
  return {
    below: [...files(play.defaultsFiles), ...roleVars.defaults],
    above: [
      play.keywords.vars ?? {},
      ...files(play.varsFiles),
      ...roleVars.vars,
      ...chain.slice(1).map(({ vars = {} }) => vars),
      ...roleVars.params,
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

/** What the engine sets and is known before the run. */
export function magicValues(
  name: string,
  host: Host | undefined,
  inventory: Inventory,
  directory: string,
): ValueMap {
  const known = inventory.hosts.get(name);
  return {
    inventory_hostname: name,
    inventory_hostname_short: name.split('.')[0] ?? name,
    group_names: (host?.groups ?? []).filter((group) => group !== 'all'),
    groups: valuesOf(inventory).groups,
    ...(known && {
      inventory_dir: known.namedIn?.directory ?? null,
      inventory_file: known.namedIn?.file ?? null,
    }),
    playbook_dir: directory,
  };
}

function layer(values: Layer['values'], templated: boolean): Layer {
  return { origin: 'static', level: 0, values, templated };
}
