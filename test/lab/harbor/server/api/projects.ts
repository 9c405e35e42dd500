// Projects.

import {
  isAdmin,
  isAuthenticated,
  isPublic,
  mayManage,
  mayRead,
  nameOf,
  refuse,
  requireLogin,
  roleIn,
} from '../caller.ts';
import {
  byName,
  type Call,
  contains,
  type Handler,
  jsonBody,
  logAccess,
  pageOf,
  pagingHeaders,
  slice,
  textSetting,
} from '../harbor.ts';
import { find, type ProjectRow, sqlTime } from '../tables.ts';
import { Answer, abort, created, done, fail, json, type WebReply } from '../web.ts';
import { checkMetadata, metadataOf, writeMetadata } from './metadata-rules.ts';
import { parseBool, projectView } from './views.ts';

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

interface ProjectBody {
  readonly project_name: string;
  readonly public: number | null;
  readonly metadata: Record<string, string> | null;
}

const BODY_KINDS = { project_name: 'string', public: 'number', metadata: 'strings' } as const;

/** The project of the path, or the end of the request. */
export async function projectOf(call: Call): Promise<ProjectRow> {
  const text = call.params['id'] ?? '';
  const id = Number(text);
  if (id > Number.MAX_SAFE_INTEGER) {
    throw new Answer(
      fail(400, `invalid project ID: strconv.ParseInt: parsing "${text}": value out of range`),
    );
  }
  if (id <= 0) throw new Answer(fail(400, `invalid project ID: ${id}`));
  return projectById(call, id);
}

export async function projectById(call: Call, id: number): Promise<ProjectRow> {
  const project = await find(call.harbor.tables, 'project', { project_id: id, deleted: 0 });
  if (project === undefined) throw new Answer(fail(404, `project ${id} not found`));
  return project;
}

export const create: Handler = async (call) => {
  const { harbor, caller, request } = call;
  requireLogin(caller);
  if ((await textSetting(harbor, 'project_creation_restriction')) === 'adminonly' && !isAdmin(caller)) {
    return fail(403, 'Only system admin can create project');
  }
  const body = await jsonBody<ProjectBody>(call, BODY_KINDS);
  const name = body.project_name ?? '';
  if (name.length < 2 || name.length > 255) {
    return fail(400, 'invalid request: Project name is illegal in length. (greater than 255 or less than 2)');
  }
  if (!NAME.test(name)) {
    return fail(400, 'invalid request: project name is not in lower case or contains illegal characters');
  }
  const metadata = checkMetadata(body.metadata ?? {}, (text) => fail(400, `invalid request: ${text}`));
  if (await find(harbor.tables, 'project', { name, deleted: 0 })) return fail(409);
  metadata['public'] ??= String(body.public === 1);
  const id = await insertProject(call, name, metadata);
  logAccess(harbor, {
    username: nameOf(caller),
    project_id: id,
    repo_name: `${name}/`,
    repo_tag: 'N/A',
    operation: 'create',
  });
  return created(request, id);
};

async function insertProject(
  call: Call,
  name: string,
  metadata: Readonly<Record<string, string>>,
): Promise<number> {
  const { tables, now } = call.harbor;
  const owner = await find(tables, 'user', { username: nameOf(call.caller), deleted: 0 });
  if (owner === undefined) throw new Error(`user ${nameOf(call.caller)} not found`);
  const time = sqlTime(now());
  const row = { owner_id: owner.user_id, name, creation_time: time, update_time: time, deleted: 0 };
  const id = await tables.insert('project', row);
  await tables.insert('project_member', {
    project_id: id,
    entity_id: owner.user_id,
    entity_type: 'u',
    role: 1,
  });
  await writeMetadata(call.harbor, id, metadata);
  return id;
}

export const head: Handler = async ({ harbor, request }) => {
  const name = request.query.get('project_name') ?? '';
  if (name === '') return fail(400, 'project_name is needed');
  const project = await find(harbor.tables, 'project', { name, deleted: 0 });
  return project === undefined ? fail(404, `project ${name} not found`) : done();
};

export const get: Handler = async (call) => {
  const project = await projectOf(call);
  if (!(await isPublic(call.harbor, project)) && !(await mayRead(call.harbor, call.caller, project)))
    refuse(call.caller);
  return json(await populated(call, project));
};

