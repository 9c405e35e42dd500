// The two ends of a replication: this Harbor, and a peer over HTTP.

import type { Harbor } from '../harbor.ts';
import { HarborError } from '../http.ts';
import {
  artifactAt,
  deleteArtifact,
  deleteTag,
  hasBlob,
  labelNames,
  linkBlob,
  type Manifest,
  putManifest,
} from '../images.ts';
import type { Project } from '../state.ts';
import type { Resource } from './match.ts';
import { checked, type Peer, PeerError } from './peer.ts';

export interface Side {
  readonly url: string;
  /** All images of these projects, or of all. */
  resources(projects: readonly string[] | undefined): Promise<Resource[]>;
  manifest(repository: string, reference: string): Promise<Manifest | undefined>;
  hasBlob(repository: string, digest: string): Promise<boolean>;
  readBlob(repository: string, digest: string): Promise<Buffer>;
  writeBlob(repository: string, digest: string, bytes: Buffer): Promise<void>;
  putManifest(repository: string, reference: string, manifest: Manifest): Promise<void>;
  /** The artifact with all its tags. */
  deleteArtifact(repository: string, reference: string): Promise<void>;
  deleteTag(repository: string, tag: string): Promise<void>;
  /** Makes a project where there is none. */
  ensureProject(name: string, isPublic: boolean): Promise<void>;
}

/** What a manifest may be, for `Accept`. */
const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];

/** This Harbor. What is written fires events as a push does. */
export function localSide(harbor: Harbor): Side {
  const { state } = harbor;
  const projectOf = (repository: string): Project => {
    const name = repository.split('/')[0] ?? '';
    const project = state.projects.find((one) => one.name === name);
    if (project === undefined) throw new HarborError('NOT_FOUND', `project ${name} not found`);
    return project;
  };
  return {
    url: 'http://core:8080',
    async resources(projects) {
      return state.repositories
        .filter(({ name }) => projects === undefined || projects.includes(name.split('/')[0] ?? ''))
        .map(({ id, name }) => ({
          repository: name,
          isPublic: projectOf(name).metadata['public'] === 'true',
          artifacts: state.artifacts
            .filter((artifact) => artifact.repositoryId === id)
            .filter(({ digest, tags }) => tags.length > 0 || !isChild(harbor, id, digest))
            .map((artifact) => ({
              digest: artifact.digest,
              tags: artifact.tags.map((tag) => tag.name),
              labels: labelNames(state, artifact),
            })),
        }));
    },
    async manifest(repository, reference) {
      const artifact = artifactAt(state, repository, reference);
      const bytes = artifact && harbor.blobs.read(artifact.digest);
      if (artifact === undefined || bytes === undefined) return undefined;
      return { digest: artifact.digest, mediaType: artifact.mediaType, bytes };
    },
    hasBlob: async (repository, digest) => hasBlob(state, digest, repository),
    async readBlob(_, digest) {
      const bytes = harbor.blobs.read(digest);
      if (bytes === undefined) throw new Error(`blob ${digest} not found`);
      return bytes;
    },
    async writeBlob(repository, digest, bytes) {
      harbor.blobs.write(bytes);
      linkBlob(state, digest, bytes.length, repository);
    },
    async putManifest(repository, reference, manifest) {
      putManifest(harbor, projectOf(repository), repository, reference, manifest);
    },
    async deleteArtifact(repository, reference) {
      const artifact = artifactAt(state, repository, reference);
      if (artifact !== undefined) deleteArtifact(harbor, repository, artifact);
    },
    async deleteTag(repository, tag) {
      const artifact = artifactAt(state, repository, tag);
      if (artifact !== undefined) deleteTag(harbor, repository, artifact, tag);
    },
    async ensureProject(name, isPublic) {
      if (!state.projects.some((project) => project.name === name))
        harbor.replication.makeProject(name, isPublic);
    },
  };
}

function isChild({ state }: Harbor, repositoryId: number, digest: string): boolean {
  return state.artifacts.some((one) => one.repositoryId === repositoryId && one.children.includes(digest));
}

