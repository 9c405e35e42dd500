// Replication policies, called rules in the UI.

import { isAdmin, mayManage, requireLogin } from '../caller.ts';
import { type Call, contains, type Handler, jsonBody, pageOf, pagingHeaders, slice } from '../harbor.ts';
import { messageOf } from '../log.ts';
import {
  type Filter,
  filtersOf,
  replicate,
  setTrigger,
  type Trigger,
  triggerOf,
  unsetTrigger,
} from '../replication.ts';
import { apiTime, find, type PolicyRow, type ProjectRow, sqlTime } from '../tables.ts';
import { Answer, abort, created, done, fail, json } from '../web.ts';
import { metadataOf } from './metadata-rules.ts';
import { POLICY_KINDS, type PolicyBody, validatePolicy } from './policy-rules.ts';
import { projectById } from './projects.ts';
import { projectView, targetView } from './views.ts';

export const list: Handler = async (call) => {
  requireLogin(call.caller);
  const { query } = call.request;
  const asked = query.get('project_id') ?? '';
  if (asked !== '' && !(Number(asked) > 0)) return fail(400, `invalid project ID: ${asked}`);
  const page = pageOf(call);
  const rows = (await call.harbor.tables.select('replication_policy', { deleted: 0 })).filter(
    (row) => contains(row.name, query.get('name')) && (asked === '' || row.project_id === Number(asked)),
  );
  const shown = [];
  for (const row of slice(rows, page)) if (await mayManageOf(call, row)) shown.push(await view(call, row));
  return json(shown, pagingHeaders(call, rows.length, page));
};

export const get: Handler = async (call) => {
  requireLogin(call.caller);
  const policy = await policyOf(call);
  return (await mayManageOf(call, policy)) ? json(await view(call, policy)) : fail(403);
};

export const create: Handler = async (call) => {
  requireChanger(call);
  const body = await readBody(call);
  const project = await checkParts(call, body);
  const { harbor, request } = call;
  const time = sqlTime(harbor.now());
  const id = await harbor.tables.insert('replication_policy', {
    ...columns(body, project.project_id),
    enabled: 1,
    deleted: 0,
    creation_time: time,
    update_time: time,
  });
  // The row stays when this fails: the policy without trigger that nobody can delete.
  if (!body.trigger) return fail(500);
  await setTrigger(harbor, id, project.name, body.trigger, body.replicate_deletion === true);
  if (body.replicate_existing_image_now) startInBackground(call, id);
  return created(request, id);
};

export const update: Handler = async (call) => {
  requireChanger(call);
  const policy = await policyOf(call);
  const body = await readBody(call);
  const project = await checkParts(call, body);
  const { harbor } = call;
  const before = triggerOf(policy);
  const after = body.trigger;
  if (before === undefined || !after) throw new TypeError('policy without trigger');
  const set = { ...columns(body, project.project_id), update_time: sqlTime(harbor.now()) };
  await harbor.tables.update('replication_policy', { id: policy.id }, set);
  const changed =
    before.kind !== after.kind ||
    JSON.stringify(before.schedule_param) !== JSON.stringify(after.schedule_param);
  if (changed || after.kind === 'Immediate') {
    await unsetTrigger(harbor, policy.id, before);
    await setTrigger(harbor, policy.id, project.name, after, body.replicate_deletion === true);
  }
  if (body.replicate_existing_image_now) startInBackground(call, policy.id);
  return done();
};

export const remove: Handler = async (call) => {
  requireChanger(call);
  const { harbor } = call;
  const policy = await policyOf(call);
  const jobs = await harbor.tables.select('replication_job', { policy_id: policy.id });
  const busy = jobs.some(
    (job) => job.operation !== 'schedule' && ['running', 'retrying', 'pending'].includes(job.status),
  );
  if (busy) return abort(412, 'policy has running/retrying/pending jobs, can not be deleted');
  const trigger = triggerOf(policy);
  if (trigger === undefined) {
    harbor.log('ERROR', `failed to delete policy ${policy.id}: empty policy or trigger`);
    return abort(500);
  }
  await unsetTrigger(harbor, policy.id, trigger);
  await harbor.tables.update('replication_policy', { id: policy.id }, { deleted: 1 });
  return done();
};

