// Repositories, artifacts and tags: what the API and the registry both change, with the events that follow.

import type { Harbor } from './harbor.ts';
import { badRequest, HarborError, notFound } from './http.ts';
import { type Artifact, nextId, type Project, type Repository, type State } from './state.ts';

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** What a manifest names. */
export interface Contents {
  readonly configMediaType: string;
  /** Config and layers. */
  readonly blobs: readonly { readonly digest: string; readonly size: number }[];
  /** Manifests of an index. */
  readonly children: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export function isDigest(reference: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(reference);
}

export function repositoryNamed(state: State, name: string): Repository | undefined {
  return state.repositories.find((repository) => repository.name === name);
}

/** The artifact under a tag or digest. */
export function artifactAt(state: State, repository: string, reference: string): Artifact | undefined {
  const id = repositoryNamed(state, repository)?.id;
  return state.artifacts.find(
    (artifact) =>
      artifact.repositoryId === id &&
      (artifact.digest === reference || artifact.tags.some((tag) => tag.name === reference)),
  );
}

/** @throws HarborError in Harbor's words */
export function requireArtifact(state: State, repository: string, reference: string): Artifact {
  const artifact = artifactAt(state, repository, reference);
  if (artifact === undefined) throw notFound(`artifact ${repository}:${reference} not found`);
  return artifact;
}

function ensureRepository(harbor: Harbor, project: Project, name: string): Repository {
  const { state } = harbor;
  const present = repositoryNamed(state, name);
  if (present !== undefined) return present;
  const stamps = { created: harbor.now(), updated: harbor.now() };
  const id = nextId(state, 'repository');
  const made = { id, projectId: project.id, name, description: '', pullCount: 0, ...stamps };
  state.repositories.push(made);
  return made;
}

/** The tags an event for this artifact speaks of are the ones given. */
export function labelNames(state: State, artifact: Artifact): string[] {
  return state.labels.filter((label) => artifact.labels.includes(label.id)).map((label) => label.name);
}

/**
 * Stores a manifest and, under a tag, moves that tag to it. Every push fires an event, also one that changes nothing.
 *
 * @param reference a tag, or the digest
 * @throws HarborError where the manifest is none or names blobs that are not there
 */
export function putManifest(
  harbor: Harbor,
  project: Project,
  repositoryName: string,
  reference: string,
  manifest: Omit<Manifest, 'digest'>,
): Artifact {
  const { state } = harbor;
  const contents = readManifest(manifest);
  requireContents(state, repositoryName, contents);
  const digest = harbor.blobs.write(manifest.bytes);
  if (isDigest(reference) && reference !== digest)
    throw new HarborError('DIGEST_INVALID', 'provided digest did not match uploaded content');
  linkBlob(state, digest, manifest.bytes.length, repositoryName);
  const repository = ensureRepository(harbor, project, repositoryName);
  const artifact =
    artifactAt(state, repositoryName, digest) ??
    addArtifact(harbor, repository, { ...manifest, digest }, contents);
  if (!isDigest(reference)) moveTag(harbor, repository, artifact, reference);
  repository.updated = harbor.now();
  harbor.replication.event({
    kind: 'push',
    repository: repositoryName,
    digest,
    tags: isDigest(reference) ? [] : [reference],
    labels: labelNames(state, artifact),
  });
  return artifact;
}

export function moveTag(harbor: Harbor, repository: Repository, artifact: Artifact, name: string): void {
  const { state } = harbor;
  if (artifact.tags.some((tag) => tag.name === name)) return;
  for (const other of state.artifacts) {
    if (other.repositoryId === repository.id) other.tags = other.tags.filter((tag) => tag.name !== name);
  }
  artifact.tags.push({ id: nextId(state, 'tag'), name, pushed: harbor.now() });
}

/** Deletes an artifact with all its tags, and the children of an index that nothing else needs. */
export function deleteArtifact(harbor: Harbor, repositoryName: string, artifact: Artifact): void {
  const { state } = harbor;
  if (parentsOf(state, artifact).length > 0)
    throw new HarborError('VIOLATE_FOREIGN_KEY_CONSTRAINT', 'the deleting artifact is referenced by others');
  const event = {
    kind: 'delete',
    repository: repositoryName,
    digest: artifact.digest,
    tags: artifact.tags.map((tag) => tag.name),
    labels: labelNames(state, artifact),
  } as const;
  forget(state, artifact);
  harbor.replication.event(event);
}

export function deleteTag(harbor: Harbor, repositoryName: string, artifact: Artifact, name: string): void {
  if (!artifact.tags.some((tag) => tag.name === name))
    throw notFound(`tag ${name} attached to artifact ${artifact.id} not found`);
  artifact.tags = artifact.tags.filter((tag) => tag.name !== name);
  harbor.replication.event({
    kind: 'delete tag',
    repository: repositoryName,
    digest: artifact.digest,
    tags: [name],
    labels: labelNames(harbor.state, artifact),
  });
}

/** Lets a repository read a blob. */
export function linkBlob(state: State, digest: string, size: number, repository: string): void {
  const blob = state.blobs[digest] ?? { size, repositories: [] };
  state.blobs[digest] = blob;
  if (!blob.repositories.includes(repository)) blob.repositories.push(repository);
}

export function hasBlob(state: State, digest: string, repository: string): boolean {
  return state.blobs[digest]?.repositories.includes(repository) === true;
}

/** @throws HarborError where it is no manifest of a known kind */
export function readManifest({ bytes, mediaType }: Omit<Manifest, 'digest'>): Contents {
  interface Descriptor {
    readonly digest: string;
    readonly size: number;
    readonly mediaType: string;
  }
  interface ManifestJson {
    readonly config?: Descriptor;
    readonly layers?: readonly Descriptor[];
    readonly manifests?: readonly Descriptor[];
    readonly annotations?: Readonly<Record<string, string>>;
  }
  let parsed: ManifestJson;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new HarborError('MANIFEST_INVALID', 'manifest invalid');
  }
  const { config, layers = [], manifests, annotations } = parsed;
  const notes = annotations === undefined ? {} : { annotations };
  if (manifests !== undefined)
    return { configMediaType: mediaType, blobs: [], children: manifests.map((one) => one.digest), ...notes };
  if (config === undefined) throw new HarborError('MANIFEST_INVALID', 'manifest invalid');
  return { configMediaType: config.mediaType, blobs: [config, ...layers], children: [], ...notes };
}

