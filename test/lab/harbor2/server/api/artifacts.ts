import { parseBody } from '../body.ts';
import type { Call, Harbor, Routes } from '../harbor.ts';
import { created, empty, HarborError, json, notFound, type WebRequest } from '../http.ts';
import {
  deleteArtifact,
  deleteTag,
  labelNames,
  moveTag,
  repositoryNamed,
  requireArtifact,
} from '../images.ts';
import { type Fields, page } from '../query.ts';
import type { Artifact, Repository, Tag } from '../state.ts';
import { NO_TIME, slice, sparse } from '../views.ts';
import { labelView } from './labels.ts';
import { namedProject, repositoryName } from './repositories.ts';

const ARTIFACTS = '/projects/{project_name}/repositories/{repository_name}/artifacts';

export const artifactRoutes: Routes = {
  [`GET ${ARTIFACTS}`]: list,
  [`GET ${ARTIFACTS}/{reference}`]: (call) => {
    namedProject(call, 'artifact', 'read');
    return json(view(call.harbor, artifactOf(call), optionsOf(call.request)));
  },
  [`DELETE ${ARTIFACTS}/{reference}`]: (call) => {
    namedProject(call, 'artifact', 'delete');
    deleteArtifact(call.harbor, repositoryName(call), artifactOf(call));
    return empty();
  },
  [`GET ${ARTIFACTS}/{reference}/tags`]: listTags,
  [`POST ${ARTIFACTS}/{reference}/tags`]: addTag,
  [`DELETE ${ARTIFACTS}/{reference}/tags/{tag_name}`]: (call) => {
    namedProject(call, 'tag', 'delete');
    deleteTag(call.harbor, repositoryName(call), artifactOf(call), call.params['tag_name'] ?? '');
    return empty();
  },
  [`POST ${ARTIFACTS}/{reference}/labels`]: addLabel,
  [`DELETE ${ARTIFACTS}/{reference}/labels/{label_id}`]: removeLabel,
};

interface Options {
  readonly tags: boolean;
  readonly labels: boolean;
}

const fields: Fields<Artifact> = {
  id: (artifact) => artifact.id,
  digest: (artifact) => artifact.digest,
  push_time: (artifact) => artifact.pushed,
  size: (artifact) => artifact.size,
  media_type: (artifact) => artifact.configMediaType,
};

// Children of an index are not listed, unless they have a tag of their own. No such repository: an empty list.
function list(call: Call) {
  const { harbor, request } = call;
  namedProject(call, 'artifact', 'list');
  const id = repositoryNamed(harbor.state, repositoryName(call))?.id;
  const own = harbor.state.artifacts.filter((artifact) => artifact.repositoryId === id);
  const shown = own.filter(
    (artifact) => artifact.tags.length > 0 || !own.some((one) => one.children.includes(artifact.digest)),
  );
  const wanted = shown.filter((artifact) => fitsTags(request, artifact));
  const options = optionsOf(request);
  return page(request, wanted, (artifact) => view(harbor, artifact, options), {
    fields,
    sort: '-push_time,-id',
  });
}

// `q=tags=*` and `q=tags=nil` of Harbor's pages, and a tag's name.
function fitsTags(request: WebRequest, artifact: Artifact): boolean {
  const wanted = /(?:^|,)tags=(~?)([^,]+)/.exec(request.query.get('q') ?? '');
  if (wanted === null) return true;
  const [, fuzzy, text = ''] = wanted;
  if (text === '*') return artifact.tags.length > 0;
  if (text === 'nil') return artifact.tags.length === 0;
  return artifact.tags.some(({ name }) => (fuzzy === '~' ? name.includes(text) : name === text));
}

function listTags(call: Call) {
  const { request } = call;
  namedProject(call, 'tag', 'list');
  const artifact = artifactOf(call);
  return page(request, artifact.tags, (tag) => tagView(artifact, tag), {
    fields: { name: (tag) => tag.name, id: (tag) => tag.id },
    sort: 'id',
  });
}

