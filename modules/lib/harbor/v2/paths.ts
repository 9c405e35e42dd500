/**
 * Where a repository is: `/projects/example/repositories/tomcat-web`. The name behind its project is encoded
 * twice, since the server decodes it once before it looks for slashes.
 */
export function repositoryPath(repository: string): string {
  const slash = repository.indexOf('/');
  const [project, name] = [repository.slice(0, slash), repository.slice(slash + 1)];
  const encoded = encodeURIComponent(name);
  return `/projects/${encodeURIComponent(project)}/repositories/${name.includes('/') ? encodeURIComponent(encoded) : encoded}`;
}
