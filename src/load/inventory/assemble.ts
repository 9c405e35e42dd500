import type { Group, Host, Inventory, VarsPlaces } from '../../model/inventory.ts';
import { membersOf, mergeOrder, varsOfHost } from '../../util/host-vars.ts';
import type { GroupDraft, InventoryBuilder } from './builder.ts';

export interface AssembleOptions {
  readonly sources: readonly string[];
  readonly directory: string;
  /** Directories with group_vars/ and host_vars/: of the inventories first, then of the playbooks. */
  readonly varsDirectories: VarsPlaces;
}

/** Puts together what the sources said: implied groups, order of groups, variables by precedence. */
export function assembleInventory(builder: InventoryBuilder, options: AssembleOptions): Inventory {
  completeGroups(builder);
  const groups = new Map<string, Group>();
  for (const draft of builder.groups.values()) {
    groups.set(draft.name, {
      name: draft.name,
      hosts: membersOf(builder.groups, draft.name),
      children: [...draft.children],
      directHosts: [...draft.hosts],
      vars: draft.vars,
      priority: draft.priority,
    });
  }
  const memberships = membershipsOf(mergeOrder(builder.groups), groups);
  const hosts = new Map<string, Host>();
  for (const name of groups.get('all')?.hosts ?? []) {
    const draft = builder.hosts.get(name);
    if (!draft) continue;
    const memberOf = memberships.get(name) ?? [];
    hosts.set(name, {
      name,
      groups: memberOf.map((group) => group.name),
      vars: varsOfHost(name, memberOf, draft.vars, options.varsDirectories),
      ...(draft.position ? { position: draft.position } : {}),
      ...(draft.namedIn ? { namedIn: draft.namedIn } : {}),
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

/** The groups of each host, in the given order. */
function membershipsOf(
  order: readonly GroupDraft[],
  groups: ReadonlyMap<string, Pick<Group, 'hosts'>>,
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

/** The control node, for plays on `localhost` where the inventory does not name it. */
function implicitLocalhost(builder: InventoryBuilder, options: AssembleOptions): Host {
  const own = { origin: 'implicit localhost', level: 8, values: { ansible_connection: 'local' } };
  const all = builder.addGroup('all');
  const vars = varsOfHost('localhost', [all], [own], options.varsDirectories);
  return { name: 'localhost', groups: ['all'], vars };
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
