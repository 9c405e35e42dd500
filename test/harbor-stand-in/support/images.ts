// Images of the recordings: known by digest and size, put into a registry double without their real bytes.

import { createHash } from 'node:crypto';
import { allRecordings } from './recordings.ts';
import { RegistryDouble } from './registry-double.ts';
import type { Node } from './world.ts';

interface Known {
  readonly digest: string;
  readonly size: number;
}

const known = new Map<string, Known>();
for (const { request, response } of allRecordings()) {
  const repository = /^\/api\/repositories\/(.+)\/tags(\/[^/]+)?$/.exec(request.path)?.[1];
  if (request.method !== 'GET' || repository === undefined || response.status !== 200) continue;
  for (const tag of [JSON.parse(response.body ?? 'null')].flat()) {
    if (tag?.digest) known.set(`${repository}:${tag.name}`, { digest: tag.digest, size: tag.size });
  }
}

// The logs of transfers name the rest: an image's digest, then its configuration's and its layer's.
const blobs = new Map<string, readonly string[]>();
for (const { response } of allRecordings()) {
  const log = response.body ?? '';
  const [, image = '', digest = ''] =
    /manifest of (\S+) pulled successfully from source registry: (\S+)/.exec(log) ?? [];
  if (image === '') continue;
  known.set(image, { size: 1090, ...known.get(image), digest });
  blobs.set(
    image,
    [...log.matchAll(/ blob (sha256:\w+) of \S+ (?:to|already)/g)].map((match) => match[1] ?? ''),
  );
}

const CONFIG = JSON.stringify({
  architecture: 'amd64',
  author: 'realharbor',
  config: { Cmd: ['/bin/sh'], Labels: null },
  created: '2018-10-20T10:00:00.000000000Z',
  docker_version: '18.06.1-ce',
  os: 'linux',
});

interface Real {
  readonly payload: string;
  readonly config: string;
}

/** The images whose manifest and configuration were recorded. */
const real = new Map<string, Real>();
for (const { topic, seq, request, response } of allRecordings()) {
  const image =
    { 'push-docker-like': 'example/tomcat-web:app1', repositories: 'library/alpha:1.0' }[topic] ?? '';
  const before = real.get(image) ?? { payload: '', config: '' };
  if (topic === 'push-docker-like' && seq === 9) real.set(image, { ...before, config: request.body ?? '' });
  if (topic === 'push-docker-like' && seq === 11) real.set(image, { ...before, payload: request.body ?? '' });
  if (topic === 'repositories' && seq === 23) {
    real.set(image, { ...before, config: JSON.parse(response.body ?? '').config });
  }
  if (topic === 'repositories' && seq === 44) real.set(image, { ...before, payload: response.body ?? '' });
}

/** Puts an image into a node's registry; a client that counts also makes the registry report it. */
export function push(node: Node, repository: string, tag: string, agent = 'docker/18.06.1-ce'): void {
  const recorded = real.get(`${repository}:${tag}`);
  if (recorded !== undefined) putReal(node.registry, repository, tag, recorded);
  else putMade(node.registry, repository, tag);
  node.registry.event('push', repository, tag, agent, 'admin');
}

function putReal(registry: RegistryDouble, repository: string, tag: string, { payload, config }: Real): void {
  const { config: described, layers } = JSON.parse(payload);
  registry.blobs.set(described.digest, Buffer.from(config));
  for (const layer of layers) registry.blobs.set(layer.digest, Buffer.from(layer.digest));
  registry.put(repository, tag, `sha256:${createHash('sha256').update(payload).digest('hex')}`, payload);
}

function putMade(registry: RegistryDouble, repository: string, tag: string): void {
  const { digest, size } = known.get(`${repository}:${tag}`) ?? made(`${repository}:${tag}`);
  const [config = `sha256:${'c'.repeat(64)}`, logged] = blobs.get(`${repository}:${tag}`) ?? [];
  registry.blobs.set(config, Buffer.from(CONFIG));
  const layer = logged ?? `sha256:${digest.slice(7, 39)}${'1'.repeat(32)}`;
  registry.blobs.set(layer, Buffer.from(`layer of ${digest}`));
  put(registry, repository, tag, digest, size, config, layer);
}

function put(
  registry: RegistryDouble,
  repository: string,
  tag: string,
  digest: string,
  size: number,
  config: string,
  layer: string,
): void {
  const manifest = (layerSize: number): string =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 447, digest: config },
      layers: [
        { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: layerSize, digest: layer },
      ],
    });
  // The API's size is that of manifest, configuration and layers together.
  const payload = manifest(size - 447 - manifest(100).length);
  RegistryDouble.names.set(payload, digest);
  registry.put(repository, tag, digest, payload);
}

function made(image: string): Known {
  const digest = `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`;
  return { digest, size: 1090 };
}
