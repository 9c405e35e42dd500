// Targets: the other Harbors, called endpoints in the UI.

import { requireAdmin } from '../caller.ts';
import { decrypt, encrypt } from '../crypto.ts';
import { type Call, contains, type Handler, jsonBody } from '../harbor.ts';
import { messageOf } from '../log.ts';
import { RemoteRegistry } from '../remote-registry.ts';
import { apiTime, find, sqlTime, type TargetRow } from '../tables.ts';
import { Answer, abort, created, done, fail, json } from '../web.ts';
import { targetView } from './views.ts';

interface TargetBody {
  readonly id: number;
  readonly name: string;
  readonly endpoint: string;
  readonly username: string;
  readonly password: string;
  readonly type: number;
  readonly insecure: boolean;
}

const KINDS = {
  id: 'number',
  name: 'string',
  endpoint: 'string',
  username: 'string',
  password: 'string',
  type: 'number',
  insecure: 'boolean',
} as const;

export const list: Handler = async (call) => {
  requireAdmin(call.caller);
  const all = await call.harbor.tables.select('replication_target');
  const found = all.filter((target) => contains(target.name, call.request.query.get('name')));
  return json(found.length === 0 ? null : found.map(targetView));
};

export const get: Handler = async (call) => json(targetView(await targetOf(call)));

export const create: Handler = async (call) => {
  const { harbor, request } = call;
  requireAdmin(call.caller);
  const body = await jsonBody<TargetBody>(call, KINDS);
  const { name = '', username = '', password = '', type = 0, insecure = false } = body;
  const url = validated({ name, endpoint: body.endpoint ?? '', password });
  await refuseTaken(call, { name, url });
  const time = sqlTime(harbor.now());
  const id = await harbor.tables.insert('replication_target', {
    name,
    url,
    username,
    password: password === '' ? '' : encrypt(password, harbor.secretKey),
    target_type: type,
    insecure: insecure ? 1 : 0,
    creation_time: time,
    update_time: time,
  });
  return created(request, id);
};

export const update: Handler = async (call) => {
  const { harbor } = call;
  const target = await targetOf(call);
  const body = await jsonBody<TargetBody>(call, KINDS);
  const known = target.password ? decrypt(target.password, harbor.secretKey) : '';
  const {
    name = target.name,
    endpoint = target.url,
    username = target.username ?? '',
    password = known,
  } = body;
  const url = validated({ name, endpoint, password });
  await refuseTaken(call, {
    ...(name === target.name ? {} : { name }),
    ...(url === target.url ? {} : { url }),
  });
  await harbor.tables.update(
    'replication_target',
    { id: target.id },
    {
      name,
      url,
      username,
      password: password === '' ? '' : encrypt(password, harbor.secretKey),
      insecure: (body.insecure ?? target.insecure === 1) ? 1 : 0,
      update_time: sqlTime(harbor.now()),
    },
  );
  return done();
};

export const remove: Handler = async (call) => {
  const { id } = await targetOf(call);
  const used = await call.harbor.tables.select('replication_policy', { target_id: id, deleted: 0 });
  if (used.length > 0) return abort(412, 'the target is used by policies, can not be deleted');
  await call.harbor.tables.remove('replication_target', { id });
  return done();
};

export const ping: Handler = async (call) => {
  const { harbor } = call;
  requireAdmin(call.caller);
  const body = await jsonBody<TargetBody>(call, KINDS);
  const stored = body.id === undefined ? undefined : await targetById(call, body.id);
  const known = stored?.password ? decrypt(stored.password, harbor.secretKey) : '';
  const url = body.endpoint === undefined ? (stored?.url ?? '') : pingUrl(body.endpoint);
  const remote = new RemoteRegistry(harbor.fetch, {
    url,
    username: body.username ?? stored?.username ?? '',
    password: body.password ?? known,
    insecure: body.insecure ?? stored?.insecure === 1,
  });
  try {
    await remote.ping();
    return done();
  } catch (error) {
    // The reason stays in the log: the answer must not help to look around inside.
    harbor.log('ERROR', `failed to ping target: ${messageOf(error)}`);
    return fail(400, 'failed to ping target');
  }
};

export const policies: Handler = async (call) => {
  const target = await targetOf(call);
  const rows = await call.harbor.tables.select('replication_policy', { target_id: target.id, deleted: 0 });
  const shown = rows.map((row) => ({
    ID: row.id,
    ProjectID: row.project_id,
    TargetID: row.target_id,
    Name: row.name,
    Description: row.description,
    Trigger: row.cron_str,
    Filters: row.filters,
    ReplicateDeletion: row.replicate_deletion === 1,
    CreationTime: apiTime(row.creation_time),
    UpdateTime: apiTime(row.update_time),
    Deleted: row.deleted,
  }));
  return json(shown.length === 0 ? null : shown);
};

async function targetOf(call: Call): Promise<TargetRow> {
  requireAdmin(call.caller);
  const id = Number(call.params['id']);
  if (id <= 0) throw new Answer(abort(400, 'invalid ID in URL'));
  return targetById(call, id);
}

async function targetById(call: Call, id: number): Promise<TargetRow> {
  const target = await find(call.harbor.tables, 'replication_target', { id });
  if (target === undefined) throw new Answer(fail(404, `target ${id} not found`));
  return target;
}

async function refuseTaken(
  call: Call,
  wanted: { readonly name?: string; readonly url?: string },
): Promise<void> {
  const { tables } = call.harbor;
  if (wanted.name !== undefined && (await find(tables, 'replication_target', { name: wanted.name }))) {
    throw new Answer(fail(409, 'name is already used'));
  }
  if (wanted.url !== undefined && (await find(tables, 'replication_target', { url: wanted.url }))) {
    throw new Answer(fail(409, `the target whose endpoint is ${wanted.url} already exists`));
  }
}

// Each fault is a line `field text ` with a blank before the newline.
function validated(target: {
  readonly name: string;
  readonly endpoint: string;
  readonly password: string;
}): string {
  const faults: string[] = [];
  if (target.name === '') faults.push('name can not be empty');
  if (target.name.length > 64) faults.push('name max length is 64');
  const { url, fault } = parseEndpoint(target.endpoint);
  if (fault !== undefined) faults.push(`endpoint ${fault}`);
  else if (url.length > 64) faults.push('endpoint max length is 64');
  if (target.password.length > 48) faults.push('password max length is 48');
  if (faults.length > 0) throw new Answer(abort(400, faults.map((text) => `${text} \n`).join('')));
  return url;
}

function pingUrl(endpoint: string): string {
  const { url, fault } = parseEndpoint(endpoint);
  if (fault !== undefined) throw new Answer(fail(400, fault));
  return url;
}

function parseEndpoint(endpoint: string): { readonly url: string; readonly fault?: string } {
  const trimmed = endpoint.trim().replace(/\/+$/, '');
  if (trimmed === '') return { url: '', fault: 'empty URL' };
  const url = trimmed.includes('://') ? trimmed : `http://${trimmed}`;
  const [scheme = '', rest = ''] = url.split('://');
  if (!/^https?$/.test(scheme)) return { url, fault: `invalid scheme: ${scheme}` };
  return rest === '' ? { url, fault: 'empty URL' } : { url };
}
