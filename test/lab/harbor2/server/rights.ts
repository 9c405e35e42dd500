// Who may do what. Roles in a project follow src/common/rbac/project/rbac_role.go in what the stand-in has.

import { HarborError, notFound } from './http.ts';
import type { Who } from './login.ts';
import type { Project, State } from './state.ts';

/** In robots' permissions, and here, `repository` with `pull` and `push` is the registry. */
export function mayInSystem(who: Who, resource: string, action: string): boolean {
  if (who.kind === 'user') return who.user.administrator;
  if (who.kind !== 'robot') return false;
  return who.robot.permissions.some(
    (permission) => permission.kind === 'system' && hasAccess(permission.access, resource, action),
  );
}

/** @throws HarborError 401 for nobody, 403 for one who may not */
export function requireInSystem(who: Who, resource: string, action: string): void {
  requireSomeone(who);
  if (!mayInSystem(who, resource, action)) throw new HarborError('FORBIDDEN', nameOf(who));
}

export function requireSomeone(who: Who): void {
  if (who.kind === 'anonymous') throw new HarborError('UNAUTHORIZED', 'unauthorized');
}

/**
 * The project that a path names, where the caller may do this in it.
 *
 * @param nameOrId digits are a number unless `isName`
 * @throws HarborError; who may not see the project learns nothing of it
 */
export function projectFor(
  state: State,
  who: Who,
  nameOrId: string,
  right: readonly [resource: string, action: string],
  isName = false,
): Project {
  const byId = !isName && /^\d+$/.test(nameOrId);
  const project = state.projects.find((one) => (byId ? one.id === Number(nameOrId) : one.name === nameOrId));
  if (!mayInProject(state, who, project, ...right)) {
    requireSomeone(who);
    throw new HarborError('FORBIDDEN', 'forbidden');
  }
  if (project === undefined) throw notFound(`project ${nameOrId} not found`);
  return project;
}

export function mayInProject(
  state: State,
  who: Who,
  project: Project | undefined,
  resource: string,
  action: string,
): boolean {
  if (who.kind === 'user' && who.user.administrator) return true;
  if (project === undefined) return false;
  if (project.metadata['public'] === 'true' && publicRights.has(`${resource} ${action}`)) return true;
  if (who.kind === 'robot')
    return who.robot.permissions.some(
      ({ kind, namespace, access }) =>
        kind === 'project' &&
        (namespace === '*' || namespace === project.name) &&
        hasAccess(access, resource, action),
    );
  return rolesIn(state, who, project).some((role) => roleMay(role, resource, action));
}

/** The roles of a user in a project, by number. */
export function rolesIn(state: State, who: Who, project: Project): number[] {
  if (who.kind !== 'user') return [];
  return state.members
    .filter(({ projectId, entityId, entityType }) => {
      return projectId === project.id && entityType === 'u' && entityId === who.user.id;
    })
    .map((member) => member.role);
}

function hasAccess(
  access: readonly {
    readonly resource: string;
    readonly action: string;
    readonly effect?: string | undefined;
  }[],
  resource: string,
  action: string,
): boolean {
  return access.some(
    (one) => one.resource === resource && one.action === action && (one.effect ?? 'allow') !== 'deny',
  );
}

function nameOf(who: Who): string {
  return who.kind === 'anonymous' ? '' : who.name;
}

const reading = [
  'project read',
  'repository read',
  'repository list',
  'repository pull',
  'artifact read',
  'artifact list',
  'tag list',
  'label read',
  'label list',
];
const publicRights = new Set(reading);
const guestRights = new Set([
  ...reading,
  'member list',
  'member read',
  'metadata list',
  'metadata read',
  'quota read',
]);
const developerRights = new Set([
  ...guestRights,
  'repository push',
  'artifact create',
  'tag create',
  'artifact-label create',
  'artifact-label delete',
]);
const maintainerRights = new Set([
  ...developerRights,
  'repository update',
  'repository delete',
  'artifact delete',
  'tag delete',
  'label create',
  'label update',
  'label delete',
  'robot read',
  'robot list',
]);

function roleMay(role: number, resource: string, action: string): boolean {
  const right = `${resource} ${action}`;
  switch (role) {
    case 1:
      return true;
    case 4:
      return maintainerRights.has(right);
    case 2:
      return developerRights.has(right);
    case 3:
      return guestRights.has(right);
    default:
      return publicRights.has(right);
  }
}
