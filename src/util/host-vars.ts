import type { VarsPlaces, VarsSource } from '../model/inventory.ts';

/** What the order of groups and their members hang on. */
export interface GroupNode {
  readonly name: string;
  /** The hosts of the group itself. */
  readonly hosts: ReadonlySet<string>;
  readonly children: ReadonlySet<string>;
  readonly vars: readonly VarsSource[];
  readonly priority: number;
}

/** All hosts of a group, its own first, then those of its children, level by level. */
export function membersOf(groups: ReadonlyMap<string, GroupNode>, name: string): string[] {
  const members = new Set<string>();
  const seen = new Set([name]);
  for (const group of seen) {
    const node = groups.get(group);
    for (const host of node?.hosts ?? []) members.add(host);
    for (const child of node?.children ?? []) seen.add(child);
  }
  return [...members];
}

/** Groups in the order their variables are merged, later ones winning: by depth, then priority, then name. */
export function mergeOrder<Node extends GroupNode>(groups: ReadonlyMap<string, Node>): Node[] {
  const depths = new Map<string, number>();
  const visit = (name: string, depth: number): void => {
    if ((depths.get(name) ?? -1) >= depth) return;
    depths.set(name, depth);
    for (const child of groups.get(name)?.children ?? []) visit(child, depth + 1);
  };
  visit('all', 0);
  return [...groups.values()].sort(
    (a, b) =>
      (depths.get(a.name) ?? 0) - (depths.get(b.name) ?? 0) ||
      a.priority - b.priority ||
      (a.name < b.name ? -1 : 1),
  );
}

/**
 * Puts together the variables of a host: levels 3 to 10 of Ansible's precedence, lowest first.
 *
 * @param groups all it is in, in the order of `mergeOrder`
 * @param own what inventory files say for the host itself
 */
export function varsOfHost(
  host: string,
  groups: readonly GroupNode[],
  own: readonly VarsSource[],
  places: VarsPlaces,
): VarsSource[] {
  return [
    ...varsOfGroups(groups, places),
    ...own,
    ...places.inventory.flatMap((folders) => folders.forHost(host)),
    ...places.playbook.flatMap((folders) => folders.forHost(host)),
  ];
}

/** Variables that come from groups: levels 3 to 7, lowest first. */
function varsOfGroups(groups: readonly GroupNode[], { inventory, playbook }: VarsPlaces): VarsSource[] {
  const others = groups.filter((group) => group.name !== 'all');
  return [
    ...groups.flatMap((group) => group.vars),
    ...inventory.flatMap((folders) => folders.forGroup('all')),
    ...playbook.flatMap((folders) => folders.forGroup('all')),
    ...inventory.flatMap((folders) => others.flatMap((group) => folders.forGroup(group.name))),
    ...playbook.flatMap((folders) => others.flatMap((group) => folders.forGroup(group.name))),
  ];
}
