// The adminserver: keeper of the settings. At boot it merges environment and database; afterwards it serves them.

import { readSettings, type Settings, settingsFromEnv, writeSettings } from './settings.ts';
import type { Tables } from './tables.ts';
import { fail, goJson, type WebHandler, type WebReply, type WebRequest } from './web.ts';

const SCHEMA_VERSION = '1.5.0';

export interface AdminServerParts {
  readonly tables: Tables;
  readonly secretKey: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Bytes of the file system of the data folder. */
  readonly capacity: () => Promise<{ readonly total: number; readonly free: number }>;
}

/** Refuses a database of another Harbor version, with Harbor's words. */
export async function checkSchema(tables: Tables): Promise<void> {
  const [row] = await tables.select('alembic_version');
  const version = row?.version_num ?? '';
  if (version !== SCHEMA_VERSION) {
    throw new Error(`unexpected database schema version, expected ${SCHEMA_VERSION}, got ${version}`);
  }
}

/**
 * Boots the settings: on an empty table, or with RESET and a new RELOAD_KEY, all come from the environment; else only
 * those that are read at every boot and those the table lacks. Everything is then written back, encrypted anew: with a
 * wrong secretkey that destroys the stored secrets for good, as in Harbor.
 */
export async function bootSettings({ tables, secretKey, env }: AdminServerParts): Promise<void> {
  const stored = await readSettings(tables, secretKey);
  const reset = env['RESET']?.toLowerCase() === 'true' && env['RELOAD_KEY'] !== stored?.['reload_key'];
  const all = stored === undefined || reset;
  const skipped = skipPattern(env['SKIP_RELOAD_ENV_PATTERN']);
  const fromEnv = settingsFromEnv(env, (setting) =>
    all ? !skipped.test(setting.env) : setting.everyBoot || !(setting.name in stored),
  );
  await writeSettings(tables, secretKey, { ...stored, ...fromEnv });
}

/** The adminserver's HTTP interface. */
export function adminServer(parts: AdminServerParts): WebHandler {
  return async (request) => {
    if (request.path === '/api/ping') return plain(goJson('Pong'));
    if (!authorized(request, parts.env)) return fail(401, 'Unauthorized');
    switch (`${request.method} ${request.path}`) {
      case 'GET /api/configurations':
        return plain(goJson(sorted((await readSettings(parts.tables, parts.secretKey)) ?? {})));
      case 'PUT /api/configurations':
        await writeSettings(parts.tables, parts.secretKey, JSON.parse(await request.text()) as Settings);
        return plain('');
      case 'POST /api/configurations/reset':
        await writeSettings(parts.tables, parts.secretKey, settingsFromEnv(parts.env));
        return plain('');
      case 'GET /api/systeminfo/capacity':
        return plain(goJson(await parts.capacity()));
      default:
        return fail(404, '404 page not found');
    }
  };
}

function authorized(request: WebRequest, env: AdminServerParts['env']): boolean {
  const secret = /^Harbor-Secret (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
  return secret !== undefined && [env['UI_SECRET'], env['JOBSERVICE_SECRET']].includes(secret);
}

function plain(body: string): WebReply {
  return { status: 200, headers: [['Content-Type', 'text/plain; charset=utf-8']], body };
}

function sorted(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function skipPattern(text = ''): RegExp {
  try {
    return new RegExp(text.trim() || '$^');
  } catch {
    return /$^/;
  }
}
