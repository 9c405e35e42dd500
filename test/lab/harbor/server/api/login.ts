// The page at `/`, login and logout, and the token service of the registry.

import {
  type Caller,
  isAdmin,
  isAuthenticated,
  login,
  mayManage,
  mayRead,
  mayWrite,
  nameOf,
} from '../caller.ts';
import type { Handler, Harbor } from '../harbor.ts';
import { messageOf } from '../log.ts';
import { newSessionId, sessionCookie } from '../sessions.ts';
import { find } from '../tables.ts';
import { parseScopes, type ResourceAccess, signToken, TOKEN_SERVICE } from '../token.ts';
import { abort, done, json, page } from '../web.ts';

export const index: Handler = async () => page(200, 'Harbor', '<harbor-app>Loading...</harbor-app>');

export const logIn: Handler = async ({ harbor, request, sessionId }) => {
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? await request.text() : '');
  const user = await login(harbor, form.get('principal') ?? '', form.get('password') ?? '');
  if (user === undefined) return abort(401);
  const values = { username: user.username, isSysAdmin: user.sysadmin_flag === 1 };
  await harbor.sessions.write(sessionId, values);
  return { ...done(), headers: [sessionCookie(sessionId)] };
};

export const logOut: Handler = async ({ harbor, sessionId }) => {
  await harbor.sessions.remove(sessionId);
  const fresh = newSessionId();
  await harbor.sessions.write(fresh, {});
  return { ...done(), headers: [sessionCookie(fresh)] };
};

export const token: Handler = async ({ harbor, request, caller }) => {
  const service = request.query.get('service') ?? '';
  if (service !== TOKEN_SERVICE) return abort(400, `Unable to handle service: ${service}`);
  const asked = parseScopes(request.query.getAll('scope'));
  // A login without scope is how `docker login` tests a password.
  if (!isAuthenticated(caller) && asked.length === 0) return abort(401);
  try {
    const access = await Promise.all(asked.map((one) => granted(harbor, caller, one)));
    const minutes = Number((await harbor.settings.read())['token_expiration'] ?? 30);
    const pem = await harbor.privateKey();
    return json(signToken(pem, nameOf(caller), access.length === 0 ? null : access, minutes, harbor.now()));
  } catch (error) {
    harbor.log('ERROR', `Unexpected error when creating the token, error: ${messageOf(error)}`);
    return abort(500);
  }
};

async function granted(harbor: Harbor, caller: Caller, asked: ResourceAccess): Promise<ResourceAccess> {
  const actions = asked.type === 'repository' ? await repositoryActions(harbor, caller, asked.name) : [];
  if (asked.type !== 'registry') return { ...asked, actions };
  if (asked.name !== 'catalog') throw new Error(`Unable to handle, type: ${asked.type}, name: ${asked.name}`);
  return { ...asked, actions: isAdmin(caller) ? asked.actions : [] };
}

async function repositoryActions(harbor: Harbor, caller: Caller, repository: string): Promise<string[]> {
  const [name = '', rest] = repository.split('/');
  if (rest === undefined) throw new Error(`Unable to parse image from string: ${repository}`);
  const project = await find(harbor.tables, 'project', { name, deleted: 0 });
  if (project === undefined) return [];
  if (await mayManage(harbor, caller, project)) return ['push', '*', 'pull'];
  if (await mayWrite(harbor, caller, project)) return ['push', 'pull'];
  return (await mayRead(harbor, caller, project)) ? ['pull'] : [];
}
