import { parseBody } from '../body.ts';
import type { Call, Routes } from '../harbor.ts';
import { badRequest, created, empty, HarborError, json, notFound } from '../http.ts';
import { page } from '../query.ts';
import { projectFor, requireInSystem } from '../rights.ts';
import { type Label, nextId } from '../state.ts';
import { sparse } from '../views.ts';

export const labelRoutes: Routes = {
  'GET /labels': list,
  'POST /labels': create,
  'GET /labels/{label_id}': (call) => json(labelView(labelOf(call, 'read'))),
  'PUT /labels/{label_id}': update,
  'DELETE /labels/{label_id}': remove,
};

export function labelView(label: Label) {
  return sparse({
    color: label.color,
    creation_time: label.created,
    description: label.description,
    id: label.id,
    name: label.name,
    project_id: label.projectId,
    scope: label.scope,
    update_time: label.updated,
  });
}

function list({ harbor, request, who }: Call) {
  const { query } = request;
  const scope = query.get('scope') ?? '';
  if (scope !== 'g' && scope !== 'p') throw badRequest(`invalid scope: ${scope}`);
  const projectId = Number(query.get('project_id') ?? 0);
  if (scope === 'p') {
    if (projectId === 0) throw badRequest('must with project ID when to query project labels');
    projectFor(harbor.state, who, String(projectId), ['label', 'list']);
  }
  const name = query.get('name') ?? '';
  const found = harbor.state.labels.filter(
    (label) =>
      label.scope === scope && (scope === 'g' || label.projectId === projectId) && label.name.includes(name),
  );
  return page(request, found, labelView, {
    fields: { name: (label) => label.name, id: (label) => label.id },
  });
}

function create(call: Call) {
  const { harbor, request } = call;
  const body = parseBody('label', request.body);
  const scope = body.text('scope') ?? '';
  if (scope !== 'g' && scope !== 'p') throw badRequest('unsupported label scope');
  const projectId = scope === 'g' ? 0 : (body.whole('project_id') ?? 0);
  requireRight(call, scope, projectId, 'create');
  const name = checkedName(body.text('name'));
  const { state } = harbor;
  const taken = state.labels.some(
    (one) => one.name === name && one.scope === scope && one.projectId === projectId,
  );
  if (taken) throw new HarborError('CONFLICT', `label ${name} already exists`);
  const id = nextId(state, 'label');
  const texts = { name, description: body.text('description') ?? '', color: body.text('color') ?? '' };
  state.labels.push({ id, ...texts, scope, projectId, created: harbor.now(), updated: harbor.now() });
  return created(request, id);
}

function update(call: Call) {
  const label = labelOf(call, 'update');
  const body = parseBody('label', call.request.body);
  label.name = checkedName(body.text('name'));
  label.description = body.text('description') ?? '';
  label.color = body.text('color') ?? '';
  label.updated = call.harbor.now();
  return empty();
}

function remove(call: Call) {
  const { state } = call.harbor;
  const label = labelOf(call, 'delete');
  state.labels = state.labels.filter((one) => one !== label);
  for (const artifact of state.artifacts) artifact.labels = artifact.labels.filter((id) => id !== label.id);
  return empty();
}

function checkedName(name = ''): string {
  if (name === '' || name.length > 128) throw badRequest('label name is empty or longer than 128');
  return name;
}

function labelOf(call: Call, action: string): Label {
  const id = Number(call.params['label_id']);
  const label = call.harbor.state.labels.find((one) => one.id === id);
  if (label === undefined) throw notFound(`label ${id} not found`);
  requireRight(call, label.scope, label.projectId, action);
  return label;
}

function requireRight({ harbor, who }: Call, scope: 'g' | 'p', projectId: number, action: string): void {
  if (scope === 'g') requireInSystem(who, 'label', action);
  else projectFor(harbor.state, who, String(projectId), ['label', action]);
}
