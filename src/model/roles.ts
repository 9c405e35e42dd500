import type { Block, Role, TaskNode, VarsLevel } from './playbook.ts';

/** Levels that a role shows to others: what its calls hand to it is its own. */
const highestShared = 15;

/** The defaults and vars of a role, without what only its own tasks see. */
export function sharedVars(role: Role): readonly VarsLevel[] {
  return role.vars.filter(({ level }) => level <= highestShared);
}

/** What the roles among these nodes show to the other tasks of the play, lowest precedence first. */
export function publicVars(nodes: readonly TaskNode[]): VarsLevel[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'task' || node.role?.isPublic === false) return [];
    // Those of a dependency are among the variables of the role that needs it.
    const own = node.role && !node.role.isDependency ? sharedVars(node.role) : [];
    return [...publicVars(childrenOf(node)), ...own];
  });
}

/** Every role that is called among these nodes, in the order of its tasks; those it depends on come first. */
export function rolesIn(nodes: readonly TaskNode[]): Role[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'task') return [];
    return [...rolesIn(childrenOf(node)), ...(node.role ? [node.role] : [])];
  });
}

/**
 * The handlers of the roles among these nodes, each inside the blocks that its role is called in. A role
 * that is called twice in the same way brings them once.
 *
 * @param seen identities of roles whose handlers are there already; gets those found
 */
export function handlersIn(nodes: readonly TaskNode[], seen: Set<string> = new Set()): Block[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'task') return [];
    const inner: TaskNode[] = handlersIn(childrenOf(node), seen);
    const { role } = node;
    if (role && !seen.has(role.identity)) {
      seen.add(role.identity);
      inner.push(...role.handlers);
    }
    return inner.length === 0 ? [] : [{ ...node, tasks: inner, rescue: [], always: [] }];
  });
}

function childrenOf(block: Block): TaskNode[] {
  return [...block.tasks, ...block.rescue, ...block.always];
}