function addTag(call: Call) {
  const { harbor, request } = call;
  namedProject(call, 'tag', 'create');
  const name = parseBody('tag', request.body).text('name') ?? '';
  const artifact = artifactOf(call);
  const repository = repositoryOf(call);
  if (!/^\w[\w.-]{0,127}$/.test(name)) throw new HarborError('BAD_REQUEST', `invalid tag name: ${name}`);
  const taken = harbor.state.artifacts.some(
    (one) => one.repositoryId === repository.id && one.tags.some((tag) => tag.name === name),
  );
  if (taken)
    throw new HarborError('CONFLICT', `tag ${name} already exists under the repository ${repository.id}`);
  moveTag(harbor, repository, artifact, name);
  harbor.replication.event({
    kind: 'push',
    repository: repository.name,
    digest: artifact.digest,
    tags: [name],
    labels: labelNames(harbor.state, artifact),
  });
  return created(request, name);
}

function addLabel(call: Call) {
  const { state } = call.harbor;
  namedProject(call, 'artifact-label', 'create');
  const artifact = artifactOf(call);
  const id = parseBody('label', call.request.body).whole('id') ?? 0;
  if (!state.labels.some((label) => label.id === id))
    throw notFound(`the reference tries to refer a non existing label ${id} or artifact ${artifact.id}`);
  if (artifact.labels.includes(id))
    throw new HarborError('CONFLICT', `label ${id} is already added to the artifact ${artifact.id}`);
  artifact.labels.push(id);
  return empty();
}

function removeLabel(call: Call) {
  namedProject(call, 'artifact-label', 'delete');
  const artifact = artifactOf(call);
  const id = Number(call.params['label_id']);
  if (!artifact.labels.includes(id))
    throw notFound(`reference with label ${id} and artifact ${artifact.id} not found`);
  artifact.labels = artifact.labels.filter((label) => label !== id);
  return empty();
}

function artifactOf(call: Call): Artifact {
  return requireArtifact(call.harbor.state, repositoryName(call), call.params['reference'] ?? '');
}

function repositoryOf(call: Call): Repository {
  const found = repositoryNamed(call.harbor.state, repositoryName(call));
  if (found === undefined) throw notFound(`repository ${repositoryName(call)} not found`);
  return found;
}

function optionsOf({ query }: WebRequest): Options {
  return { tags: query.get('with_tag') !== 'false', labels: query.get('with_label') === 'true' };
}

function view({ state }: Harbor, artifact: Artifact, options: Options) {
  const repository = state.repositories.find((one) => one.id === artifact.repositoryId);
  const references = artifact.children.map((digest) => ({
    child_digest: digest,
    child_id: state.artifacts.find(
      (one) => one.repositoryId === artifact.repositoryId && one.digest === digest,
    )?.id,
    parent_id: artifact.id,
    urls: null,
  }));
  return sparse({
    accessories: null,
    addition_links: {},
    annotations: artifact.annotations,
    artifact_type: artifact.configMediaType,
    digest: artifact.digest,
    extra_attrs: {},
    id: artifact.id,
    labels: slice(
      options.labels ? state.labels.filter((one) => artifact.labels.includes(one.id)).map(labelView) : [],
    ),
    manifest_media_type: artifact.mediaType,
    media_type: artifact.configMediaType,
    project_id: repository?.projectId,
    pull_time: NO_TIME,
    push_time: artifact.pushed,
    references: slice(references),
    repository_id: artifact.repositoryId,
    repository_name: repository?.name,
    size: artifact.size,
    tags: slice(options.tags ? artifact.tags.map((tag) => tagView(artifact, tag)) : []),
    type: 'IMAGE',
  });
}

function tagView(artifact: Artifact, tag: Tag) {
  return {
    artifact_id: artifact.id,
    id: tag.id,
    immutable: false,
    name: tag.name,
    pull_time: NO_TIME,
    push_time: tag.pushed,
    repository_id: artifact.repositoryId,
  };
}
