// /service/token: src/core/service/token.

import { parseScopes, signToken, TOKEN_SERVICE } from '../../../harbor/server/token.ts';
import { setting } from '../api/settings-table.ts';
import type { Harbor } from '../harbor.ts';
import { badRequest, empty, json, type WebReply, type WebRequest } from '../http.ts';
import { mayInProject, mayInSystem } from '../rights.ts';

export async function tokenHandler(harbor: Harbor, request: WebRequest): Promise<WebReply> {
  const service = request.query.get('service') ?? '';
  if (service !== TOKEN_SERVICE) throw badRequest(`Unable to handle service: ${service}`);
  const who = await harbor.login.who(request.headers['authorization']);
  const scopes = parseScopes(request.query.getAll('scope'));
  // `docker login` asks for no scope; anything else may be for an image that all may pull.
  if (who.kind === 'anonymous' && scopes.length === 0) return empty(401);
  const { state } = harbor;
  const access = scopes.map(({ type, name }) => {
    const project = state.projects.find((one) => one.name === name.split('/')[0]);
    const actions =
      type === 'registry'
        ? mayInSystem(who, 'catalog', 'read') && ['*']
        : ['pull', 'push', 'delete'].filter((action) =>
            mayInProject(state, who, project, 'repository', action),
          );
    return { type, name, actions: actions || [] };
  });
  const name = who.kind === 'anonymous' ? '' : who.name;
  const minutes = Number(setting(state, 'token_expiration'));
  const token = signToken(state.privateKey, name, access, minutes, new Date());
  return json({
    token: token.token,
    access_token: '',
    expires_in: token.expires_in,
    issued_at: token.issued_at,
  });
}
