// /v2/: a registry for Docker and OCI clients, with Harbor's rights in front of it.

import type { Harbor } from '../harbor.ts';
import { empty, errorReply, HarborError, json, type WebReply, type WebRequest } from '../http.ts';
import {
  artifactAt,
  deleteArtifact,
  isDigest,
  putManifest,
  repositoryNamed,
  requireArtifact,
} from '../images.ts';
import type { Who } from '../login.ts';
import { mayInProject, mayInSystem } from '../rights.ts';
import type { Project } from '../state.ts';
import { blobRequest } from './uploads.ts';

export interface RegistryCall {
  readonly harbor: Harbor;
  readonly request: WebRequest;
  readonly project: Project;
  readonly repository: string;
  /** What follows `manifests/`, `blobs/` or `blobs/uploads/`. */
  readonly reference: string;
}

const VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

export async function registryHandler(harbor: Harbor, request: WebRequest): Promise<WebReply> {
  const reply = await handle(harbor, request).catch(errorReply);
  return { ...reply, headers: { ...VERSION, ...reply.headers } };
}

async function handle(harbor: Harbor, request: WebRequest): Promise<WebReply> {
  const who = await harbor.login.who(request.headers['authorization']);
  const path = decodeURIComponent(request.path);
  if (path === '/v2/' || path === '/v2') {
    if (who.kind === 'anonymous') throw challenge(harbor, request, '', 'unauthorized');
    return json({});
  }
  if (path === '/v2/_catalog') return catalog(harbor, request, who);
  const parts = /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.*)$/.exec(path);
  if (parts === null) throw new HarborError('NOT_FOUND', 'page not found');
  const [, repository = '', kind = '', reference = ''] = parts;
  const project = allowed(harbor, request, who, repository);
  const call: RegistryCall = { harbor, request, project, repository, reference };
  if (kind === 'tags') return tags(call);
  return kind === 'blobs' ? blobRequest(call) : manifestRequest(call);
}

// A reader without any login is sent for a token first, also where all may read.
function allowed(harbor: Harbor, request: WebRequest, who: Who, repository: string): Project {
  const { state } = harbor;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const action = reads
    ? 'pull'
    : request.method === 'DELETE' && !request.path.includes('/uploads/')
      ? 'delete'
      : 'push';
  const scope = `repository:${repository}:${action === 'push' ? 'push,pull' : action}`;
  const project = state.projects.find((one) => one.name === repository.split('/')[0]);
  if (reads && request.headers['authorization'] === undefined)
    throw challenge(harbor, request, scope, 'authorize header needed to send HEAD to repository');
  if (project === undefined)
    throw challenge(harbor, request, scope, `project ${repository.split('/')[0]} not found`);
  const may =
    who.kind === 'token'
      ? who.access.some(({ name, actions }) => name === repository && actions.includes(action))
      : mayInProject(state, who, project, 'repository', action);
  if (!may)
    throw challenge(
      harbor,
      request,
      scope,
      `unauthorized to access repository: ${repository}, action: ${action}`,
    );
  return project;
}

// Who came with some login and may not is asked for another one, not for a token.
function challenge(harbor: Harbor, request: WebRequest, scope: string, message: string): HarborError {
  const scheme = new URL(harbor.url()).protocol;
  const host = request.headers['host'] ?? new URL(harbor.url()).host;
  const realm = `Bearer realm="${scheme}//${host}/service/token",service="harbor-registry"`;
  const value =
    request.headers['authorization'] !== undefined
      ? 'Basic realm="harbor"'
      : `${realm}${scope === '' ? '' : `,scope="${scope}"`}`;
  return new HarborError('UNAUTHORIZED', message, { 'www-authenticate': value });
}

function manifestRequest(call: RegistryCall): WebReply {
  const { harbor, request, project, repository, reference } = call;
  const { state } = harbor;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return manifestReply(call);
    case 'PUT': {
      const mediaType = request.headers['content-type'] ?? '';
      const { digest } = putManifest(harbor, project, repository, reference, {
        mediaType,
        bytes: request.body,
      });
      return empty(201, {
        location: `/v2/${repository}/manifests/${digest}`,
        'docker-content-digest': digest,
      });
    }
    case 'DELETE': {
      if (!isDigest(reference)) throw new HarborError('UNSUPPORTED', `unsupported digest ${reference}`);
      deleteArtifact(harbor, repository, requireArtifact(state, repository, reference));
      return empty(202);
    }
    default:
      throw new HarborError('METHOD_NOT_ALLOWED', 'method not allowed');
  }
}

function manifestReply({ harbor, request, repository, reference }: RegistryCall): WebReply {
  const artifact = artifactAt(harbor.state, repository, reference);
  const body = artifact && harbor.blobs.read(artifact.digest);
  if (artifact === undefined || body === undefined)
    throw new HarborError('NOT_FOUND', `artifact ${repository}:${reference} not found`);
  const stored = repositoryNamed(harbor.state, repository);
  const replicated = request.headers['user-agent'] === 'harbor-registry-client';
  if (request.method === 'GET' && stored !== undefined && !replicated) stored.pullCount += 1;
  const headers = {
    'content-type': artifact.mediaType,
    'content-length': String(body.length),
    'docker-content-digest': artifact.digest,
    etag: `"${artifact.digest}"`,
  };
  return { status: 200, headers, body };
}

function tags({ harbor, repository }: RegistryCall): WebReply {
  const id = repositoryNamed(harbor.state, repository)?.id;
  if (id === undefined) throw new HarborError('NOT_FOUND', `repository ${repository} not found`);
  const names = harbor.state.artifacts
    .filter((artifact) => artifact.repositoryId === id)
    .flatMap((artifact) => artifact.tags.map((tag) => tag.name));
  return json({ name: repository, tags: names.sort() });
}

function catalog(harbor: Harbor, request: WebRequest, who: Who): WebReply {
  const may =
    who.kind === 'token'
      ? who.access.some(({ type }) => type === 'registry')
      : mayInSystem(who, 'catalog', 'read');
  if (!may) throw challenge(harbor, request, 'registry:catalog:*', 'unauthorized to list catalog');
  return json({ repositories: harbor.state.repositories.map((one) => one.name).sort() });
}
