import { X509Certificate } from 'node:crypto';
import { type Body, parseBody } from '../body.ts';
import type { Call, Routes } from '../harbor.ts';
import { badRequest, created, empty, HarborError, hidden, json, notFound } from '../http.ts';
import { type Fields, page } from '../query.ts';
import { isHealthy } from '../replication/peer.ts';
import { requireInSystem } from '../rights.ts';
import { nextId, type Registry } from '../state.ts';
import { NO_TIME, sparse } from '../views.ts';

export const registryRoutes: Routes = {
  'GET /registries': list,
  'POST /registries': create,
  'POST /registries/ping': ping,
  'GET /registries/{id}': (call) => {
    requireInSystem(call.who, 'registry', 'read');
    return json(registryView(registryOf(call)));
  },
  'PUT /registries/{id}': update,
  'DELETE /registries/{id}': remove,
  'GET /registries/{id}/info': info,
  'GET /replication/adapters': ({ who }) => {
    requireInSystem(who, 'replication-adapter', 'list');
    return json(['harbor', 'docker-registry']);
  },
  'GET /replication/adapterinfos': ({ who }) => {
    requireInSystem(who, 'replication-adapter', 'list');
    return json({ harbor: {}, 'docker-registry': {} });
  },
};

/** A registry as the API shows it: the password is stars. */
export function registryView(registry: Registry) {
  const credential = sparse({
    access_key: registry.accessKey,
    access_secret: registry.accessSecret === '' ? '' : '*****',
    type: registry.credentialType,
  });
  const fields = {
    ca_certificate: registry.caCertificate,
    creation_time: registry.created,
    credential,
    description: registry.description,
    id: registry.id,
    insecure: registry.insecure,
    name: registry.name,
    status: registry.status,
    type: registry.type,
    update_time: registry.updated,
    url: registry.url,
  };
  return sparse(fields, ['id']);
}

/** This Harbor itself, number 0, as policies show it. */
export const localRegistry: Registry = {
  id: 0,
  name: 'Local',
  description: '',
  type: 'harbor',
  url: 'http://core:8080',
  insecure: true,
  caCertificate: '',
  credentialType: 'secret',
  accessKey: '',
  accessSecret: 'secret',
  status: 'healthy',
  created: NO_TIME,
  updated: NO_TIME,
};

const fields: Fields<Registry> = {
  id: (registry) => registry.id,
  name: (registry) => registry.name,
  url: (registry) => registry.url,
  type: (registry) => registry.type,
  status: (registry) => registry.status,
};

function list({ harbor, request, who }: Call) {
  requireInSystem(who, 'registry', 'list');
  const name = (request.query.get('name') ?? '').toLowerCase();
  const found = harbor.state.registries.filter((one) => one.name.toLowerCase().includes(name));
  return page(request, found, registryView, { fields });
}

async function create({ harbor, request, who }: Call) {
  requireInSystem(who, 'registry', 'create');
  const { state } = harbor;
  const body = parseBody('registry', request.body);
  const credential = body.object('credential');
  const registry: Registry = {
    ...localRegistry,
    name: body.text('name') ?? '',
    description: body.text('description') ?? '',
    type: body.text('type') ?? '',
    url: body.text('url') ?? '',
    insecure: body.flag('insecure') ?? false,
    caCertificate: checkedCertificate(body.text('ca_certificate')),
    ...credentialOf({
      type: credential?.text('type') ?? '',
      key: credential?.text('access_key') ?? '',
      secret: credential?.text('access_secret') ?? '',
    }),
    created: harbor.now(),
    updated: harbor.now(),
  };
  await check(registry);
  if (state.registries.some((one) => one.name === registry.name)) throw taken(registry.name);
  const id = nextId(state, 'registry');
  state.registries.push({ ...registry, id });
  return created(request, id);
}

/** A flat body; what is not in it stays. */
async function update(call: Call) {
  requireInSystem(call.who, 'registry', 'update');
  const { harbor } = call;
  const current = registryOf(call);
  const body = parseBody('registry', call.request.body);
  const wanted: Registry = {
    ...changed(current, body),
    name: body.text('name') ?? current.name,
    description: body.text('description') ?? current.description,
    updated: harbor.now(),
  };
  await check(wanted);
  if (harbor.state.registries.some((one) => one !== current && one.name === wanted.name))
    throw taken(wanted.name);
  Object.assign(current, wanted);
  return empty();
}

