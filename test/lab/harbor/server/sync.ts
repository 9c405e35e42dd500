// SyncRegistry: makes the rows of `repository` those of the registry's catalog. Runs at every start of a ui.

import type { Harbor } from './harbor.ts';
import { find } from './tables.ts';

/** Adds what only the registry has and deletes what only the database has: an empty registry empties the table. */
export async function syncRegistry(harbor: Harbor): Promise<void> {
  harbor.log('INFO', 'Start syncing repositories from registry to DB... ');
  const inRegistry = await harbor.registry.catalog();
  const rows = await harbor.tables.select('repository');
  const known = new Set(rows.map((row) => row.name));
  const alive = new Set<string>();
  for (const name of inRegistry.sort()) {
    // A repository stays in the catalog after its last tag is gone.
    if ((await harbor.registry.tags(name)).length === 0) continue;
    alive.add(name);
    if (!known.has(name)) await add(harbor, name);
  }
  for (const { name } of rows) {
    if (alive.has(name)) continue;
    await harbor.tables.remove('repository', { name });
    harbor.log('DEBUG', `Delete repository: ${name} success.`);
  }
  harbor.log('INFO', 'Sync repositories from registry to DB is done.');
}

async function add(harbor: Harbor, name: string): Promise<void> {
  const project = await find(harbor.tables, 'project', { name: name.split('/')[0] ?? '', deleted: 0 });
  if (project === undefined) return;
  const pulls = await harbor.tables.select('access_log', { repo_name: name, operation: 'pull' });
  await addRepository(harbor, name, project.project_id, pulls.length);
  harbor.log('DEBUG', `Add repository: ${name} success.`);
}

/** Adds a repository's row unless another node was faster. */
export async function addRepository(
  harbor: Harbor,
  name: string,
  projectId: number,
  pulls = 0,
): Promise<void> {
  if (await find(harbor.tables, 'repository', { name })) return;
  const time = harbor.now().toISOString().slice(0, 19).replace('T', ' ');
  const row = {
    name,
    project_id: projectId,
    description: '',
    pull_count: pulls,
    star_count: 0,
    creation_time: time,
    update_time: time,
  };
  await harbor.tables.insert('repository', row).catch(async (error: unknown) => {
    if ((await find(harbor.tables, 'repository', { name })) === undefined) throw error;
  });
}
