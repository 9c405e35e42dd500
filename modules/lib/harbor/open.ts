import type { HostAccess } from '../../../src/module/index.ts';
import type { HarborReads } from './api.ts';
import { HarborError } from './error.ts';
import { HarborHttp } from './http.ts';
import type { HarborLogin } from './login.ts';
import type { Generation, ServerInfo } from './model.ts';
import { fields, text } from './shapes.ts';
import { HarborV1, serverOfV1 } from './v1/reads.ts';
import { HarborV2, serverOfV2 } from './v2/reads.ts';

/** What one opening found out, kept by who opens the same Harbor again and again: nothing is asked twice. */
export interface HarborSession {
  opened?: { readonly server: ServerInfo; readonly isAdministrator: boolean; readonly cookie?: string };
}

/**
 * Finds the API generation of a Harbor and checks the login, once, before anything else is asked: 1.5 answers
 * a wrong password with what everybody may see, and either generation locks the user for 1.5 s.
 *
 * @param session for one who opens the same Harbor with the same login again and again; with 1.5 its cookie is
 *   sent on, since there each request without one leaves a session in Redis for an hour
 * @throws HarborError where no supported Harbor answers, or the user is refused
 */
export async function openHarbor(
  host: HostAccess,
  login: HarborLogin,
  session?: HarborSession,
): Promise<HarborReads> {
  const http = new HarborHttp(host, login);
  const known = session?.opened ?? (await open(http));
  http.isAdministrator = known.isAdministrator;
  if (session !== undefined) {
    session.opened = known;
    http.cookie = known.cookie;
  }
  const { server } = known;
  return server.generation === '2' ? new HarborV2(http, server) : new HarborV1(http, server);
}

async function open(http: HarborHttp): Promise<NonNullable<HarborSession['opened']>> {
  const found = await findServer(http);
  const { cookie } = await checkLogin(http, found.generation);
  const server = found.generation === '2' ? await serverOfV2(http) : found;
  const isAdministrator = http.isAdministrator ?? false;
  return { server, isAdministrator, ...(cookie === undefined || found.generation === '2' ? {} : { cookie }) };
}

/** Asks without a login: nothing here can lock a user. */
async function findServer(http: HarborHttp): Promise<ServerInfo> {
  const { api } = http.login;
  const order: readonly Generation[] = api === '1.5' ? ['1.5', '2'] : ['2', '1.5'];
  for (const generation of order) {
    const server = generation === '2' ? await findV2(http) : await findV1(http);
    if (server === undefined) continue;
    if (api === 'auto' || api === generation) return server;
    throw mismatch(
      http,
      `has the API of Harbor ${generation}, but api is '${api}'`,
      `set api: '${generation}'`,
    );
  }
  throw mismatch(http, 'does not answer as a Harbor', 'is the url that of a Harbor 1.5 or 2.x?');
}

async function findV2(http: HarborHttp): Promise<ServerInfo | undefined> {
  const found = fields(await http.find('/api/version', { anonymous: true }));
  const version = text(found['version']);
  if (version === '') return undefined;
  if (version === 'v2.0') return { generation: '2', version: '', readOnly: false, authMode: '' };
  throw mismatch(http, `has API ${version}`, 'supported are Harbor 1.5 and 2.x');
}

async function findV1(http: HarborHttp): Promise<ServerInfo | undefined> {
  const found = fields(await http.find('/api/systeminfo', { anonymous: true }));
  const version = text(found['harbor_version']);
  if (version === '') return undefined;
  if (/^v?1\.5\./.test(version)) return serverOfV1(found);
  throw mismatch(http, `is Harbor ${version}`, 'supported are Harbor 1.5 and 2.x');
}

function mismatch(http: HarborHttp, what: string, hint: string): HarborError {
  return new HarborError(`${http.login.url} ${what}`, { method: 'GET', path: '/api', hint });
}

async function checkLogin(http: HarborHttp, generation: Generation): Promise<{ cookie: string | undefined }> {
  const path = generation === '2' ? '/api/v2.0/users/current' : '/api/users/current';
  const { url, username } = http.login;
  const response = await http.ask(path, { once: true });
  if (response.status === 401) {
    throw new HarborError(`${url} refused the user ${username}: wrong name or password`, {
      method: 'GET',
      path,
      status: 401,
      hint: 'tried once only, since each wrong try locks the user for a moment: check username and password',
    });
  }
  // Only users are asked for here: a robot with the right secret is told so.
  const isRobot = generation === '2' && response.status === 412;
  if (response.status !== 200 && !isRobot) throw http.refusal('GET', path, response);
  const user = isRobot ? {} : fields(http.parse('GET', path, response));
  http.isAdministrator = user['sysadmin_flag'] === true || user['has_admin_role'] === 1;
  return { cookie: response.setCookie.find((line) => line.startsWith('beegosessionID='))?.split(';', 1)[0] };
}
