// Tags of a repository, read from the registry.

import { mayRead, refuse } from '../caller.ts';
import type { Call, Handler } from '../harbor.ts';
import { MANIFEST_V1, MANIFEST_V2 } from '../registry.ts';
import { find } from '../tables.ts';
import { abort, fail, json } from '../web.ts';
import { labelsOf } from './labels.ts';
import { projectByName } from './projects.ts';
import { labelView } from './views.ts';

interface ImageManifest {
  readonly config: { readonly digest: string; readonly size: number };
  readonly layers: readonly { readonly size: number }[];
}

interface ImageConfig {
  readonly architecture?: string;
  readonly os?: string;
  readonly docker_version?: string;
  readonly author?: string;
  readonly created?: string;
  readonly config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
}

export const list: Handler = async (call) => {
  const repository = await readable(call);
  const tags = await call.harbor.registry.tags(repository);
  return json(await Promise.all(tags.map((tag) => detail(call, repository, tag))));
};

export const get: Handler = async (call) => {
  const { harbor, caller, params } = call;
  const [repository = '', tag = ''] = [params['repo'], params['tag']];
  const project = await find(harbor.tables, 'project', { name: repository.split('/')[0] ?? '', deleted: 0 });
  const known = project !== undefined && (await harbor.registry.manifest(repository, tag)) !== undefined;
  if (!known) return fail(404, `resource: ${repository}:${tag} not found`);
  if (!(await mayRead(harbor, caller, project))) refuse(caller);
  return json(await detail(call, repository, tag));
};

export const manifest: Handler = async (call) => {
  const repository = await readable(call);
  const { registry } = call.harbor;
  const version = call.request.query.get('version') || 'v2';
  if (version !== 'v1' && version !== 'v2') return fail(400, 'version should be v1 or v2');
  const wanted = version === 'v1' ? MANIFEST_V1 : MANIFEST_V2;
  const found = await registry.manifest(repository, call.params['tag'] ?? '', wanted);
  if (found === undefined) return abort(404);
  const parsed = JSON.parse(found.payload);
  if (version === 'v1') return json({ manifest: parsed });
  return json({
    manifest: parsed,
    config: (await registry.blob(repository, parsed.config.digest)).toString(),
  });
};

export const scan: Handler = async () => fail(503);

// Without Notary its client fails.
export const signatures: Handler = async (call) => {
  await readable(call);
  return abort(500, 'internal error');
};

async function readable(call: Call): Promise<string> {
  const repository = call.params['repo'] ?? '';
  const project = await projectByName(call, repository);
  if (!(await mayRead(call.harbor, call.caller, project))) refuse(call.caller);
  return repository;
}

async function detail(call: Call, repository: string, tag: string): Promise<object> {
  const { registry } = call.harbor;
  const labels = await labelsOf(call, { resource_type: 'i', resource_name: `${repository}:${tag}` });
  const found = await registry.manifest(repository, tag);
  const image = found === undefined ? undefined : (JSON.parse(found.payload) as ImageManifest);
  const config =
    image === undefined
      ? {}
      : (JSON.parse((await registry.blob(repository, image.config.digest)).toString()) as ImageConfig);
  const sizes = image === undefined ? [] : [image.config.size, ...image.layers.map((layer) => layer.size)];
  return {
    digest: found?.digest ?? '',
    name: tag,
    size: sizes.reduce((sum, size) => sum + size, found?.payload.length ?? 0),
    architecture: config.architecture ?? '',
    os: config.os ?? '',
    docker_version: config.docker_version ?? '',
    author: config.author || maintainerOf(config),
    created: goTime(config.created ?? '0001-01-01T00:00:00Z'),
    config: config.config ? { labels: config.config.Labels ?? null } : null,
    signature: null,
    labels: labels.map(labelView),
  };
}

function maintainerOf(config: ImageConfig): string {
  const labels = Object.entries(config.config?.Labels ?? {});
  return labels.find(([name]) => name.toLowerCase() === 'maintainer')?.[1] ?? '';
}

/** A moment as Go writes it: no zeros at the end of the fraction. */
function goTime(text: string): string {
  return text.replace(/(\.\d*?)0+Z$/, (_, kept: string) => (kept === '.' ? 'Z' : `${kept}Z`));
}