/** Starts a policy by hand; the jobs appear after the answer. */
export const start: Handler = async (call) => {
  const { caller, harbor } = call;
  requireLogin(caller);
  if (!isAdmin(caller) && caller.kind !== 'service') return fail(403);
  const { policy_id: id = 0 } = await jsonBody<{ policy_id: number }>(call, { policy_id: 'number' });
  if (id <= 0) return abort(400, 'policy_id invalid value \n');
  if (!(await find(harbor.tables, 'replication_policy', { id, deleted: 0 }))) {
    return fail(404, `replication policy ${id} not found`);
  }
  startInBackground(call, id);
  return done();
};

function startInBackground({ harbor }: Call, id: number): void {
  const run = replicate(harbor, id).catch((error: unknown) =>
    harbor.log('ERROR', `policy ${id}: ${messageOf(error)}`),
  );
  harbor.background(run);
}

function requireChanger({ caller }: Call): void {
  requireLogin(caller);
  if (!isAdmin(caller)) throw new Answer(fail(403));
}

async function policyOf({ harbor, params }: Call): Promise<PolicyRow> {
  const id = Number(params['id']);
  if (id <= 0) throw new Answer(abort(400, 'invalid ID in URL'));
  const policy = await find(harbor.tables, 'replication_policy', { id, deleted: 0 });
  if (policy === undefined) throw new Answer(fail(404, `policy ${id} not found`));
  return policy;
}

async function readBody(call: Call): Promise<Partial<PolicyBody>> {
  const body = await jsonBody<PolicyBody>(call, POLICY_KINDS);
  const faults = validatePolicy(body);
  if (faults.length > 0) throw new Answer(abort(400, faults.map((text) => `${text} \n`).join('')));
  return body;
}

// All named projects and targets must exist, though only the first of each is kept.
async function checkParts(call: Call, body: Partial<PolicyBody>): Promise<ProjectRow> {
  const projects: ProjectRow[] = [];
  for (const { project_id = 0 } of body.projects ?? []) projects.push(await projectById(call, project_id));
  for (const { id = 0 } of body.targets ?? []) {
    if (!(await find(call.harbor.tables, 'replication_target', { id })))
      throw new Answer(fail(404, `target ${id} not found`));
  }
  const [first] = projects;
  if (first === undefined) throw new TypeError('no project');
  return first;
}

function columns(body: Partial<PolicyBody>, projectId: number) {
  const trigger = body.trigger ? JSON.stringify(storedTrigger(body.trigger)) : '';
  const filters = (body.filters ?? []).map(({ kind, pattern }): Filter => ({ kind, pattern }));
  return {
    name: body.name ?? '',
    project_id: projectId,
    target_id: body.targets?.[0]?.id ?? 0,
    description: body.description ?? '',
    cron_str: trigger,
    filters: filters.length === 0 ? '' : JSON.stringify(filters),
    replicate_deletion: body.replicate_deletion === true ? 1 : 0,
  };
}

function storedTrigger({ kind, schedule_param: when }: Trigger): Trigger {
  const param = when ? { type: when.type, weekday: when.weekday ?? 0, offtime: when.offtime ?? 0 } : null;
  return { kind, schedule_param: param };
}

async function mayManageOf({ harbor, caller }: Call, policy: PolicyRow): Promise<boolean> {
  const project = await find(harbor.tables, 'project', { project_id: policy.project_id });
  return project !== undefined && mayManage(harbor, caller, project);
}

async function view({ harbor }: Call, policy: PolicyRow): Promise<object> {
  const project = await find(harbor.tables, 'project', { project_id: policy.project_id });
  const target = await find(harbor.tables, 'replication_target', { id: policy.target_id });
  const failed = await harbor.tables.select('replication_job', { policy_id: policy.id, status: 'error' });
  const filters = filtersOf(policy);
  return {
    id: policy.id,
    name: policy.name,
    description: policy.description,
    filters: filters.length === 0 ? null : filters,
    replicate_deletion: policy.replicate_deletion === 1,
    trigger: triggerOf(policy) ?? null,
    projects:
      project === undefined ? [] : [projectView(project, await metadataOf(harbor, project.project_id))],
    targets: target === undefined ? [] : [targetView(target)],
    creation_time: apiTime(policy.creation_time),
    update_time: apiTime(policy.update_time),
    replicate_existing_image_now: false,
    error_job_count: failed.length,
  };
}
