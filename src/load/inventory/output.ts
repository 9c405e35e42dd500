import type { Host, Inventory } from '../../model/inventory.ts';
import type { Value, ValueMap } from '../../model/value.ts';

type Values = Readonly<Record<string, Value>>;

export interface ListingOptions {
  /** Names of the hosts to show; default all. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Variables where they are set, at groups and hosts, instead of all at the hosts. */
  readonly export?: boolean | undefined;
  /** `-e`: they win over all others. */
  readonly extraVars?: ValueMap | undefined;
}

/** Level of what is set for a host itself: in an inventory file and in host_vars/. */
const ownLevel = 8;

/** A host's variables merged by precedence, as written: templates are not rendered. */
export function hostVars(host: Host, options: ListingOptions = {}): Values {
  const merged: Record<string, Value> = {};
  for (const { values, level } of host.vars) {
    if (options.export !== true || level >= ownLevel) Object.assign(merged, values);
  }
  return options.export === true ? merged : Object.assign(merged, options.extraVars);
}

/** What inventory files and group_vars/ say for a group itself. */
function groupVars(inventory: Inventory, name: string): Values {
  const { inventory: beside = [], playbook = [] } = inventory.varsPlaces ?? {};
  const group = inventory.groups.get(name);
  const sources = [
    ...(group?.vars ?? []),
    ...[...beside, ...playbook].flatMap((each) => each.forGroup(name)),
  ];
  const merged: Record<string, Value> = {};
  for (const { values } of sources) Object.assign(merged, values);
  if (group?.priority !== undefined && group.priority !== 1) {
    merged['ansible_group_priority'] = group.priority;
  }
  return merged;
}

/** The inventory in the form that inventory scripts answer `--list` with. */
export function inventoryToJson(inventory: Inventory, options: ListingOptions = {}): Values {
  const hostvars: Record<string, Value> = {};
  for (const [name, host] of inventory.hosts) {
    const vars = isShown(name, options) ? hostVars(host, options) : {};
    if (Object.keys(vars).length > 0) hostvars[name] = vars;
  }
  const listing: Record<string, Value> = { _meta: { hostvars } };
  for (const [name, group] of inventory.groups) {
    const hosts = name === 'all' ? [] : directHosts(inventory, name, options);
    const vars = options.export === true ? groupVars(inventory, name) : {};
    const shown = withoutEmpty({ hosts, children: [...group.children], vars });
    if (Object.keys(shown).length > 0) listing[name] = shown;
  }
  return listing;
}

/** The inventory in the form of a YAML inventory: each host's variables where it comes first. */
export function inventoryToYaml(inventory: Inventory, options: ListingOptions = {}): Values {
  const told = new Set<string>();
  const groupOf = (name: string): Value => {
    const children: Record<string, Value> = {};
    for (const child of inventory.groups.get(name)?.children ?? []) children[child] = groupOf(child);
    const hosts: Record<string, Value> = {};
    for (const host of name === 'all' ? [] : directHosts(inventory, name, options)) {
      const found = told.has(host) ? undefined : inventory.hosts.get(host);
      hosts[host] = found ? hostVars(found, options) : {};
      told.add(host);
    }
    const vars = options.export === true ? groupVars(inventory, name) : {};
    return withoutEmpty({ children, hosts, vars });
  };
  return { all: groupOf('all') };
}

/**
 * The tree of groups and hosts as text.
 *
 * @param root group to start at
 * @param options `vars`: with the variables of each group and host
 */
export function inventoryGraph(
  inventory: Inventory,
  root = 'all',
  options: ListingOptions & { readonly vars?: boolean | undefined } = {},
): string {
  return [`@${root}:`, ...branch(inventory, root, 1, options)].join('\n');
}

function branch(
  inventory: Inventory,
  name: string,
  depth: number,
  options: ListingOptions & { readonly vars?: boolean | undefined },
): string[] {
  const group = inventory.groups.get(name);
  if (!group) return [];
  const lines: string[] = [];
  for (const child of group.children) {
    lines.push(`${indent(depth)}@${child}:`, ...branch(inventory, child, depth + 1, options));
  }
  for (const host of name === 'all' ? [] : directHosts(inventory, name, options)) {
    lines.push(`${indent(depth)}${host}`);
    const found = inventory.hosts.get(host);
    if (options.vars && found) lines.push(...variableLines(hostVars(found, options), depth + 1));
  }
  if (options.vars) lines.push(...variableLines(groupVars(inventory, name), depth));
  return lines;
}

function variableLines(vars: Values, depth: number): string[] {
  return Object.entries(vars)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      const shown = typeof value === 'string' ? value : JSON.stringify(value);
      return `${indent(depth)}{${name} = ${shown}}`;
    });
}

function directHosts(inventory: Inventory, name: string, options: ListingOptions): readonly string[] {
  const group = inventory.groups.get(name);
  return (group?.directHosts ?? group?.hosts ?? []).filter((host) => isShown(host, options));
}

function isShown(host: string, { only }: ListingOptions): boolean {
  return only === undefined || only.has(host);
}

function withoutEmpty(parts: Readonly<Record<string, Values | readonly string[]>>): Values {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0));
}

function indent(depth: number): string {
  return `${'  |'.repeat(depth)}--`;
}
