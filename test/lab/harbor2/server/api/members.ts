import { parseBody } from '../body.ts';
import type { Call, Harbor, Routes } from '../harbor.ts';
import { badRequest, empty, HarborError, hidden, json, notFound } from '../http.ts';
import { page } from '../query.ts';
import { type Member, nextId } from '../state.ts';
import { projectOf } from './project-path.ts';

export const memberRoutes: Routes = {
  'GET /projects/{project_name_or_id}/members': list,
  'POST /projects/{project_name_or_id}/members': add,
  'GET /projects/{project_name_or_id}/members/{mid}': (call) =>
    json(view(call.harbor, memberOf(call, 'read'))),
  'PUT /projects/{project_name_or_id}/members/{mid}': update,
  'DELETE /projects/{project_name_or_id}/members/{mid}': remove,
};

const roles = ['projectAdmin', 'developer', 'guest', 'maintainer', 'limitedGuest'];

function list(call: Call) {
  const { harbor, request } = call;
  const project = projectOf(call, 'list', 'member');
  const name = request.query.get('entityname') ?? '';
  const found = harbor.state.members.filter(
    (member) => member.projectId === project.id && entityName(harbor, member).includes(name),
  );
  return page(request, found, (member) => view(harbor, member), {
    fields: { entity_name: (member) => entityName(harbor, member) },
    sort: 'entity_name',
  });
}

function add(call: Call) {
  const { state } = call.harbor;
  const project = projectOf(call, 'create', 'member');
  const body = parseBody('project_member', call.request.body);
  const entity = entityOf(call);
  const same = state.members.some(
    (one) =>
      one.projectId === project.id &&
      one.entityId === entity.entityId &&
      one.entityType === entity.entityType,
  );
  if (same) throw new HarborError('CONFLICT', 'The project member specified already exist');
  const role = checkedRole(body.whole('role_id'));
  const id = nextId(state, 'member');
  state.members.push({ id, projectId: project.id, ...entity, role });
  const place = call.params['project_name_or_id'];
  return empty(201, { location: `/api/v2.0/projects/${place}/members/${id}` });
}

function entityOf({ harbor, request }: Call): Pick<Member, 'entityId' | 'entityType'> {
  const { state } = harbor;
  const body = parseBody('project_member', request.body);
  const user = body.object('member_user');
  const group = body.object('member_group');
  const userId = user?.whole('user_id') ?? 0;
  const username = user?.text('username') ?? '';
  if (userId > 0) {
    if (!state.users.some((one) => one.id === userId))
      throw badRequest(`Failed to get user ${userId}: user ${userId} not found`);
    return { entityId: userId, entityType: 'u' };
  }
  if (username !== '') {
    const found = state.users.find((one) => one.name === username);
    if (found === undefined) throw notFound(`${username} not found`);
    return { entityId: found.id, entityType: 'u' };
  }
  const groupName = group?.text('group_name') ?? '';
  if (groupName === '') throw hidden('can not get valid member entity');
  const found = state.groups.find((one) => one.name === groupName);
  // With users in Harbor's own database there is no directory to take a group from.
  if (found === undefined) throw notFound(`${groupName} not found`);
  return { entityId: found.id, entityType: 'g' };
}

function update(call: Call) {
  const member = memberOf(call, 'update');
  member.role = checkedRole(parseBody('role', call.request.body).whole('role_id'));
  return empty();
}

function remove(call: Call) {
  const { state } = call.harbor;
  const member = memberOf(call, 'delete');
  state.members = state.members.filter((one) => one !== member);
  return empty();
}

function checkedRole(role: number | undefined): number {
  if (role === undefined || roles[role - 1] === undefined)
    throw badRequest('Failed to update project member, role is not in 1,2,3');
  return role;
}

function memberOf(call: Call, action: string): Member {
  const project = projectOf(call, action, 'member');
  const id = Number(call.params['mid']);
  const member = call.harbor.state.members.find((one) => one.projectId === project.id && one.id === id);
  if (member === undefined) throw notFound(`the project member ${id} not found`);
  return member;
}

function entityName({ state }: Harbor, member: Member): string {
  const among = member.entityType === 'u' ? state.users : state.groups;
  return among.find((one) => one.id === member.entityId)?.name ?? '';
}

function view(harbor: Harbor, member: Member) {
  return {
    entity_id: member.entityId,
    entity_name: entityName(harbor, member),
    entity_type: member.entityType,
    id: member.id,
    project_id: member.projectId,
    role_id: member.role,
    role_name: roles[member.role - 1] ?? '',
  };
}
