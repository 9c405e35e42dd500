import type { Play, Role, VarsLevel } from '../model/playbook.ts';
import { publicVars } from '../model/roles.ts';
import type { ValueMap } from '../model/value.ts';

/** Variables that roles bring, by where they stand among the others; each lowest precedence first. */
export interface RoleVars {
  /** Every other source wins over them. */
  readonly defaults: readonly ValueMap[];
  /** They win over the play's, blocks and tasks over them. */
  readonly vars: readonly ValueMap[];
  /** What a role is called with, and what the engine sets: they win over blocks and tasks. */
  readonly params: readonly ValueMap[];
}

/** What a task sees of the roles of its play, and of those it belongs to. */
export function roleVarsOf(play: Play, roles: readonly Role[]): RoleVars {
  const levels = [...sharedOf(play), ...roles.flatMap((role) => role.vars)];
  const between = (above: number, upTo: number) =>
    levels.filter(({ level }) => level > above && level <= upTo).map(({ values }) => values);
  return { defaults: between(0, 2), vars: between(2, 15), params: between(15, 24) };
}

/** All of them, without order. */
export function allRoleVars({ defaults, vars, params }: RoleVars): ValueMap[] {
  return [...defaults, ...vars, ...params];
}

const known = new WeakMap<Play, readonly VarsLevel[]>();

function sharedOf(play: Play): readonly VarsLevel[] {
  const shared = known.get(play) ?? publicVars([...play.preTasks, ...play.tasks, ...play.postTasks]);
  known.set(play, shared);
  return shared;
}