/** A peer. */
export function remoteSide(peer: Peer): Side {
  const manifests = (repository: string, reference: string): string =>
    `/v2/${repository}/manifests/${reference}`;
  const send = async (method: string, path: string, headers = {}, body?: Buffer) =>
    checked(method, peer.url + path, await peer.registry(method, path, headers, body));
  return {
    url: peer.url,
    resources: (projects) => remoteResources(peer, projects),
    async manifest(repository, reference) {
      const path = manifests(repository, reference);
      const reply = await peer.registry('GET', path, { accept: MANIFEST_TYPES.join(', ') });
      if (reply.status === 404) return undefined;
      const { headers, body } = checked('GET', peer.url + path, reply);
      return {
        digest: headers['docker-content-digest'] ?? '',
        mediaType: headers['content-type'] ?? '',
        bytes: body,
      };
    },
    async hasBlob(repository, digest) {
      const path = `/v2/${repository}/blobs/${digest}`;
      const reply = await peer.registry('HEAD', path);
      return reply.status !== 404 && checked('HEAD', peer.url + path, reply).status === 200;
    },
    readBlob: async (repository, digest) => (await send('GET', `/v2/${repository}/blobs/${digest}`)).body,
    async writeBlob(repository, digest, bytes) {
      const started = await send('POST', `/v2/${repository}/blobs/uploads/`);
      const location = new URL(started.headers['location'] ?? '', peer.url);
      location.searchParams.set('digest', digest);
      const type = { 'content-type': 'application/octet-stream' };
      await send('PUT', `${location.pathname}${location.search}`, type, bytes);
    },
    async putManifest(repository, reference, manifest) {
      const type = { 'content-type': manifest.mediaType };
      await send('PUT', manifests(repository, reference), type, manifest.bytes);
    },
    async deleteArtifact(repository, reference) {
      const manifest = await this.manifest(repository, reference);
      if (manifest !== undefined) await send('DELETE', manifests(repository, manifest.digest));
    },
    async deleteTag(repository, tag) {
      const [project = '', ...rest] = repository.split('/');
      const name = encodeURIComponent(encodeURIComponent(rest.join('/')));
      const path = `/projects/${project}/repositories/${name}/artifacts/${tag}/tags/${tag}`;
      await unless(404, peer.api('DELETE', path));
    },
    async ensureProject(name, isPublic) {
      const q = encodeURIComponent(`name={'${name}'}`);
      const found = await peer.list<{ readonly name: string }>(`/projects?q=${q}&with_detail=false`);
      if (found.some((project) => project.name === name)) return;
      const body = { project_name: name, metadata: { public: String(isPublic) } };
      await unless(409, peer.api('POST', '/projects', body));
    },
  };
}

async function remoteResources(peer: Peer, wanted: readonly string[] | undefined): Promise<Resource[]> {
  interface ProjectJson {
    readonly name: string;
    readonly metadata: { readonly public?: string };
  }
  interface ArtifactJson {
    readonly digest: string;
    readonly tags: readonly { readonly name: string }[] | null;
    readonly labels: readonly { readonly name: string }[] | null;
  }
  const projects = await peer.list<ProjectJson>('/projects');
  const resources: Resource[] = [];
  for (const project of projects.filter(({ name }) => wanted === undefined || wanted.includes(name))) {
    const repositories = await peer.list<{ readonly name: string }>(`/projects/${project.name}/repositories`);
    for (const { name } of repositories) {
      const inner = encodeURIComponent(encodeURIComponent(name.slice(project.name.length + 1)));
      const path = `/projects/${project.name}/repositories/${inner}/artifacts?with_label=true&with_accessory=true`;
      const artifacts = await peer.list<ArtifactJson>(path);
      resources.push({
        repository: name,
        isPublic: project.metadata.public === 'true',
        artifacts: artifacts.map(({ digest, tags, labels }) => ({
          digest,
          tags: (tags ?? []).map((tag) => tag.name),
          labels: (labels ?? []).map((label) => label.name),
        })),
      });
    }
  }
  return resources;
}

async function unless(status: number, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof PeerError) || error.status !== status) throw error;
  });
}
