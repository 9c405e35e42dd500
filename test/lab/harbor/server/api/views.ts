// How rows look in the API.

import {
  apiTime,
  type JobRow,
  type LabelRow,
  type ProjectRow,
  type RepositoryRow,
  type TargetRow,
  type UserRow,
} from '../tables.ts';

/** A project; the plain form, inside a policy, has none of what depends on the caller. */
export function projectView(
  project: ProjectRow,
  metadata: Readonly<Record<string, string>>,
  seen: { readonly togglable: boolean; readonly role: number; readonly repositories: number } = {
    togglable: false,
    role: 0,
    repositories: 0,
  },
) {
  return {
    project_id: project.project_id,
    owner_id: project.owner_id,
    name: project.name,
    creation_time: apiTime(project.creation_time),
    update_time: apiTime(project.update_time),
    deleted: project.deleted,
    owner_name: '',
    togglable: seen.togglable,
    current_user_role_id: seen.role,
    repo_count: seen.repositories,
    metadata,
  };
}

/** A user; the list, unlike the single one, shows the password's hash. */
export function userView(user: UserRow, password = '') {
  return {
    user_id: user.user_id,
    username: user.username,
    email: user.email,
    password,
    realname: user.realname,
    comment: user.comment ?? '',
    deleted: user.deleted,
    role_name: '',
    role_id: 0,
    has_admin_role: user.sysadmin_flag,
    reset_uuid: user.reset_uuid ?? '',
    creation_time: apiTime(user.creation_time),
    update_time: apiTime(user.update_time),
  };
}

export function repositoryView(row: RepositoryRow, tags: number, labels: readonly LabelRow[]) {
  return {
    id: row.repository_id,
    name: row.name,
    project_id: row.project_id,
    description: row.description ?? '',
    pull_count: row.pull_count,
    star_count: row.star_count,
    tags_count: tags,
    labels: labels.map(labelView),
    creation_time: apiTime(row.creation_time),
    update_time: apiTime(row.update_time),
  };
}

export function labelView(row: LabelRow) {
  return {
    id: row.id,
    name: row.name,
    description: row.description ?? '',
    color: row.color ?? '',
    scope: row.scope,
    project_id: row.project_id,
    creation_time: apiTime(row.creation_time),
    update_time: apiTime(row.update_time),
  };
}

/** A target; its password is never shown. */
export function targetView(row: TargetRow) {
  return {
    id: row.id,
    endpoint: row.url,
    name: row.name,
    username: row.username ?? '',
    password: '',
    type: row.target_type,
    insecure: row.insecure === 1,
    creation_time: apiTime(row.creation_time),
    update_time: apiTime(row.update_time),
  };
}

export function jobView(row: JobRow) {
  return {
    id: row.id,
    status: row.status,
    repository: row.repository,
    policy_id: row.policy_id,
    operation: row.operation,
    tags: (row.tags ?? '').split(',').filter((tag) => tag !== ''),
    creation_time: apiTime(row.creation_time),
    update_time: apiTime(row.update_time),
  };
}

/** A truth value as Go's ParseBool takes it; undefined for anything else. */
export function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}
