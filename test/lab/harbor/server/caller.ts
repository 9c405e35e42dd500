// Who makes a request, and what that allows: system administrator, member with a role, service, or nobody.

import { hashPassword } from './crypto.ts';
import type { Harbor } from './harbor.ts';
import type { SessionValues } from './sessions.ts';
import { find, type ProjectRow, type UserRow } from './tables.ts';
import { Answer, fail, type WebRequest } from './web.ts';

export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly username: string; readonly admin: boolean }
  | { readonly kind: 'service'; readonly username: string };

const ANONYMOUS: Caller = { kind: 'anonymous' };

const PROJECT_ADMIN = 1;
const DEVELOPER = 2;
const GUEST = 3;

/** Finds out who calls, in Harbor's order: service secret, basic login, session. */
export async function identify(harbor: Harbor, request: WebRequest, session: SessionValues): Promise<Caller> {
  const authorization = request.headers['authorization'] ?? '';
  const secret = /^Harbor-Secret (.+)$/.exec(authorization)?.[1];
  if (secret !== undefined) return serviceOf(harbor, secret);
  const [username, password] = basicCredentials(authorization) ?? [];
  if (username !== undefined && password !== undefined) {
    const user = await login(harbor, username, password);
    if (user !== undefined) return { kind: 'user', username: user.username, admin: user.sysadmin_flag === 1 };
  }
  if (session.username === undefined) return ANONYMOUS;
  return { kind: 'user', username: session.username, admin: session.isSysAdmin === true };
}

const locked = new WeakMap<Harbor, Set<string>>();

/** Checks a login by name or address. A failure is held back and locks the name for as long. */
export async function login(
  harbor: Harbor,
  principal: string,
  password: string,
): Promise<UserRow | undefined> {
  const locks = locked.get(harbor) ?? new Set<string>();
  locked.set(harbor, locks);
  if (locks.has(principal)) return undefined;
  const users = await harbor.tables.select('user', { deleted: 0 });
  const user = users.find((candidate) => candidate.username === principal || candidate.email === principal);
  if (user !== undefined && (await hashPassword(password, user.salt ?? '')) === user.password) return user;
  locks.add(principal);
  await harbor.holdLogin();
  locks.delete(principal);
  return undefined;
}

export function isAuthenticated(caller: Caller): boolean {
  return caller.kind !== 'anonymous';
}

export function isAdmin(caller: Caller): boolean {
  return caller.kind === 'user' && caller.admin;
}

export function nameOf(caller: Caller): string {
  return caller.kind === 'anonymous' ? '' : caller.username;
}

/** Ends the request unless the caller is known. */
export function requireLogin(caller: Caller): void {
  if (!isAuthenticated(caller)) throw new Answer(fail(401));
}

/** Ends the request unless the caller is a system administrator. */
export function requireAdmin(caller: Caller): void {
  requireLogin(caller);
  if (!isAdmin(caller)) throw new Answer(fail(403));
}

/** Ends the request with what a caller without the right gets: 401 unknown, 403 known. */
export function refuse(caller: Caller): never {
  throw new Answer(fail(isAuthenticated(caller) ? 403 : 401));
}

/** The caller's role in a project as its number, 0 for none. */
export async function roleIn(harbor: Harbor, caller: Caller, project: ProjectRow): Promise<number> {
  if (caller.kind === 'anonymous') return 0;
  if (caller.kind === 'service') return GUEST;
  const user = await find(harbor.tables, 'user', { username: caller.username, deleted: 0 });
  if (user === undefined) return 0;
  const where = { project_id: project.project_id, entity_id: user.user_id, entity_type: 'u' };
  const member = await find(harbor.tables, 'project_member', where);
  return member?.role ?? (caller.admin ? PROJECT_ADMIN : 0);
}

export async function isPublic(harbor: Harbor, project: ProjectRow): Promise<boolean> {
  const where = { project_id: project.project_id, name: 'public', deleted: 0 };
  return (await find(harbor.tables, 'project_metadata', where))?.value === 'true';
}

export async function mayRead(harbor: Harbor, caller: Caller, project: ProjectRow): Promise<boolean> {
  if (await isPublic(harbor, project)) return true;
  return isAdmin(caller) || (await roleIn(harbor, caller, project)) > 0;
}

export async function mayWrite(harbor: Harbor, caller: Caller, project: ProjectRow): Promise<boolean> {
  if (caller.kind !== 'user') return false;
  return caller.admin || [PROJECT_ADMIN, DEVELOPER].includes(await roleIn(harbor, caller, project));
}

export async function mayManage(harbor: Harbor, caller: Caller, project: ProjectRow): Promise<boolean> {
  if (caller.kind !== 'user') return false;
  return caller.admin || (await roleIn(harbor, caller, project)) === PROJECT_ADMIN;
}

function serviceOf(harbor: Harbor, secret: string): Caller {
  if (secret === harbor.jobserviceSecret) return { kind: 'service', username: 'harbor-jobservice' };
  if (secret === harbor.uiSecret) return { kind: 'service', username: 'harbor-ui' };
  return ANONYMOUS;
}

function basicCredentials(authorization: string): [string, string] | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
