import type { Fault } from './errors.ts';
import type { Position } from './position.ts';
import type { ValueMap } from './value.ts';

/** One managed node as the inventory names it. */
export interface Host {
  readonly name: string;
  /** Names of all groups it is in, nearest last as Ansible merges them: all, parents, children. */
  readonly groups: readonly string[];
  /** Variables with their sources, lowest precedence first (inventory file, group_vars, host_vars). */
  readonly vars: readonly VarsSource[];
  readonly position?: Position;
  /** Where it was first named; not set for hosts that no inventory names. */
  readonly namedIn?: InventoryPlace;
}

/** One file or list of hosts that an inventory is made of. */
export interface InventoryPlace {
  /** Absolute path of the file, for `{{ inventory_file }}`; or the list as given with `-i`. */
  readonly file: string;
  /** The folder of the file, for `{{ inventory_dir }}`; null for a list. */
  readonly directory: string | null;
}

export interface Group {
  readonly name: string;
  /** All its hosts, those of its children included. */
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  /** The hosts written in the group itself. */
  readonly directHosts?: readonly string[];
  /** What inventory files say for the group, lowest precedence first. */
  readonly vars?: readonly VarsSource[];
  /** `ansible_group_priority`: of two groups of one depth the higher one wins; default 1. */
  readonly priority?: number;
}

/** `group_vars/` and `host_vars/` of one directory; a file is read when it is first asked for. */
export interface VarsFolders {
  forGroup(name: string): readonly VarsSource[];
  forHost(name: string): readonly VarsSource[];
  /** Groups it may have variables of, whether there are such groups or not. */
  groupNames(): readonly string[];
}

/** Folders beside the inventories, and beside the playbooks. */
export interface VarsPlaces {
  readonly inventory: readonly VarsFolders[];
  readonly playbook: readonly VarsFolders[];
}

/** A mapping of variables and where it was written; `level` is Ansible's precedence number (1..22). */
export interface VarsSource {
  readonly origin: string;
  readonly level: number;
  readonly values: ValueMap;
}

/** What `-i` named, merged. Hosts and groups keep the order they were written in. */
export interface Inventory {
  readonly sources: readonly string[];
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
  /** Directory of the first inventory. */
  readonly directory: string;
  /** The control node, for `hosts: localhost` and `delegate_to` where no inventory names it. */
  readonly implicitLocalhost?: Host;
  /** For hosts and groups that are made while a run goes on. Throws InventoryError for an unreadable file. */
  readonly varsPlaces?: VarsPlaces;
  /** Groups that have files of variables, but are not there before the run; with the warning of each file. */
  readonly strangeGroups?: readonly { readonly name: string; readonly fault: Fault }[];
}
