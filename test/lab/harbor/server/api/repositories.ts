// Repositories: rows of the database beside what the registry has.

import { isPublic, mayManage, mayRead, mayWrite, nameOf, refuse, requireLogin } from '../caller.ts';
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
} from '../harbor.ts';
import { messageOf } from '../log.ts';
import { RegistryError } from '../registry.ts';
import { onImageEvent } from '../replication.ts';
import { find, type ProjectRow, type RepositoryRow, sqlTime } from '../tables.ts';
import { abort, done, fail, json } from '../web.ts';
import { labelsOf } from './labels.ts';
import { projectById, projectByName, visibleProjects } from './projects.ts';
import { repositoryView } from './views.ts';

export const list: Handler = async (call) => {
  const { harbor, request, caller } = call;
  const asked = request.query.get('project_id') ?? '';
  if (!/^\d+$/.test(asked) || Number(asked) <= 0) return fail(400, `invalid project_id ${asked}`);
  const project = await projectById(call, Number(asked));
  if (!(await mayRead(harbor, caller, project))) refuse(caller);
  const page = pageOf(call);
  const rows = (await harbor.tables.select('repository', { project_id: project.project_id }))
    .filter((row) => contains(row.name, request.query.get('q')))
    .sort((a, b) => byName(a.name, b.name));
  const shown = await Promise.all(slice(rows, page).map((row) => assembled(call, row)));
  return json(shown, pagingHeaders(call, rows.length, page));
};

/** The most pulled repositories. It asks the registry for each: with wrong keys it fails. */
export const top: Handler = async (call) => {
  const { harbor, request } = call;
  const count = Number(request.query.get('count') ?? '10');
  if (!(count > 0)) return fail(400, `invalid count: ${request.query.get('count')}`);
  const projects = new Set((await topProjects(call)).map((project) => project.project_id));
  const rows = (await harbor.tables.select('repository'))
    .filter((row) => projects.has(row.project_id))
    .sort((a, b) => b.pull_count - a.pull_count)
    .slice(0, count);
  try {
    return json(await Promise.all(rows.map((row) => assembled(call, row))));
  } catch (error) {
    harbor.log('ERROR', `failed to popultate tags count to repositories: ${messageOf(error)}`);
    return abort(500, 'internal server error');
  }
};

// Public projects and those the caller is a member of: an administrator's right to all does not count here.
async function topProjects(call: Call): Promise<ProjectRow[]> {
  const { harbor, caller } = call;
  const user = await find(harbor.tables, 'user', { username: nameOf(caller), deleted: 0 });
  const members = await harbor.tables.select('project_member', {
    entity_id: user?.user_id ?? 0,
    entity_type: 'u',
  });
  const mine = new Set(members.map((member) => member.project_id));
  const projects: ProjectRow[] = [];
  for (const project of await visibleProjects(call)) {
    if (mine.has(project.project_id) || (await isPublic(harbor, project))) projects.push(project);
  }
  return projects;
}

export const update: Handler = async (call) => {
  const { harbor, caller } = call;
  const name = call.params['repo'] ?? '';
  const row = await find(harbor.tables, 'repository', { name });
  if (row === undefined) return fail(404, `repository ${name} not found`);
  requireLogin(caller);
  const project = await projectByName(call, name);
  if (!(await mayWrite(harbor, caller, project))) return fail(403);
  const { description = '' } = await jsonBody<{ description: string }>(call, { description: 'string' });
  await harbor.tables.update('repository', { name }, { description, update_time: sqlTime(harbor.now()) });
  return done();
};

/** Deletes one tag, or all tags and the row. All tags of the same digest go with a tag. */
export const remove: Handler = async (call) => {
  const { harbor, caller } = call;
  const repository = call.params['repo'] ?? '';
  const project = await projectByName(call, repository);
  requireLogin(caller);
  if (!(await mayManage(harbor, caller, project))) return fail(403);
  const wanted = call.params['tag'];
  try {
    const tags = wanted === undefined ? await harbor.registry.tags(repository) : [wanted];
    if (tags.length === 0) return fail(404, `no tags found for repository ${repository}`);
    for (const tag of tags) await removeTag(call, project, repository, tag);
    if ((await harbor.registry.tags(repository)).length === 0) await removeRow(call, repository);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    harbor.log('ERROR', `failed to delete tag ${wanted}: ${error.message}`);
    return abort(error.status);
  }
  return done();
};

async function removeTag(call: Call, project: ProjectRow, repository: string, tag: string): Promise<void> {
  const { harbor, caller } = call;
  await harbor.tables.remove('harbor_resource_label', {
    resource_type: 'i',
    resource_name: `${repository}:${tag}`,
  });
  const manifest = await harbor.registry.manifest(repository, tag);
  if (manifest === undefined) return;
  await harbor.registry.deleteManifest(repository, manifest.digest);
  harbor.log('INFO', `delete tag: ${repository}:${tag}`);
  harbor.background(
    onImageEvent(harbor, repository, tag, 'delete').catch((error: unknown) => {
      harbor.log('ERROR', `replication of the deletion of ${repository}:${tag}: ${messageOf(error)}`);
    }),
  );
  const entry = {
    username: nameOf(caller),
    project_id: project.project_id,
    repo_name: repository,
    repo_tag: tag,
  };
  logAccess(harbor, { ...entry, operation: 'delete' });
}

async function removeRow({ harbor }: Call, name: string): Promise<void> {
  const row = await find(harbor.tables, 'repository', { name });
  if (row === undefined) return;
  await harbor.tables.remove('harbor_resource_label', { resource_type: 'r', resource_id: row.repository_id });
  await harbor.tables.remove('repository', { name });
}

async function assembled(call: Call, row: RepositoryRow): Promise<ReturnType<typeof repositoryView>> {
  const tags = await call.harbor.registry.tags(row.name);
  return repositoryView(
    row,
    tags.length,
    await labelsOf(call, { resource_type: 'r', resource_id: row.repository_id }),
  );
}
