// Members of a project.

import { mayManage, mayRead, requireLogin } from '../caller.ts';
import { type Call, contains, type Handler, jsonBody } from '../harbor.ts';
import { find, type MemberRow, type ProjectRow } from '../tables.ts';
import { Answer, created, done, fail, json } from '../web.ts';
import { projectOf } from './projects.ts';

const ROLES: Readonly<Record<number, string>> = { 1: 'projectAdmin', 2: 'developer', 3: 'guest' };

interface MemberBody {
  readonly role_id: number;
  readonly member_user: { readonly username?: string; readonly user_id?: number } | null;
}

export const list: Handler = async (call) => {
  const project = await memberProject(call);
  const rows = await call.harbor.tables.select('project_member', {
    project_id: project.project_id,
    entity_type: 'u',
  });
  const all = await Promise.all(rows.map((row) => view(call, row)));
  const shown = all.filter((member) => contains(member.entity_name, call.request.query.get('entityname')));
  return json(shown.sort((a, b) => (a.entity_name < b.entity_name ? -1 : 1)));
};

export const get: Handler = async (call) => {
  const project = await memberProject(call);
  const id = Number(call.params['member']);
  const row = await find(call.harbor.tables, 'project_member', { id, project_id: project.project_id });
  return row === undefined
    ? fail(404, `The project member does not exit, pmid:${id}`)
    : json(await view(call, row));
};

export const add: Handler = async (call) => {
  const { harbor, request } = call;
  const { project_id } = await memberProject(call);
  const body = await jsonBody<MemberBody>(call, { role_id: 'number', member_user: 'object' });
  const role = body.role_id ?? 0;
  const { username = '', user_id } = body.member_user ?? {};
  const user = await find(
    harbor.tables,
    'user',
    user_id ? { user_id, deleted: 0 } : { username, deleted: 0 },
  );
  if (user === undefined) return fail(404, 'Failed to add project member, error: User does not exist');
  const where = { project_id, entity_id: user.user_id, entity_type: 'u' };
  if (await find(harbor.tables, 'project_member', where)) {
    await harbor.tables.update('project_member', where, { role });
    // Harbor forgets the number of a member that was there already.
    return created(request, 0);
  }
  if (role < 1 || role > 3) return fail(500);
  return created(request, await harbor.tables.insert('project_member', { ...where, role }));
};

export const update: Handler = async (call) => {
  await memberProject(call);
  const { role_id: role = 0 } = await jsonBody<MemberBody>(call, { role_id: 'number' });
  if (role < 1 || role > 3) return fail(400, `Invalid role id ${role}`);
  await call.harbor.tables.update('project_member', { id: Number(call.params['member']) }, { role });
  return done();
};

export const remove: Handler = async (call) => {
  await memberProject(call);
  await call.harbor.tables.remove('project_member', { id: Number(call.params['member']) });
  return done();
};

async function memberProject(call: Call): Promise<ProjectRow> {
  requireLogin(call.caller);
  const project = await projectOf(call);
  const allowed =
    (call.request.method === 'GET' && (await mayRead(call.harbor, call.caller, project))) ||
    (await mayManage(call.harbor, call.caller, project));
  if (!allowed) throw new Answer(fail(403));
  return project;
}

async function view(call: Call, row: MemberRow) {
  const user = await find(call.harbor.tables, 'user', { user_id: row.entity_id });
  return {
    id: row.id,
    project_id: row.project_id,
    entity_name: user?.username ?? '',
    role_name: ROLES[row.role] ?? '',
    role_id: row.role,
    entity_id: row.entity_id,
    entity_type: row.entity_type,
  };
}
