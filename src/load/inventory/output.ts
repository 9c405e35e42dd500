import type { Host, Inventory } from '../../model/inventory.ts';
import type { Value } from '../../model/value.ts';

/** A host's variables merged by precedence, as written: templates are not rendered. */
export function hostVars(host: Host): Readonly<Record<string, Value>> {
  const merged: Record<string, Value> = {};
  for (const { values } of host.vars) Object.assign(merged, values);
  return merged;
}

/** The inventory in the form that inventory scripts answer `--list` with. */
export function inventoryToJson(inventory: Inventory): Readonly<Record<string, Value>> {
  const hostvars: Record<string, Value> = {};
  for (const [name, host] of inventory.hosts) {
    const vars = hostVars(host);
    if (Object.keys(vars).length > 0) hostvars[name] = vars;
  }
  const listing: Record<string, Value> = { _meta: { hostvars } };
  for (const [name, group] of inventory.groups) {
    const hosts = name === 'all' ? [] : directHosts(inventory, name);
    if (hosts.length === 0 && group.children.length === 0) continue;
    listing[name] = {
      ...(hosts.length > 0 ? { hosts } : {}),
      ...(group.children.length > 0 ? { children: [...group.children] } : {}),
    };
  }
  return listing;
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
  options: { readonly vars?: boolean } = {},
): string {
  return [`@${root}:`, ...branch(inventory, root, 1, options.vars === true)].join('\n');
}

function branch(inventory: Inventory, name: string, depth: number, vars: boolean): string[] {
  const group = inventory.groups.get(name);
  if (!group) return [];
  const lines: string[] = [];
  for (const child of group.children) {
    lines.push(`${indent(depth)}@${child}:`, ...branch(inventory, child, depth + 1, vars));
  }
  if (name === 'all') return lines;
  for (const host of directHosts(inventory, name)) {
    lines.push(`${indent(depth)}${host}`);
    const found = inventory.hosts.get(host);
    if (vars && found) lines.push(...variableLines(hostVars(found), depth + 1));
  }
  return lines;
}

function variableLines(vars: Readonly<Record<string, Value>>, depth: number): string[] {
  return Object.keys(vars)
    .sort()
    .map((name) => `${indent(depth)}{${name} = ${JSON.stringify(vars[name])}}`);
}

function directHosts(inventory: Inventory, name: string): readonly string[] {
  const group = inventory.groups.get(name);
  return group?.directHosts ?? group?.hosts ?? [];
}

function indent(depth: number): string {
  return `${'  |'.repeat(depth)}--`;
}
