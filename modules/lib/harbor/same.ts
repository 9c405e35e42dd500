// What both generations write the same way.

import type { ConfigurationItem, Member, MemberRole, Project, User } from './model.ts';
import { type Fields, fields, number, text, texts } from './shapes.ts';

export function toProject(project: Fields): Project {
  return {
    id: number(project['project_id']),
    name: text(project['name']),
    repositoryCount: number(project['repo_count']),
    metadata: texts(project['metadata']),
  };
}

/** A member; a role the generation's table does not have is taken for the weakest. */
export function toMember(member: Fields, roles: Readonly<Partial<Record<MemberRole, number>>>): Member {
  const names: readonly MemberRole[] = ['project_admin', 'maintainer', 'developer', 'guest', 'limited_guest'];
  const role = names.find((name) => roles[name] === member['role_id']);
  return {
    id: number(member['id']),
    name: text(member['entity_name']),
    kind: member['entity_type'] === 'g' ? 'group' : 'user',
    role: role ?? 'guest',
  };
}

/** A user; of all that 1.5 sends (password hashes too) only this leaves the client. */
export function toUser(user: Fields): User {
  return {
    id: number(user['user_id']),
    name: text(user['username']),
    email: text(user['email']),
    realName: text(user['realname']),
    comment: text(user['comment']),
    administrator: user['sysadmin_flag'] === true || user['has_admin_role'] === 1,
  };
}

/** Plain values only: a schedule is no value to compare. */
export function configurationItems(answer: Fields): Readonly<Record<string, ConfigurationItem>> {
  const items: [string, ConfigurationItem][] = [];
  for (const [name, item] of Object.entries(answer)) {
    const { value, editable } = fields(item);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
    items.push([name, { value, editable: editable === true }]);
  }
  return Object.fromEntries(items);
}
