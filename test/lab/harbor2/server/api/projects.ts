import { type Body, parseBody } from '../body.ts';
import type { Call, Harbor, Routes } from '../harbor.ts';
import { badRequest, created, empty, HarborError, invalidRequest, json, notFound } from '../http.ts';
import type { Who } from '../login.ts';
import { type Fields, page } from '../query.ts';
import { mayInProject, mayInSystem, requireSomeone, rolesIn } from '../rights.ts';
import { nextId, type Project } from '../state.ts';
import { NO_TIME, slice, sparse } from '../views.ts';
import { projectOf, readMetadata } from './project-path.ts';
import { usedBytes } from './quotas.ts';
import { setting } from './settings-table.ts';

export const projectRoutes: Routes = {
  'GET /projects': list,
  'HEAD /projects': head,
  'POST /projects': create,
  'GET /projects/{project_name_or_id}': (call) => json(view(call, projectOf(call, 'read'))),
  'PUT /projects/{project_name_or_id}': update,
  'DELETE /projects/{project_name_or_id}': remove,
  'GET /projects/{project_name_or_id}/_deletable': (call) =>
    json(sparse(deletable(call.harbor, projectOf(call, 'delete')))),
  'GET /projects/{project_name_or_id}/summary': summary,
};

const fields: Fields<Project> = {
  project_id: (project) => project.id,
  name: (project) => project.name,
  owner_id: (project) => project.ownerId,
  public: (project) => project.metadata['public'] === 'true',
  creation_time: (project) => project.created,
  update_time: (project) => project.updated,
};

// Who is not logged in, or has a wrong password, gets the public projects and no error.
function list(call: Call) {
  const { harbor, request, who } = call;
  const name = request.query.get('name') ?? '';
  const wantPublic = request.query.get('public');
  const owner = request.query.get('owner');
  const all = mayInSystem(who, 'project', 'list');
  const found = harbor.state.projects.filter((project) => {
    const isPublic = project.metadata['public'] === 'true';
    if (!all && !isListed(harbor, who, project)) return false;
    if (wantPublic !== null && wantPublic !== String(isPublic)) return false;
    if (owner !== null && ownerName(harbor, project) !== owner) return false;
    return project.name.includes(name);
  });
  return page(request, found, (project) => view(call, project), { fields, sort: 'name' });
}

// Robots see the projects that any of their rights is about.
function isListed({ state }: Harbor, who: Who, project: Project): boolean {
  if (mayInProject(state, who, project, 'project', 'read')) return true;
  if (who.kind !== 'robot') return false;
  return who.robot.permissions.some(
    ({ kind, namespace }) => kind === 'project' && (namespace === '*' || namespace === project.name),
  );
}

function head({ harbor, request, who }: Call) {
  requireSomeone(who);
  const name = request.query.get('project_name');
  if (name === null) throw invalidRequest('project_name in query is required');
  const found = harbor.state.projects.some((project) => project.name === name);
  if (!found) throw notFound(`project ${name} not found`);
  return empty();
}

function create({ harbor, request, who }: Call) {
  const { state } = harbor;
  requireSomeone(who);
  requireCreation(harbor, who);
  const body = parseBody('project', request.body);
  const name = checkedName(body.text('project_name') ?? '');
  const metadata = readMetadata(body.object('metadata'));
  if (metadata['public'] === undefined) metadata['public'] = String(body.flag('public') ?? false);
  if (!['true', 'false'].includes(metadata['public']))
    throw badRequest(`metadata.public should only be 'true' or 'false', but got: '${metadata['public']}'`);
  if (metadata['retention_id'] !== undefined && metadata['retention_id'] !== '')
    throw badRequest('bad request');
  const limit = quotaOf(harbor, who, body);
  if (state.projects.some((project) => project.name === name))
    throw new HarborError('CONFLICT', `The project named ${name} already exists`);
  const stamps = { created: harbor.now(), updated: harbor.now() };
  const id = nextId(state, 'project');
  const ownerId = who.kind === 'user' ? who.user.id : 1;
  state.projects.push({ id, name, ownerId, metadata, ...stamps });
  state.members.push({
    id: nextId(state, 'member'),
    projectId: id,
    entityId: ownerId,
    entityType: 'u',
    role: 1,
  });
  if (limit !== undefined) state.quotas.push({ id: nextId(state, 'quota'), projectId: id, limit, ...stamps });
  return created(request, request.headers['x-resource-name-in-location'] === 'true' ? name : id);
}

