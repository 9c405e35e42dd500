import { parseBody } from '../body.ts';
import type { Call, Harbor, Routes } from '../harbor.ts';
import { badRequest, empty, json, notFound } from '../http.ts';
import { type Fields, page } from '../query.ts';
import { requireInSystem } from '../rights.ts';
import type { Project, Quota, State } from '../state.ts';

export const quotaRoutes: Routes = {
  'GET /quotas': list,
  'GET /quotas/{id}': (call) => {
    requireInSystem(call.who, 'quota', 'read');
    return json(view(call.harbor, quotaOf(call)));
  },
  'PUT /quotas/{id}': update,
};

/** What the blobs and manifests of a project take, each counted once. */
export function usedBytes(state: State, project: Project): number {
  const repositories = new Set(
    state.repositories.filter((one) => one.projectId === project.id).map((one) => one.id),
  );
  const digests = new Set(
    state.artifacts
      .filter((artifact) => repositories.has(artifact.repositoryId))
      .flatMap((artifact) => [artifact.digest, ...artifact.blobs]),
  );
  return [...digests].reduce((sum, digest) => sum + (state.blobs[digest]?.size ?? 0), 0);
}

const fields: Fields<Quota> = {
  creation_time: (quota) => quota.created,
  update_time: (quota) => quota.updated,
  'hard.storage': (quota) => quota.limit,
};

function list({ harbor, request, who }: Call) {
  requireInSystem(who, 'quota', 'list');
  const reference = request.query.get('reference') ?? 'project';
  const id = request.query.get('reference_id');
  const found = harbor.state.quotas.filter(
    (quota) => reference === 'project' && (id === null || Number(id) === quota.projectId),
  );
  return page(request, found, (quota) => view(harbor, quota), { fields });
}

function update(call: Call) {
  requireInSystem(call.who, 'quota', 'update');
  const hard = parseBody('hard', call.request.body).object('hard');
  if (hard === undefined || hard.keys.length === 0) throw badRequest('hard required in body');
  const quota = quotaOf(call);
  const limit = hard.whole('storage');
  if (limit === undefined || hard.keys.length > 1) throw badRequest('resource not found in hard limits');
  if (limit === 0 || limit < -1) throw badRequest('invalid hard limit for storage');
  quota.limit = limit;
  quota.updated = call.harbor.now();
  return empty();
}

function quotaOf({ harbor, params }: Call): Quota {
  const quota = harbor.state.quotas.find((one) => one.id === Number(params['id']));
  if (quota === undefined) throw notFound(`quota ${params['id']} not found`);
  return quota;
}

function view({ state }: Harbor, quota: Quota) {
  const project = state.projects.find((one) => one.id === quota.projectId);
  const owner = state.users.find((user) => user.id === project?.ownerId);
  return {
    creation_time: quota.created,
    hard: { storage: quota.limit },
    id: quota.id,
    ref: { id: quota.projectId, name: project?.name ?? '', owner_name: owner?.name ?? '' },
    update_time: quota.updated,
    used: { storage: project === undefined ? 0 : usedBytes(state, project) },
  };
}
