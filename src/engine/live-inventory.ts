import type { Group, Host, Inventory } from '../model/inventory.ts';
import type { ValueMap } from '../model/value.ts';

/** Where Ansible puts the variables of hosts made by `add_host`: those of an inventory file. */
const hostVarsLevel = 8;

/** The inventory with what `add_host`, `group_by` and `refresh_inventory` did to it during the run. */
export class LiveInventory {
  #inventory: Inventory;

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
  }

  get current(): Inventory {
    return this.#inventory;
  }

  host(name: string): Host | undefined {
    return this.#inventory.hosts.get(name);
  }

  /** A host by name, and `localhost` even where the inventory does not mention it. */
  hostOrLocal(name: string): Host | undefined {
    return (
      this.host(name) ??
      (isLocalName(name) ? (this.#inventory.implicitLocalhost ?? implicitLocal(name)) : undefined)
    );
  }

  /** Names of the hosts of a group and of all groups below it, in inventory order. */
  members(groupName: string): readonly string[] {
    return [...this.#inventory.hosts.values()]
      .filter((host) => host.groups.includes(groupName))
      .map((host) => host.name);
  }

  replace(inventory: Inventory): void {
    this.#inventory = inventory;
  }

  /** @returns false where everything was so already */
  addHost(name: string, groupNames: readonly string[], vars: ValueMap): boolean {
    const present = this.host(name);
    const missing = this.#withAncestors(groupNames).filter((group) => !present?.groups.includes(group));
    const source = { origin: 'add_host', level: hostVarsLevel, values: vars };
    this.#put(
      {
        ...(present ?? { name }),
        groups: [...(present?.groups ?? ['all']), ...missing],
        vars: Object.keys(vars).length > 0 ? [...(present?.vars ?? []), source] : (present?.vars ?? []),
      },
      missing,
    );
    return !present || missing.length > 0 || Object.keys(vars).length > 0;
  }

  /** @returns false where the host was in the group already */
  addToGroup(hostName: string, groupName: string, parents: readonly string[]): boolean {
    const present = this.host(hostName);
    if (!present) return false;
    const wanted = this.#withAncestors([...parents, groupName]);
    const missing = wanted.filter((group) => !present.groups.includes(group));
    if (missing.length === 0) return false;
    this.#put({ ...present, groups: [...present.groups, ...missing] }, missing);
    const groups = new Map(this.#inventory.groups);
    for (const parent of parents) groups.set(parent, withChild(groups.get(parent), parent, groupName));
    this.#inventory = { ...this.#inventory, groups };
    return true;
  }

  #put(host: Host, memberOf: readonly string[]): void {
    const hosts = new Map(this.#inventory.hosts).set(host.name, host);
    const groups = new Map(this.#inventory.groups);
    for (const name of ['all', ...memberOf]) groups.set(name, withMember(groups.get(name), name, host.name));
    this.#inventory = { ...this.#inventory, hosts, groups };
  }

  /** Groups with all that they are in, outer ones first. */
  #withAncestors(names: readonly string[]): readonly string[] {
    const found = new Set<string>();
    const add = (name: string): void => {
      if (found.has(name) || name === 'all') return;
      for (const group of this.#inventory.groups.values()) if (group.children.includes(name)) add(group.name);
      found.add(name);
    };
    for (const name of names) add(name);
    return [...found];
  }
}

/** Names that mean the control node without an inventory entry. */
export function isLocalName(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '::1';
}

function implicitLocal(name: string): Host {
  const values = { ansible_connection: 'local' };
  return { name, groups: ['all'], vars: [{ origin: 'implicit localhost', level: 3, values }] };
}

function withMember(group: Group | undefined, name: string, member: string): Group {
  const hosts = group?.hosts ?? [];
  return {
    ...(group ?? { name, children: [] }),
    hosts: hosts.includes(member) ? hosts : [...hosts, member],
  };
}

function withChild(group: Group | undefined, name: string, child: string): Group {
  const children = group?.children ?? [];
  return {
    ...(group ?? { name, hosts: [] }),
    children: children.includes(child) ? children : [...children, child],
  };
}
