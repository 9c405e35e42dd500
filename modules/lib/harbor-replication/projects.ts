import type { Current } from './current.ts';
import type { ReplicationParams } from './params.ts';

/** Why the projects, or the two Harbors, cannot be replicated; undefined where nothing is known against it. */
export function projectFault(params: ReplicationParams, current: Current): string | undefined {
  const { peer } = current;
  const here = missingHere(params, current);
  const there = peer?.answers ? peer.missing : [];
  if (peer?.answers && peer.generation !== current.generation) {
    return `this Harbor has the API of ${current.generation}, ${params.remote?.url} that of ${peer.generation}: they do not replicate to each other`;
  }
  if (peer?.answers === false && peer.isForbidden) return forbiddenText(params, peer.problem);
  const isPush = params.direction === 'push';
  const remote = params.remote?.url ?? 'the remote';
  const source = isPush ? here : there;
  if (source.length > 0) return `${missingText(source)} on ${isPush ? 'this Harbor' : remote}`;
  const target = isPush ? there : here;
  if (target.length === 0 || params.create_projects) return undefined;
  const where = isPush ? `on ${remote}, or ${params.remote?.username ?? 'the user'} may not see it` : 'here';
  return `${missingText(target)} ${where}: make it first (harbor_project), since of its settings Harbor would carry over only \`public\`; create_projects: true accepts that`;
}

export function projectWarnings(params: ReplicationParams, current: Current): string[] {
  const { peer } = current;
  const isPush = params.direction === 'push';
  const missing = isPush ? (peer?.answers ? peer.missing : []) : missingHere(params, current);
  const warnings: string[] = [];
  if (missing.length > 0) {
    warnings.push(
      `${missingText(missing)} at the destination: Harbor makes it, and of its settings carries over only \`public\``,
    );
  }
  if (peer?.answers === false && current.desired?.reached === true) {
    warnings.push(`whether ${params.projects.join(', ')} is there too could not be asked: ${peer.problem}`);
  }
  if (peer?.answers && peer.readOnly && isPush) {
    warnings.push(`${params.remote?.url} is read-only: nothing can be replicated to it until that ends`);
  }
  return warnings;
}

function missingHere(params: ReplicationParams, { projects }: Current): string[] {
  const names = new Set(projects.map((project) => project.name));
  return [...new Set(params.projects)].filter((name) => !names.has(name));
}

function missingText(names: readonly string[]): string {
  return names.length === 1
    ? `project ${names[0]} is not there`
    : `projects ${names.join(', ')} are not there`;
}

/** Harbor would look at the projects just so, with each replication. */
function forbiddenText({ remote, direction }: ReplicationParams, problem: string): string {
  const rights = direction === 'push' ? 'pull and push' : 'pull';
  return `${remote?.username ?? 'the user of the endpoint'} lacks rights there, so nothing could be replicated: ${problem}. A robot needs project read and repository ${rights} on the project, a user must be its member`;
}