/** With an id: the stored registry, changed by what else the body says. */
async function ping({ harbor, request, who }: Call) {
  requireInSystem(who, 'registry', 'read');
  const body = parseBody('registry', request.body);
  const id = body.whole('id');
  const base =
    id === undefined
      ? {
          ...localRegistry,
          ...credentialOf({ type: '', key: '', secret: '' }),
          type: '',
          url: '',
          insecure: false,
        }
      : harbor.state.registries.find((one) => one.id === id);
  if (base === undefined) throw notFound(`registry ${id} not found`);
  const url = body.text('url');
  const wanted: Registry = {
    ...changed(base, body),
    type: body.text('type') ?? base.type,
    url: url === undefined ? base.url : checkedUrl(url),
  };
  if (wanted.type === '' || wanted.url === '') throw badRequest('type or url cannot be empty');
  await requireHealthy(wanted);
  return empty();
}

function changed(base: Registry, body: Body): Registry {
  const credential = credentialOf({
    type: body.text('credential_type') ?? base.credentialType,
    key: body.text('access_key') ?? base.accessKey,
    secret: body.text('access_secret') ?? base.accessSecret,
  });
  return {
    ...base,
    url: body.text('url') ?? base.url,
    insecure: body.flag('insecure') ?? base.insecure,
    caCertificate: checkedCertificate(body.text('ca_certificate') ?? base.caCertificate),
    ...credential,
  };
}

function remove(call: Call) {
  requireInSystem(call.who, 'registry', 'delete');
  const { state } = call.harbor;
  const registry = registryOf(call);
  const used = state.policies.some(
    (one) => one.sourceId === registry.id || one.destinationId === registry.id,
  );
  if (used)
    throw new HarborError(
      'PRECONDITION',
      `the registry ${registry.id} is referenced by replication policies, cannot delete it`,
    );
  state.registries = state.registries.filter((one) => one !== registry);
  return empty();
}

function info(call: Call) {
  requireInSystem(call.who, 'registry', 'read');
  const isLocal = call.params['id'] === '0';
  if (!isLocal) registryOf(call);
  return json({
    supported_copy_by_chunk: true,
    supported_resource_filters: [
      { style: 'input', type: 'name' },
      { style: 'input', type: 'tag' },
      { style: 'list', type: 'label' },
      { style: 'radio', type: 'resource', values: ['image', 'artifact'] },
    ],
    supported_triggers: ['manual', 'scheduled', ...(isLocal ? ['event_based'] : [])],
    type: 'harbor',
  });
}

function registryOf({ harbor, params }: Call): Registry {
  const registry = harbor.state.registries.find((one) => one.id === Number(params['id']));
  if (registry === undefined) throw notFound(`registry ${params['id']} not found`);
  return registry;
}

async function check(registry: Registry): Promise<void> {
  if (registry.name === '') throw badRequest('name cannot be empty');
  if (registry.name.length > 64) throw badRequest('the max length of name is 64');
  registry.url = checkedUrl(registry.url);
  await requireHealthy(registry);
  registry.status = 'healthy';
}

// A peer that does not answer, or whose certificate is not trusted, is an inner error of Harbor's: 500 without a
// reason. 400 is for a peer that answers and refuses the login.
async function requireHealthy(registry: Registry): Promise<void> {
  if (registry.type !== 'harbor') throw hidden(`adapter factory for ${registry.type} not found`);
  const healthy = await isHealthy(registry).catch((error: unknown) => {
    throw hidden(error instanceof Error ? error.message : String(error));
  });
  if (!healthy) throw badRequest('the registry is unhealthy');
}

function checkedUrl(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, '');
  if (trimmed === '') throw badRequest('empty string');
  const whole = trimmed.includes('://') ? trimmed : `http://${trimmed}`;
  let url: URL;
  try {
    url = new URL(whole);
  } catch {
    throw badRequest(`invalid URL: parse "${whole}": invalid URL`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw badRequest(`invalid HTTP scheme: ${url.protocol.slice(0, -1)}`);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`;
}

function checkedCertificate(pem = ''): string {
  if (pem === '') return '';
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw badRequest('invalid CA certificate: failed to parse PEM block');
  }
}

// Without a name nothing of the login is stored.
function credentialOf({ type, key, secret }: { type: string; key: string; secret: string }) {
  if (key === '') return { credentialType: '', accessKey: '', accessSecret: '' };
  return { credentialType: type || 'basic', accessKey: key, accessSecret: secret };
}

function taken(name: string): HarborError {
  return new HarborError('CONFLICT', `registry ${name} already exists`);
}
