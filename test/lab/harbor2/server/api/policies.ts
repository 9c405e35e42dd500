import { type Body, isObject, parseBody } from '../body.ts';
import type { Call, Harbor, Routes } from '../harbor.ts';
import { badRequest, created, empty, HarborError, hidden, json, notFound } from '../http.ts';
import { type Fields, page } from '../query.ts';
import { checkCron } from '../replication/cron.ts';
import { requireInSystem } from '../rights.ts';
import { type Filter, nextId, type Policy } from '../state.ts';
import { slice, sparse } from '../views.ts';
import { localRegistry, registryView } from './registries.ts';

export const policyRoutes: Routes = {
  'GET /replication/policies': list,
  'POST /replication/policies': create,
  'GET /replication/policies/{id}': (call) => {
    requireInSystem(call.who, 'replication-policy', 'read');
    return json(view(call.harbor, policyOf(call)));
  },
  'PUT /replication/policies/{id}': update,
  'DELETE /replication/policies/{id}': remove,
};

const fields: Fields<Policy> = {
  id: (policy) => policy.id,
  name: (policy) => policy.name,
  enabled: (policy) => policy.enabled,
  src_registry_id: (policy) => policy.sourceId,
  dest_registry_id: (policy) => policy.destinationId,
  creation_time: (policy) => policy.created,
};

function list({ harbor, request, who }: Call) {
  requireInSystem(who, 'replication-policy', 'list');
  const name = (request.query.get('name') ?? '').toLowerCase();
  const found = harbor.state.policies.filter((policy) => policy.name.toLowerCase().includes(name));
  return page(request, found, (policy) => view(harbor, policy), { fields, sort: '-creation_time,-id' });
}

function create({ harbor, request, who }: Call) {
  requireInSystem(who, 'replication-policy', 'create');
  const { state } = harbor;
  const settings = read(harbor, parseBody('policy', request.body));
  if (state.policies.some((policy) => policy.name === settings.name)) throw taken(settings.name);
  const id = nextId(state, 'policy');
  state.policies.push({ id, ...settings, created: harbor.now(), updated: harbor.now() });
  harbor.replication.reschedule();
  return created(request, id);
}

/** Replaces everything: what the body does not say is reset. */
function update(call: Call) {
  requireInSystem(call.who, 'replication-policy', 'update');
  const { harbor } = call;
  const settings = read(harbor, parseBody('policy', call.request.body));
  const policy = policyOf(call);
  if (harbor.state.policies.some((other) => other !== policy && other.name === settings.name))
    throw taken(settings.name);
  Object.assign(policy, settings, { updated: harbor.now() });
  harbor.replication.reschedule();
  return empty();
}

// Its executions go with it, running ones too.
function remove(call: Call) {
  requireInSystem(call.who, 'replication-policy', 'delete');
  const { harbor } = call;
  const policy = policyOf(call);
  harbor.replication.forget(policy.id);
  harbor.state.policies = harbor.state.policies.filter((one) => one !== policy);
  harbor.replication.reschedule();
  return empty();
}

function read(harbor: Harbor, body: Body): Omit<Policy, 'id' | 'created' | 'updated'> {
  const trigger = readTrigger(body.object('trigger'));
  const singleActive = body.flag('single_active_replication') ?? false;
  // Harbor gives this error no code of its own.
  if (singleActive && trigger?.type === 'event_based')
    throw hidden('single active replication is not allowed for event_based triggers');
  const settings = {
    name: body.text('name') ?? '',
    description: body.text('description') ?? '',
    sourceId: body.object('src_registry')?.whole('id') ?? 0,
    destinationId: body.object('dest_registry')?.whole('id') ?? 0,
    namespace: body.text('dest_namespace') ?? '',
    replaceCount: body.whole('dest_namespace_replace_count') ?? -1,
    trigger,
    filters: body.objects('filters').map(readFilter),
    // `replicate_deletion` is shown and never read.
    deletion: body.flag('deletion') ?? false,
    override: body.flag('override') ?? false,
    enabled: body.flag('enabled') ?? false,
    speed: Math.max(0, body.whole('speed') ?? 0),
    copyByChunk: body.flag('copy_by_chunk') ?? false,
    singleActive,
  };
  check(harbor, settings);
  return settings;
}