function requireCreation(harbor: Harbor, who: Who): void {
  if (who.kind === 'robot' && who.robot.level !== 'system')
    throw new HarborError('FORBIDDEN', 'Only system level robot can create project');
  const adminOnly = setting(harbor.state, 'project_creation_restriction') === 'adminonly';
  if ((adminOnly || who.kind === 'robot') && !mayInSystem(who, 'project', 'create'))
    throw new HarborError('FORBIDDEN', 'Only system admin can create project');
}

function checkedName(name: string): string {
  if (name.length > 255) throw invalidRequest('project_name in body should be at most 255 chars long');
  if (name === '')
    throw badRequest(`Project name ${name} is illegal in length. (greater than 255 or less than 1)`);
  if (!/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name))
    throw badRequest('project name is not in lower case or contains illegal characters');
  return name;
}

// Only a system administrator chooses; 0 and nothing take the configured default.
function quotaOf(harbor: Harbor, who: Who, body: Body): number | undefined {
  if (setting(harbor.state, 'quota_per_project_enable') !== true) return undefined;
  const wanted = body.whole('storage_limit') ?? 0;
  if (wanted === 0 || !mayInSystem(who, 'project', 'create'))
    return Number(setting(harbor.state, 'storage_per_project'));
  if (wanted < -1) throw badRequest('bad request');
  return wanted;
}

function update(call: Call) {
  const project = projectOf(call, 'update');
  const metadata = readMetadata(parseBody('project', call.request.body).object('metadata'));
  const retention = metadata['retention_id'];
  if (retention !== undefined && retention !== project.metadata['retention_id'])
    throw badRequest(
      "the retention_id in the request's payload when updating a project should be omitted, alternatively passing the one that has already been associated to this project",
    );
  Object.assign(project.metadata, metadata);
  project.updated = call.harbor.now();
  return empty();
}

function remove(call: Call) {
  const { state } = call.harbor;
  const project = projectOf(call, 'delete');
  const { deletable: may, message } = deletable(call.harbor, project);
  if (!may) throw new HarborError('PRECONDITION', message);
  state.projects = state.projects.filter((one) => one !== project);
  state.members = state.members.filter((member) => member.projectId !== project.id);
  state.quotas = state.quotas.filter((quota) => quota.projectId !== project.id);
  state.robots = state.robots.filter((robot) => robot.projectId !== project.id);
  return empty();
}

function deletable(harbor: Harbor, project: Project): { deletable: boolean; message: string } {
  if (repositoryCount(harbor, project) === 0) return { deletable: true, message: '' };
  return { deletable: false, message: 'the project contains repositories, can not be deleted' };
}

function summary(call: Call) {
  const { harbor } = call;
  const { state } = harbor;
  const project = projectOf(call, 'read');
  const count = (role: number): number =>
    state.members.filter((member) => member.projectId === project.id && member.role === role).length;
  const quota = state.quotas.find((one) => one.projectId === project.id);
  const fields = {
    developer_count: count(2),
    guest_count: count(3),
    limited_guest_count: count(5),
    maintainer_count: count(4),
    project_admin_count: count(1),
    quota:
      quota === undefined
        ? undefined
        : { hard: { storage: quota.limit }, used: { storage: usedBytes(state, project) } },
    repo_count: repositoryCount(harbor, project),
  };
  return json(sparse(fields, ['repo_count']));
}

function view({ harbor, who }: Call, project: Project) {
  const roles = rolesIn(harbor.state, who, project);
  const power = [1, 4, 2, 3, 5];
  const fields = {
    creation_time: project.created,
    current_user_role_id: power.find((role) => roles.includes(role)) ?? 0,
    current_user_role_ids: slice(roles),
    cve_allowlist: {
      creation_time: NO_TIME,
      id: project.id,
      items: [],
      project_id: project.id,
      update_time: NO_TIME,
    },
    metadata: project.metadata,
    name: project.name,
    owner_id: project.ownerId,
    owner_name: ownerName(harbor, project),
    project_id: project.id,
    repo_count: repositoryCount(harbor, project),
    update_time: project.updated,
  };
  return sparse(fields, ['repo_count']);
}

function repositoryCount(harbor: Harbor, project: Project): number {
  return harbor.state.repositories.filter((repository) => repository.projectId === project.id).length;
}

function ownerName(harbor: Harbor, project: Project): string {
  return harbor.state.users.find((user) => user.id === project.ownerId)?.name ?? '';
}
