// Replication jobs as the API shows them.

import { isAdmin, mayManage, requireLogin } from '../caller.ts';
import { type Call, contains, type Handler, jsonBody, pageOf, pagingHeaders, slice } from '../harbor.ts';
import { messageOf } from '../log.ts';
import { find, type JobRow, type PolicyRow, sqlTime } from '../tables.ts';
import { Answer, abort, done, fail, json } from '../web.ts';
import { jobView } from './views.ts';

export const list: Handler = async (call) => {
  requireLogin(call.caller);
  const { query } = call.request;
  const asked = query.get('policy_id') ?? '';
  if (!/^\d+$/.test(asked) || Number(asked) <= 0) return fail(400, `invalid policy_id: ${asked}`);
  const policy = await policyById(call, Number(asked));
  await requireManager(call, policy);
  const [start, end] = [momentOf(call, 'start_time'), momentOf(call, 'end_time')];
  const statuses = query.getAll('status').filter((status) => status !== '');
  const page = pageOf(call);
  const rows = (await workOf(call, policy))
    .filter((job) => contains(job.repository, query.get('repository')))
    .filter((job) => statuses.length === 0 || statuses.includes(job.status))
    .filter(
      (job) =>
        (start === undefined || job.creation_time >= start) &&
        (end === undefined || job.creation_time <= end),
    )
    .sort((a, b) => (a.update_time === b.update_time ? b.id - a.id : a.update_time < b.update_time ? 1 : -1));
  return json(slice(rows, page).map(jobView), pagingHeaders(call, rows.length, page));
};

export const stop: Handler = async (call) => {
  requireChanger(call);
  const body = await jsonBody<{ policy_id: number; status: string }>(call, {
    policy_id: 'number',
    status: 'string',
  });
  const faults = [
    ...((body.policy_id ?? 0) > 0 ? [] : ['policy_id invalid value']),
    ...(body.status === 'stop' ? [] : ['status invalid status, valid values: [stop]']),
  ];
  if (faults.length > 0) return abort(400, faults.map((text) => `${text} \n`).join(''));
  const policy = await policyById(call, body.policy_id ?? 0);
  for (const job of await workOf(call, policy)) {
    await call.harbor.jobs.stop(job.job_uuid ?? '').catch((error: unknown) => {
      call.harbor.log('ERROR', `failed to stop job id-${job.id} uuid-${job.job_uuid}: ${messageOf(error)}`);
    });
  }
  return done();
};

export const remove: Handler = async (call) => {
  requireChanger(call);
  const job = await find(call.harbor.tables, 'replication_job', { id: Number(call.params['id']) });
  if (job === undefined) return fail(404, `job ${Number(call.params['id'])} not found`);
  if (job.status === 'pending' || job.status === 'running')
    return fail(400, `job is ${job.status}, can not be deleted`);
  await call.harbor.tables.remove('replication_job', { id: job.id });
  return done();
};

export const log: Handler = async (call) => {
  requireLogin(call.caller);
  const id = Number(call.params['id']);
  const job = await find(call.harbor.tables, 'replication_job', { id });
  if (job === undefined) return fail(404, `replication job ${id} not found`);
  await requireManager(call, await policyById(call, job.policy_id));
  const body = await call.harbor.jobs.log(job.job_uuid ?? '');
  return { status: 200, headers: [['Content-Type', 'text/plain']], body };
};

// The jobs that only start a scheduled policy are hidden.
async function workOf({ harbor }: Call, policy: PolicyRow): Promise<JobRow[]> {
  const jobs = await harbor.tables.select('replication_job', { policy_id: policy.id });
  return jobs.filter((job) => job.operation !== 'schedule');
}

async function policyById({ harbor }: Call, id: number): Promise<PolicyRow> {
  const policy = await find(harbor.tables, 'replication_policy', { id, deleted: 0 });
  if (policy === undefined) throw new Answer(fail(404, `policy ${id} not found`));
  return policy;
}

async function requireManager({ harbor, caller }: Call, policy: PolicyRow): Promise<void> {
  const project = await find(harbor.tables, 'project', { project_id: policy.project_id });
  if (project === undefined || !(await mayManage(harbor, caller, project))) throw new Answer(fail(403));
}

function requireChanger({ caller }: Call): void {
  requireLogin(caller);
  if (!isAdmin(caller)) throw new Answer(fail(403));
}

function momentOf({ request }: Call, name: string): string | undefined {
  const text = request.query.get(name) ?? '';
  if (text === '') return undefined;
  if (!/^-?\d+$/.test(text)) throw new Answer(fail(400, `invalid ${name}: ${text}`));
  return sqlTime(new Date(Number(text) * 1000));
}
