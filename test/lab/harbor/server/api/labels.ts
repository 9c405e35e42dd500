// Labels, global and of projects, and which images carry them.

import { isAdmin, mayManage, mayRead, mayWrite, refuse, requireLogin } from '../caller.ts';
import { type Call, contains, type Handler, jsonBody, pageOf, pagingHeaders, slice } from '../harbor.ts';
import { find, type LabelRow, type ResourceLabelRow, sqlTime } from '../tables.ts';
import { Answer, created, done, fail, json } from '../web.ts';
import { projectById, projectByName } from './projects.ts';
import { labelView } from './views.ts';

interface LabelBody {
  readonly name: string;
  readonly description: string;
  readonly color: string;
  readonly scope: string;
  readonly project_id: number;
}

const KINDS = {
  name: 'string',
  description: 'string',
  color: 'string',
  scope: 'string',
  project_id: 'number',
} as const;

/** The labels of an image or a repository. */
export async function labelsOf({ harbor }: Call, where: Partial<ResourceLabelRow>): Promise<LabelRow[]> {
  const links = await harbor.tables.select('harbor_resource_label', where);
  const labels = await Promise.all(
    links.map((link) => find(harbor.tables, 'harbor_label', { id: link.label_id })),
  );
  return labels.filter((label) => label !== undefined);
}

export const list: Handler = async (call) => {
  const { harbor, request, caller } = call;
  const scope = request.query.get('scope') ?? '';
  if (scope !== 'g' && scope !== 'p') return fail(400, `invalid scope: ${scope}`);
  const project_id = scope === 'g' ? 0 : Number(request.query.get('project_id') ?? '');
  if (scope === 'p') {
    if (!(project_id > 0)) return fail(400, `invalid project_id: ${request.query.get('project_id') ?? ''}`);
    if (!(await mayRead(harbor, caller, await projectById(call, project_id)))) refuse(caller);
  }
  const page = pageOf(call);
  const rows = (await harbor.tables.select('harbor_label', { scope, level: 'u', project_id })).filter(
    (label) => contains(label.name, request.query.get('name')),
  );
  return json(slice(rows, page).map(labelView), pagingHeaders(call, rows.length, page));
};

export const get: Handler = async (call) => {
  const label = await labelOf(call);
  if (label.scope === 'p') {
    const project = await projectById(call, label.project_id);
    if (!(await mayRead(call.harbor, call.caller, project))) refuse(call.caller);
  }
  return json(labelView(label));
};

export const create: Handler = async (call) => {
  requireLogin(call.caller);
  const body = await jsonBody<LabelBody>(call, KINDS);
  const { name = '', description = '', color = '', scope = '' } = body;
  const project_id = scope === 'p' ? (body.project_id ?? 0) : 0;
  await requireRight(call, { scope, project_id });
  const { tables, now } = call.harbor;
  if (await find(tables, 'harbor_label', { name, scope, level: 'u', project_id })) return fail(409);
  const time = sqlTime(now());
  const row = {
    name,
    description,
    color,
    scope,
    level: 'u',
    project_id,
    creation_time: time,
    update_time: time,
  };
  return created(call.request, await tables.insert('harbor_label', row));
};

export const update: Handler = async (call) => {
  requireLogin(call.caller);
  const label = await labelOf(call);
  await requireRight(call, label);
  const { name = '', description = '', color = '' } = await jsonBody<LabelBody>(call, KINDS);
  await call.harbor.tables.update(
    'harbor_label',
    { id: label.id },
    { name, description, color, update_time: sqlTime(call.harbor.now()) },
  );
  return done();
};

export const remove: Handler = async (call) => {
  requireLogin(call.caller);
  const label = await labelOf(call);
  await requireRight(call, label);
  await call.harbor.tables.remove('harbor_resource_label', { label_id: label.id });
  await call.harbor.tables.remove('harbor_label', { id: label.id });
  return done();
};

export const ofImage: Handler = async (call) => {
  const image = await imageOf(call, mayRead);
  return json((await labelsOf(call, { resource_type: 'i', resource_name: image })).map(labelView));
};

export const addToImage: Handler = async (call) => {
  requireLogin(call.caller);
  const image = await imageOf(call, mayWrite);
  const { id = 0 } = await jsonBody<{ id: number }>(call, { id: 'number' });
  if (!(await find(call.harbor.tables, 'harbor_label', { id }))) return fail(404, `label ${id} not found`);
  const link = { label_id: id, resource_type: 'i', resource_name: image };
  if (await find(call.harbor.tables, 'harbor_resource_label', link)) return fail(409);
  await call.harbor.tables.insert('harbor_resource_label', link);
  return { ...created(call.request, id), status: 200 };
};

export const removeFromImage: Handler = async (call) => {
  requireLogin(call.caller);
  const image = await imageOf(call, mayWrite);
  const link = { label_id: Number(call.params['id']), resource_type: 'i', resource_name: image };
  await call.harbor.tables.remove('harbor_resource_label', link);
  return done();
};

async function imageOf(call: Call, allowed: typeof mayRead): Promise<string> {
  const { repo = '', tag = '' } = call.params;
  if (!(await allowed(call.harbor, call.caller, await projectByName(call, repo)))) refuse(call.caller);
  return `${repo}:${tag}`;
}

async function labelOf({ harbor, params }: Call): Promise<LabelRow> {
  const id = Number(params['id']);
  const label = await find(harbor.tables, 'harbor_label', { id });
  if (label === undefined) throw new Answer(fail(404, `label ${id} not found`));
  return label;
}

async function requireRight(
  call: Call,
  { scope, project_id }: { readonly scope: string; readonly project_id: number },
): Promise<void> {
  if (scope === 'p' && (await mayManage(call.harbor, call.caller, await projectById(call, project_id))))
    return;
  if (scope !== 'p' && isAdmin(call.caller)) return;
  throw new Answer(fail(403));
}
