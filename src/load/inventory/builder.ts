import type { InventoryPlace, VarsSource } from '../../model/inventory.ts';
import type { Position } from '../../model/position.ts';
import type { Value, ValueMap } from '../../model/value.ts';
import { copyPlace, positionOf } from '../../util/yaml.ts';
import type { Faults } from '../faults.ts';

export interface GroupDraft {
  readonly name: string;
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly vars: VarsSource[];
  /** `ansible_group_priority`: of two groups of one depth the higher one wins. */
  priority: number;
  readonly position: Position | undefined;
}

export interface HostDraft {
  readonly name: string;
  readonly vars: VarsSource[];
  readonly position: Position | undefined;
  readonly namedIn: InventoryPlace | undefined;
}

/** Level of variables written in an inventory file, by what they belong to. */
const groupLevel = 3;
const hostLevel = 8;

/** Takes in what inventory files say, in any order and from several sources. */
export class InventoryBuilder {
  readonly faults: Faults;
  readonly hosts = new Map<string, HostDraft>();
  readonly groups = new Map<string, GroupDraft>();
  /** What is being read. */
  place: InventoryPlace | undefined;

  constructor(faults: Faults) {
    this.faults = faults;
    this.addGroup('all');
    this.addGroup('ungrouped');
    this.groups.get('all')?.children.add('ungrouped');
  }

  addGroup(name: string, position?: Position): GroupDraft {
    const found = this.groups.get(name);
    if (found) return found;
    this.#checkName('group', name, position);
    const group: GroupDraft = {
      name,
      hosts: new Set(),
      children: new Set(),
      vars: [],
      priority: 1,
      position,
    };
    this.groups.set(name, group);
    return group;
  }

  addHost(name: string, group: string, position?: Position): HostDraft {
    this.addGroup(group, position).hosts.add(name);
    const found = this.hosts.get(name);
    if (found) return found;
    this.#checkName('host', name, position);
    const host: HostDraft = { name, vars: [], position, namedIn: this.place };
    this.hosts.set(name, host);
    return host;
  }

  /** Makes one group part of another; a circle is a fault and left out. */
  addChild(parent: string, child: string, position?: Position): void {
    this.addGroup(child, position);
    if (child === parent || this.#reaches(child, parent)) {
      const circle =
        child === parent ? `"${child}" contains itself` : `"${child}" already contains "${parent}"`;
      this.faults.error('cyclic-groups', `groups cannot contain each other: ${circle}`, { position });
      return;
    }
    this.addGroup(parent, position).children.add(child);
  }

  setGroupVars(name: string, origin: string, values: ValueMap): void {
    const group = this.addGroup(name);
    const priority = values['ansible_group_priority'];
    if (priority !== undefined) this.#setPriority(group, values, priority);
    const rest = priority === undefined ? values : without(values, 'ansible_group_priority');
    group.vars.push({ origin, level: groupLevel, values: rest });
  }

  setHostVars(name: string, origin: string, values: ValueMap): void {
    this.hosts.get(name)?.vars.push({ origin, level: hostLevel, values });
  }

  #setPriority(group: GroupDraft, values: ValueMap, priority: Value): void {
    const number = Number(priority);
    if (Number.isInteger(number)) {
      group.priority = number;
      return;
    }
    this.faults.error('wrong-type', 'ansible_group_priority must be a whole number', {
      position: positionOf(values, 'ansible_group_priority'),
    });
  }

  /** Names stand in patterns and in paths below group_vars/ and host_vars/. */
  #checkName(what: string, name: string, position: Position | undefined): void {
    if (/^[^\s\p{Cc}/\\,!&~*?"']+$/u.test(name)) return;
    this.faults.error('bad-name', `${JSON.stringify(name)} is no name for a ${what}`, {
      position,
      hint: 'use letters, digits, dots, underscores and hyphens',
    });
  }

  #reaches(from: string, to: string, seen = new Set<string>()): boolean {
    if (seen.has(from)) return false;
    seen.add(from);
    const children = this.groups.get(from)?.children ?? [];
    for (const child of children) {
      if (child === to || this.#reaches(child, to, seen)) return true;
    }
    return false;
  }
}

function without(values: ValueMap, name: string): ValueMap {
  const rest: Record<string, Value> = {};
  for (const [key, value] of Object.entries(values)) {
    if (key === name) continue;
    rest[key] = value;
    copyPlace(values, key, rest);
  }
  return rest;
}
