import { isDeepStrictEqual } from 'node:util';
import type { Group, Host, Inventory, VarsPlaces, VarsSource } from '../model/inventory.ts';
import type { ValueMap } from '../model/value.ts';
import { type GroupNode, membersOf, mergeOrder, varsOfHost } from '../util/host-vars.ts';

/** Where Ansible puts the variables of hosts made by `add_host`: those of an inventory file. */
const hostVarsLevel = 8;

const noPlaces: VarsPlaces = { inventory: [], playbook: [] };

/** What a task did to the inventory; done again after it was read anew. */
type Change =
  | {
      readonly kind: 'host';
      readonly name: string;
      readonly groups: readonly string[];
      readonly vars: ValueMap;
    }
  | {
      readonly kind: 'group';
      readonly host: string;
      readonly group: string;
      readonly parents: readonly string[];
    };

/** The inventory with what `add_host`, `group_by` and `refresh_inventory` did to it during the run. */
export class LiveInventory {
  #base: Inventory;
  /** Made at the first change. */
  #draft: Draft | undefined;
  #current: Inventory | undefined;
  #groups: ValueMap | undefined;
  readonly #changes: Change[] = [];

  constructor(inventory: Inventory) {
    this.#base = inventory;
  }

  get current(): Inventory {
    this.#current ??= this.#draft ? this.#draft.view(this.#base) : this.#base;
    return this.#current;
  }

  /** `groups`: the names of the hosts of every group. */
  get groups(): ValueMap {
    this.#groups ??= namesByGroup(this.current);
    return this.#groups;
  }

  host(name: string): Host | undefined {
    return (this.#draft?.hosts ?? this.#base.hosts).get(name);
  }

  /** A host by name, and `localhost` even where the inventory does not mention it. */
  hostOrLocal(name: string): Host | undefined {
    return this.host(name) ?? (isLocalName(name) ? this.#localhost(name) : undefined);
  }

  /** Takes an inventory that was read anew, with all hosts and groups that tasks made. */
  replace(inventory: Inventory): void {
    this.#base = inventory;
    this.#draft = undefined;
    this.#forget();
    for (const change of this.#changes) this.#carryOut(change);
  }

  /**
   * @returns false where everything was so already
   * @throws InventoryError where a file of variables of one of its groups cannot be read
   */
  addHost(name: string, groups: readonly string[], vars: ValueMap): boolean {
    return this.#change({ kind: 'host', name, groups, vars });
  }

  /**
   * @returns false where the host was in the group already
   * @throws InventoryError where a file of variables of the group cannot be read
   */
  addToGroup(host: string, group: string, parents: readonly string[]): boolean {
    return this.#change({ kind: 'group', host, group, parents });
  }

  #change(change: Change): boolean {
    this.#changes.push(change);
    return this.#carryOut(change);
  }

  #carryOut(change: Change): boolean {
    this.#draft ??= new Draft(this.#base);
    const isChanged =
      change.kind === 'host' ? this.#draft.addHost(change) : this.#addToGroup(this.#draft, change);
    if (isChanged) this.#forget();
    return isChanged;
  }

  #addToGroup(draft: Draft, change: Change & { readonly kind: 'group' }): boolean {
    const host = this.hostOrLocal(change.host);
    return host !== undefined && draft.addToGroup(host, change.group, change.parents);
  }

  #localhost(name: string): Host {
    return this.#draft?.locals.get(name) ?? this.#base.implicitLocalhost ?? implicitLocal(name);
  }

  #forget(): void {
    this.#current = undefined;
    this.#groups = undefined;
  }
}

/** Names that mean the control node without an inventory entry. */
export function isLocalName(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '::1';
}

function implicitLocal(name: string): Host {
  const values = { ansible_connection: 'local' };
  return { name, groups: ['all'], vars: [{ origin: 'implicit localhost', level: hostVarsLevel, values }] };
}

function namesByGroup({ hosts, groups }: Inventory): ValueMap {
  const names = [...groups].map(([name, group]) => [name, group.hosts] as const);
  return { all: [...hosts.keys()], ungrouped: [], ...Object.fromEntries(names) };
}

interface LiveGroup extends GroupNode {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
}

/** Hosts and groups that can be changed. */
class Draft {
  readonly hosts: Map<string, Host>;
  /** The control node where it is in groups, but the inventory does not name it. */
  readonly locals = new Map<string, Host>();
  readonly #groups = new Map<string, LiveGroup>();
  readonly #places: VarsPlaces;
  /** Place of each group in the order of merging; undefined where groups or their links changed since. */
  #ranks: ReadonlyMap<string, number> | undefined;