/** A project with what depends on the caller: role, togglable, number of repositories. */
export async function populated(call: Call, project: ProjectRow): Promise<ReturnType<typeof projectView>> {
  const { harbor, caller } = call;
  const role = await roleIn(harbor, caller, project);
  const repositories = await harbor.tables.select('repository', { project_id: project.project_id });
  return projectView(project, await metadataOf(harbor, project.project_id), {
    togglable: isAuthenticated(caller) && (role === 1 || isAdmin(caller)),
    role,
    repositories: repositories.length,
  });
}

export const list: Handler = async (call) => {
  const page = pageOf(call);
  const { query } = call.request;
  const wanted = query.get('public') ?? '';
  const isWanted = wanted === '' ? undefined : parseBool(wanted);
  if (wanted !== '' && isWanted === undefined) return fail(400, `invalid public: ${wanted}`);
  const { tables } = call.harbor;
  const owner = query.get('owner') ?? '';
  const ownerId = owner === '' ? undefined : (await find(tables, 'user', { username: owner }))?.user_id;
  const projects: ProjectRow[] = [];
  for (const project of await visibleProjects(call)) {
    if (!contains(project.name, query.get('name'))) continue;
    if (owner !== '' && project.owner_id !== ownerId) continue;
    if (isWanted !== undefined && (await isPublic(call.harbor, project)) !== isWanted) continue;
    projects.push(project);
  }
  const shown = await Promise.all(slice(projects, page).map((project) => populated(call, project)));
  return json(shown.length === 0 ? null : shown, pagingHeaders(call, projects.length, page));
};

/** The projects that the caller can see, by name. */
export async function visibleProjects(call: Call): Promise<ProjectRow[]> {
  const { harbor, caller } = call;
  const all = (await harbor.tables.select('project', { deleted: 0 })).sort((a, b) => byName(a.name, b.name));
  if (isAdmin(caller) || caller.kind === 'service') return all;
  const visible = await Promise.all(all.map((project) => mayRead(harbor, caller, project)));
  return all.filter((_, index) => visible[index]);
}

export const update: Handler = async (call) => {
  const project = await projectOf(call);
  await requireManager(call, project);
  const body = await jsonBody<ProjectBody>(call, BODY_KINDS);
  await writeMetadata(call.harbor, project.project_id, body.metadata ?? {});
  return done();
};

export const deletable: Handler = async (call) => {
  const project = await projectOf(call);
  await requireManager(call, project);
  const message = await whatHolds(call, project);
  return json({ deletable: message === '', message });
};

export const remove: Handler = async (call): Promise<WebReply> => {
  const { harbor, caller } = call;
  const project = await projectOf(call);
  await requireManager(call, project);
  const message = await whatHolds(call, project);
  if (message !== '') return abort(412, message);
  const { project_id, name } = project;
  await harbor.tables.update('project', { project_id }, { deleted: 1, name: `${name}#${project_id}` });
  logAccess(harbor, {
    username: nameOf(caller),
    project_id,
    repo_name: `${name}/`,
    repo_tag: 'N/A',
    operation: 'delete',
  });
  return done();
};

async function requireManager(call: Call, project: ProjectRow): Promise<void> {
  requireLogin(call.caller);
  if (!(await mayManage(call.harbor, call.caller, project))) throw new Answer(fail(403));
}

async function whatHolds({ harbor }: Call, { project_id }: ProjectRow): Promise<string> {
  const repositories = await harbor.tables.select('repository', { project_id });
  if (repositories.length > 0) return 'the project contains repositories, can not be deleled';
  const policies = await harbor.tables.select('replication_policy', { project_id, deleted: 0 });
  return policies.length > 0 ? 'the project contains replication rules, can not be deleled' : '';
}

/** The project that a repository's name begins with, or the end of the request. */
export async function projectByName({ harbor }: Call, repository: string): Promise<ProjectRow> {
  const name = repository.split('/')[0] ?? '';
  const project = await find(harbor.tables, 'project', { name, deleted: 0 });
  if (project === undefined) throw new Answer(fail(404, `project ${name} not found`));
  return project;
}