function requireContents(state: State, repository: string, { blobs, children }: Contents): void {
  const missing = [...blobs.map((blob) => blob.digest), ...children].find(
    (digest) => !hasBlob(state, digest, repository),
  );
  if (missing !== undefined) throw badRequest(`blob unknown to registry: ${missing}`);
}

function addArtifact(
  harbor: Harbor,
  repository: Repository,
  manifest: Manifest,
  contents: Contents,
): Artifact {
  const { state } = harbor;
  const sizes = [manifest.digest, ...contents.blobs.map((blob) => blob.digest), ...contents.children];
  const artifact: Artifact = {
    id: nextId(state, 'artifact'),
    repositoryId: repository.id,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    configMediaType: contents.configMediaType,
    size: sizes.reduce((sum, digest) => sum + (state.blobs[digest]?.size ?? 0), 0),
    children: contents.children,
    blobs: contents.blobs.map((blob) => blob.digest),
    tags: [],
    labels: [],
    pushed: harbor.now(),
    ...(contents.annotations === undefined ? {} : { annotations: contents.annotations }),
  };
  state.artifacts.push(artifact);
  return artifact;
}

function parentsOf(state: State, artifact: Artifact): Artifact[] {
  return state.artifacts.filter(
    (one) => one.repositoryId === artifact.repositoryId && one.children.includes(artifact.digest),
  );
}

function forget(state: State, artifact: Artifact): void {
  state.artifacts = state.artifacts.filter((one) => one !== artifact);
  for (const digest of artifact.children) {
    const child = state.artifacts.find(
      (one) => one.repositoryId === artifact.repositoryId && one.digest === digest,
    );
    if (child !== undefined && child.tags.length === 0 && parentsOf(state, child).length === 0)
      forget(state, child);
  }
}