  constructor({ hosts, groups, varsPlaces = noPlaces }: Inventory) {
    this.hosts = new Map(hosts);
    this.#places = varsPlaces;
    for (const group of groups.values()) {
      this.#groups.set(group.name, {
        name: group.name,
        hosts: new Set(group.directHosts ?? group.hosts),
        children: new Set(group.children),
        vars: group.vars ?? [],
        priority: group.priority ?? 1,
      });
    }
    for (const name of ['all', 'ungrouped']) this.#group(name);
    for (const name of groups.keys()) this.#underAll(name);
  }

  addHost({ name, groups, vars }: Change & { readonly kind: 'host' }): boolean {
    const present = this.hosts.get(name);
    const made = groups.filter((group) => this.#make(group));
    const joined = groups.filter((group) => join(this.#group(group).hosts, name));
    for (const group of made) this.#underAll(group);
    const own = present ? ownVars(present) : [];
    const isNews = Object.entries(vars).some(([key, value]) => !isDeepStrictEqual(latest(own, key), value));
    const added = isNews ? [{ origin: 'add_host', level: hostVarsLevel, values: vars }] : [];
    if (present && made.length + joined.length + added.length === 0) return false;
    const memberOf = [...(present?.groups ?? []), ...this.#withAncestors(groups)];
    this.hosts.set(
      name,
      this.#placed(present ?? { name, groups: [], vars: [] }, memberOf, [...own, ...added]),
    );
    return true;
  }

  addToGroup(host: Host, name: string, parents: readonly string[]): boolean {
    const made = [name, ...parents].filter((group) => this.#make(group));
    const linked = parents.filter((parent) => this.#link(parent, name));
    const isIn = host.groups.includes(name) || !join(this.#group(name).hosts, host.name);
    for (const group of made) this.#underAll(group);
    if (made.length === 0 && linked.length === 0 && isIn) return false;
    const touched = linked.length > 0 ? membersOf(this.#groups, name) : [host.name];
    const above = this.#withAncestors([name]);
    for (const member of touched) {
      const known = this.hosts.has(member) ? this.hosts : this.locals;
      const present = member === host.name ? host : known.get(member);
      if (present) known.set(member, this.#placed(present, [...present.groups, ...above], ownVars(present)));
    }
    return true;
  }

  /** The inventory as it is now. */
  view(base: Inventory): Inventory {
    const groups = new Map<string, Group>();
    for (const { name, hosts, children, vars, priority } of this.#groups.values()) {
      const members = membersOf(this.#groups, name).filter((host) => name !== 'all' || this.hosts.has(host));
      groups.set(name, {
        ...{ name, vars, priority, hosts: members },
        ...{ children: [...children], directHosts: [...hosts] },
      });
    }
    return { ...base, hosts: this.hosts, groups };
  }

  #group(name: string): LiveGroup {
    const known = this.#groups.get(name);
    if (known) return known;
    const group: LiveGroup = { name, hosts: new Set(), children: new Set(), vars: [], priority: 1 };
    this.#groups.set(name, group);
    this.#ranks = undefined;
    return group;
  }

  /** @returns false where there is such a group */
  #make(name: string): boolean {
    if (this.#groups.has(name)) return false;
    this.#group(name);
    return true;
  }

  #link(parent: string, child: string): boolean {
    if (parent === child || this.#withAncestors([parent]).includes(child)) return false;
    if (!join(this.#group(parent).children, child)) return false;
    this.#ranks = undefined;
    return true;
  }

  /** What is in no group is in `all`. */
  #underAll(name: string): void {
    if (name === 'all') return;
    for (const group of this.#groups.values()) if (group.children.has(name)) return;
    this.#link('all', name);
  }

  /** Groups with all that they are in. */
  #withAncestors(names: readonly string[]): string[] {
    const found = new Set(names);
    for (const name of found) {
      for (const group of this.#groups.values()) if (group.children.has(name)) found.add(group.name);
    }
    return [...found];
  }

  /** The host with its groups in order and all that they give it. */
  #placed(host: Host, memberOf: readonly string[], own: readonly VarsSource[]): Host {
    const names = new Set(['all', ...memberOf]);
    const { hosts: ungrouped } = this.#group('ungrouped');
    names.delete('ungrouped');
    ungrouped.delete(host.name);
    if (names.size === 1) {
      names.add('ungrouped');
      ungrouped.add(host.name);
    }
    const groups = this.#inOrder(names);
    const vars = varsOfHost(host.name, groups, own, this.#places);
    return { ...host, groups: groups.map((group) => group.name), vars };
  }

  #inOrder(names: ReadonlySet<string>): LiveGroup[] {
    this.#ranks ??= new Map(mergeOrder(this.#groups).map((group, rank) => [group.name, rank]));
    const ranks = this.#ranks;
    return [...names]
      .map((name) => this.#group(name))
      .sort((a, b) => (ranks.get(a.name) ?? 0) - (ranks.get(b.name) ?? 0));
  }
}

/** @returns false where it was in already */
function join(set: Set<string>, name: string): boolean {
  if (set.has(name)) return false;
  set.add(name);
  return true;
}

/** What is said for the host itself: the rest comes from its groups and from files. */
function ownVars(host: Host): VarsSource[] {
  return host.vars.filter(({ level }) => level === hostVarsLevel);
}

function latest(sources: readonly VarsSource[], name: string) {
  return sources.findLast(({ values }) => Object.hasOwn(values, name))?.values[name];
}
