import { parseBody } from '../body.ts';
import type { Call, Harbor, Routes } from '../harbor.ts';
import { empty, json, notFound } from '../http.ts';
import { deleteArtifact, repositoryNamed } from '../images.ts';
import { type Fields, keyword, page } from '../query.ts';
import { mayInProject, projectFor } from '../rights.ts';
import type { Project, Repository } from '../state.ts';
import { sparse } from '../views.ts';

export const repositoryRoutes: Routes = {
  'GET /repositories': listAll,
  'GET /projects/{project_name}/repositories': list,
  'GET /projects/{project_name}/repositories/{repository_name}': (call) => {
    namedProject(call, 'repository', 'read');
    return json(view(call.harbor, repositoryOf(call)));
  },
  'PUT /projects/{project_name}/repositories/{repository_name}': update,
  'DELETE /projects/{project_name}/repositories/{repository_name}': remove,
};

/** The project a path names by `project_name`, which is never a number, where the caller may do this in it. */
export function namedProject({ harbor, params, who }: Call, resource: string, action: string): Project {
  return projectFor(harbor.state, who, params['project_name'] ?? '', [resource, action], true);
}

/** The name of the repository in a call's path, with its project. */
export function repositoryName({ params }: Call): string {
  return `${params['project_name']}/${params['repository_name']}`;
}

const fields: Fields<Repository> = {
  repository_id: (repository) => repository.id,
  name: (repository) => repository.name,
  project_id: (repository) => repository.projectId,
  creation_time: (repository) => repository.created,
  update_time: (repository) => repository.updated,
  pull_count: (repository) => repository.pullCount,
};

function listAll({ harbor, request, who }: Call) {
  const { state } = harbor;
  const may = (repository: Repository): boolean => {
    const project = state.projects.find((one) => one.id === repository.projectId);
    return mayInProject(state, who, project, 'repository', 'list');
  };
  const blob = keyword(request.query.get('q') ?? '', 'blob_digest');
  const found = state.repositories.filter(
    (one) => may(one) && (blob === undefined || state.blobs[blob]?.repositories.includes(one.name) === true),
  );
  return page(request, found, (repository) => view(harbor, repository), { fields, sort: '-repository_id' });
}

function list(call: Call) {
  const { harbor, request } = call;
  const project = namedProject(call, 'repository', 'list');
  const found = harbor.state.repositories.filter((repository) => repository.projectId === project.id);
  return page(request, found, (repository) => view(harbor, repository), { fields, sort: '-repository_id' });
}

function update(call: Call) {
  namedProject(call, 'repository', 'update');
  const repository = repositoryOf(call);
  repository.description = parseBody('repository', call.request.body).text('description') ?? '';
  return empty();
}

// One event for each artifact; on the other side the repository stays, empty.
function remove(call: Call) {
  const { harbor } = call;
  const { state } = harbor;
  namedProject(call, 'repository', 'delete');
  const repository = repositoryOf(call);
  for (;;) {
    const own = state.artifacts.filter((artifact) => artifact.repositoryId === repository.id);
    const free = own.find((artifact) => !own.some((other) => other.children.includes(artifact.digest)));
    if (free === undefined) break;
    deleteArtifact(harbor, repository.name, free);
  }
  state.repositories = state.repositories.filter((one) => one !== repository);
  return empty();
}

function repositoryOf(call: Call): Repository {
  const name = repositoryName(call);
  const repository = repositoryNamed(call.harbor.state, name);
  if (repository === undefined) throw notFound(`repository ${name} not found`);
  return repository;
}

function view({ state }: Harbor, repository: Repository) {
  const fields = {
    artifact_count: state.artifacts.filter((artifact) => artifact.repositoryId === repository.id).length,
    creation_time: repository.created,
    description: repository.description,
    id: repository.id,
    name: repository.name,
    project_id: repository.projectId,
    pull_count: repository.pullCount,
    update_time: repository.updated,
  };
  return sparse(fields, ['artifact_count', 'pull_count']);
}