function readTrigger(body: Body | undefined): Policy['trigger'] {
  if (body === undefined) return null;
  const cron = body.object('trigger_settings')?.text('cron');
  return { type: body.text('type') ?? '', ...(cron === undefined ? {} : { cron }) };
}

function readFilter(body: Body): Filter {
  const type = body.text('type') ?? '';
  const value = body.any('value');
  const decoration = body.text('decoration') ?? '';
  if (type === 'label') {
    if (!Array.isArray(value) || value.some((label) => typeof label !== 'string'))
      throw badRequest("the type of label filter value isn't string slice");
  } else if (type === 'name' || type === 'tag' || type === 'resource') {
    if (typeof value !== 'string') throw badRequest("the type of filter value isn't string");
    if (type === 'resource' && value !== 'image' && value !== 'artifact')
      throw badRequest(`invalid resource filter: ${value}`);
    if (type !== 'tag' && decoration !== '') throw badRequest('only tag and label filter support decoration');
  } else throw badRequest('invalid filter type');
  if (!['', 'matches', 'excludes'].includes(decoration))
    throw badRequest(`invalid filter decoration, :${decoration}`);
  return { type, value, decoration };
}

function check({ state }: Harbor, policy: Omit<Policy, 'id' | 'created' | 'updated'>): void {
  const { sourceId, destinationId, trigger } = policy;
  if (policy.name === '') throw badRequest('empty name');
  if ((sourceId === 0) === (destinationId === 0))
    throw badRequest(
      "either src_registry or dest_registry should be empty and the other one shouldn't be empty",
    );
  if (policy.namespace !== '' && !/^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/.test(policy.namespace))
    throw badRequest(`invalid destination namespace: ${policy.namespace}`);
  if (trigger !== null) {
    if (trigger.type === 'scheduled') checkCron(trigger.cron);
    else if (trigger.type !== 'manual' && trigger.type !== 'event_based')
      throw badRequest('invalid trigger type');
  }
  for (const id of [sourceId, destinationId]) {
    if (id !== 0 && !state.registries.some((registry) => registry.id === id))
      throw notFound(`registry ${id} not found`);
  }
}

function policyOf({ harbor, params }: Call): Policy {
  const policy = harbor.state.policies.find((one) => one.id === Number(params['id']));
  if (policy === undefined) throw notFound(`replication policy ${params['id']} not found`);
  return policy;
}

function view({ state }: Harbor, policy: Policy) {
  const registryAt = (id: number) => {
    const registry = id === 0 ? localRegistry : state.registries.find((one) => one.id === id);
    return registry === undefined ? undefined : registryView(registry);
  };
  const trigger = policy.trigger && {
    ...(policy.trigger.cron === undefined ? {} : { trigger_settings: sparse({ cron: policy.trigger.cron }) }),
    type: policy.trigger.type,
  };
  const fields = {
    copy_by_chunk: policy.copyByChunk,
    creation_time: policy.created,
    deletion: policy.deletion,
    description: policy.description,
    dest_namespace: policy.namespace,
    dest_namespace_replace_count: policy.replaceCount,
    dest_registry: registryAt(policy.destinationId),
    enabled: policy.enabled,
    filters: slice(policy.filters.map((filter) => sparse(filterView(filter), ['value']))),
    id: policy.id,
    name: policy.name,
    override: policy.override,
    replicate_deletion: policy.deletion,
    single_active_replication: policy.singleActive,
    speed: policy.speed,
    src_registry: registryAt(policy.sourceId),
    trigger: isObject(trigger) ? trigger : undefined,
    update_time: policy.updated,
  };
  return sparse(fields, [
    'copy_by_chunk',
    'dest_namespace_replace_count',
    'single_active_replication',
    'speed',
  ]);
}

function filterView({ type, value, decoration }: Filter) {
  return { decoration, type, value };
}

function taken(name: string): HarborError {
  return new HarborError('CONFLICT', `replication policy ${name} already exists`);
}
