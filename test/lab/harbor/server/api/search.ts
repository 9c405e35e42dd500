// Search over everything, and the counts of the start page.

import { isAdmin, isPublic, nameOf, requireLogin } from '../caller.ts';
import { byName, type Handler } from '../harbor.ts';
import { find } from '../tables.ts';
import { json } from '../web.ts';
import { populated, visibleProjects } from './projects.ts';

export const search: Handler = async (call) => {
  const keyword = call.request.query.get('q') ?? '';
  const projects = await visibleProjects(call);
  const byId = new Map(projects.map((project) => [project.project_id, project]));
  const found = projects.filter((project) => project.name.includes(keyword));
  const rows = (await call.harbor.tables.select('repository')).sort((a, b) => byName(a.name, b.name));
  const repository = [];
  for (const row of rows) {
    const project = byId.get(row.project_id);
    if (project === undefined || !row.name.includes(keyword)) continue;
    repository.push({
      project_id: project.project_id,
      project_name: project.name,
      project_public: await isPublic(call.harbor, project),
      pull_count: row.pull_count,
      repository_name: row.name,
      tags_count: (await call.harbor.registry.tags(row.name)).length,
    });
  }
  return json({ project: await Promise.all(found.map((project) => populated(call, project))), repository });
};

export const statistics: Handler = async (call) => {
  const { harbor, caller } = call;
  requireLogin(caller);
  const projects = await harbor.tables.select('project', { deleted: 0 });
  const open = await Promise.all(projects.map((project) => isPublic(harbor, project)));
  const publicIds = new Set(projects.filter((_, index) => open[index]).map((project) => project.project_id));
  const user = await find(harbor.tables, 'user', { username: nameOf(caller), deleted: 0 });
  const members = await harbor.tables.select('project_member', {
    entity_id: user?.user_id ?? 0,
    entity_type: 'u',
  });
  const mine = new Set(members.map((member) => member.project_id));
  const privateIds = new Set(
    projects
      .map((project) => project.project_id)
      .filter((id) => !publicIds.has(id) && (isAdmin(caller) || mine.has(id))),
  );
  const rows = await harbor.tables.select('repository');
  const count = (ids: ReadonlySet<number>): number => rows.filter((row) => ids.has(row.project_id)).length;
  return json({
    private_project_count: privateIds.size,
    private_repo_count: isAdmin(caller) ? rows.length - count(publicIds) : count(privateIds),
    public_project_count: publicIds.size,
    public_repo_count: count(publicIds),
    ...(isAdmin(caller) ? { total_project_count: projects.length, total_repo_count: rows.length } : {}),
  });
};
