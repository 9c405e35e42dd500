import type { Group, Host, Inventory, VarsSource } from '../../model/inventory.ts';
import type { GroupDraft, InventoryBuilder } from './builder.ts';
import type { VarsDirectory } from './vars-directories.ts';

export interface AssembleOptions {
  readonly sources: readonly string[];
  readonly directory: string;
  /** Directories with group_vars/ and host_vars/: of the inventories first, then of the playbooks. */
  readonly varsDirectories: {
    readonly inventory: readonly VarsDirectory[];
    readonly playbook: readonly VarsDirectory[];
  };
}

/** Puts together what the sources said: implied groups, order of groups, variables by precedence. */
export function assembleInventory(builder: InventoryBuilder, options: AssembleOptions): Inventory {
  completeGroups(builder);
  const groups = new Map<string, Group>();
  for (const draft of builder.groups.values()) {
    groups.set(draft.name, {
      name: draft.name,
      hosts: membersOf(builder, draft.name),
      children: [...draft.children],
      directHosts: [...draft.hosts],
    });
  }
  const memberships = membershipsOf(mergeOrder(builder), groups);
  const hosts = new Map<string, Host>();
  for (const name of groups.get('all')?.hosts ?? []) {
    const draft = builder.hosts.get(name);
    if (!draft) continue;
    const memberOf = memberships.get(name) ?? [];
    hosts.set(name, {
      name,
      groups: memberOf.map((group) => group.name),
      vars: varsOf(name, memberOf, draft.vars, options),
      ...(draft.position ? { position: draft.position } : {}),
    });
  }
  reportAmbiguous(builder);
  const localhost = implicitLocalhost(builder, options);
  return {
    sources: options.sources,
    hosts,
    groups,
    directory: options.directory,
    implicitLocalhost: localhost,
  };
}

/** Groups nobody contains belong to `all`, hosts of no group to `ungrouped`. */
function completeGroups(builder: InventoryBuilder): void {
  const all = builder.addGroup('all');
  const contained = new Set([...builder.groups.values()].flatMap((group) => [...group.children]));
  for (const name of builder.groups.keys()) {
    if (name !== 'all' && !contained.has(name)) all.children.add(name);
  }
  const grouped = new Set<string>();
  for (const group of builder.groups.values()) {
    if (group.name === 'all' || group.name === 'ungrouped') continue;
    for (const host of group.hosts) grouped.add(host);
  }
  const ungrouped = builder.addGroup('ungrouped');
  for (const host of builder.hosts.keys()) {
    if (grouped.has(host)) ungrouped.hosts.delete(host);
    else ungrouped.hosts.add(host);
  }
}

/** All hosts of a group, its own first, then those of its children, level by level. */
function membersOf(builder: InventoryBuilder, name: string): string[] {
  const members = new Set<string>();
  const seen = new Set([name]);
  for (const group of seen) {
    const draft = builder.groups.get(group);
    for (const host of draft?.hosts ?? []) members.add(host);
    for (const child of draft?.children ?? []) seen.add(child);
  }
  return [...members];
}

/** Groups in the order their variables are merged: by depth, then priority, then name. */
function mergeOrder(builder: InventoryBuilder): GroupDraft[] {
  const depths = new Map<string, number>();
  const visit = (name: string, depth: number): void => {
    if ((depths.get(name) ?? -1) >= depth) return;
    depths.set(name, depth);
    for (const child of builder.groups.get(name)?.children ?? []) visit(child, depth + 1);
  };
  visit('all', 0);
  return [...builder.groups.values()].sort(
    (a, b) =>
      (depths.get(a.name) ?? 0) - (depths.get(b.name) ?? 0) ||
      a.priority - b.priority ||
      (a.name < b.name ? -1 : 1),
  );
}

/** The groups of each host, in the given order. */
function membershipsOf(
  order: readonly GroupDraft[],
  groups: ReadonlyMap<string, Group>,
): ReadonlyMap<string, readonly GroupDraft[]> {
  const memberships = new Map<string, GroupDraft[]>();
  for (const group of order) {
    for (const host of groups.get(group.name)?.hosts ?? []) {
      const found = memberships.get(host);
      if (found) found.push(group);
      else memberships.set(host, [group]);
    }
  }
  return memberships;
}

/** Levels 3 to 10 of Ansible's precedence, lowest first. */
function varsOf(
  host: string,
  groups: readonly GroupDraft[],
  own: readonly VarsSource[],
  options: AssembleOptions,
): VarsSource[] {
  const { inventory, playbook } = options.varsDirectories;
  const others = groups.filter((group) => group.name !== 'all');
  const forGroups = (directories: readonly VarsDirectory[]) =>
    directories.flatMap((directory) => others.flatMap((group) => directory.forGroup(group.name)));
  return [
    ...groups.flatMap((group) => group.vars),
    ...inventory.flatMap((directory) => directory.forGroup('all')),
    ...playbook.flatMap((directory) => directory.forGroup('all')),
    ...forGroups(inventory),
    ...forGroups(playbook),
    ...own,
    ...inventory.flatMap((directory) => directory.forHost(host)),
    ...playbook.flatMap((directory) => directory.forHost(host)),
  ];
}

/** The control node, for plays on `localhost` where the inventory does not name it. */
function implicitLocalhost(builder: InventoryBuilder, options: AssembleOptions): Host {
  const own = { origin: 'implicit localhost', level: 8, values: { ansible_connection: 'local' } };
  const all = builder.addGroup('all');
  return { name: 'localhost', groups: ['all'], vars: varsOf('localhost', [all], [own], options) };
}

function reportAmbiguous(builder: InventoryBuilder): void {
  for (const [name, host] of builder.hosts) {
    if (!builder.groups.has(name)) continue;
    builder.faults.warning('group-and-host', `"${name}" is the name of a host and of a group`, {
      position: host.position,
      hint: 'a pattern with that name means the group',
    });
  }
}
