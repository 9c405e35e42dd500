import {
  CommandError,
  type HostAccess,
  ParamsError,
  quoteWord,
  type StreamEnd,
} from '../../../src/module/index.ts';
import { type ClientCall, clientCall, identifier, literal, type Server } from './client.ts';
import { type DumpInfo, readDump } from './dump.ts';
import type { DatabaseState } from './import-decision.ts';

/** Where the dump comes from, and what it holds. */
export interface Source {
  readonly end: StreamEnd;
  readonly text: string;
  readonly info: DumpInfo;
}

export interface SourceParams extends Server {
  readonly database: string;
  readonly src?: string;
  readonly remote_src: boolean;
  readonly source?: Server & { readonly host?: string; readonly database?: string };
  readonly version_table?: string;
  readonly version_column: string;
  readonly marker_schema: string;
}

/** Options both MySQL's and MariaDB's mysqldump know; the same data gives the same bytes. */
const dumpOptions = [
  '--single-transaction',
  '--quick',
  '--hex-blob',
  '--skip-triggers',
  '--skip-dump-date',
  '--default-character-set=utf8',
];

/**
 * Finds the dump and reads it once.
 *
 * @returns undefined where the file is not there
 * @throws CommandError where a running source cannot be dumped
 */
export async function readSource(host: HostAccess, params: SourceParams): Promise<Source | undefined> {
  if (params.source) return readServer(host, params, params.source);
  if (params.src === undefined) throw new CommandError('one of `src` and `source` is needed');
  const path = params.remote_src ? params.src : await localPath(host, params.src);
  if (path === undefined) return undefined;
  const place = params.remote_src ? host : host.on('localhost');
  if ((await place.stat(path, { follow: true }))?.type !== 'file') return undefined;
  const script = `cat -- ${quoteWord(path)}`;
  const options = { env: {}, versionTable: params.version_table ?? '', needs: [{ path }] };
  const info = await readDump(place, script, options);
  return { end: params.remote_src ? { script } : { host: 'localhost', script }, text: params.src, info };
}

async function readServer(
  host: HostAccess,
  params: SourceParams,
  source: NonNullable<SourceParams['source']>,
): Promise<Source> {
  const name = source.database ?? params.database;
  const { command, env, needs } = clientCall(source, 'mysqldump', [...dumpOptions, '--databases', name]);
  const place = source.host ? host.on(source.host) : host;
  const info = await readDump(place, command, { env, versionTable: params.version_table ?? '', needs });
  const server = source.container ?? source.login_host ?? 'the server';
  const text = `${name} of ${server} on ${source.host ?? 'this host'}`;
  return { end: { ...(source.host ? { host: source.host } : {}), script: command, env }, text, info };
}

async function localPath(host: HostAccess, path: string): Promise<string | undefined> {
  try {
    return (await host.local(path)).path;
  } catch (error) {
    if (error instanceof ParamsError) return undefined;
    throw error;
  }
}

/** What the target server holds of the database, and our own record of imports into it. */
export async function readState(
  host: HostAccess,
  client: ClientCall,
  params: SourceParams,
): Promise<DatabaseState> {
  const name = literal(params.database);
  const queries = [
    `SELECT 'schema', schema_name FROM information_schema.schemata WHERE schema_name IN (${name}, ${literal(params.marker_schema)});`,
    `SELECT 'table', table_name FROM information_schema.tables WHERE table_schema = ${name} ORDER BY table_name;`,
  ];
  const rows = await query(host, client, queries.join('\n'));
  const exists = rows.some(([kind, value]) => kind === 'schema' && value === params.database);
  const tables = rows.filter(([kind]) => kind === 'table').map(([, value]) => value ?? '');
  const more = [
    ...(params.version_table && tables.includes(params.version_table)
      ? [
          `SELECT 'version', ${identifier(params.version_column)} FROM ${identifier(params.database)}.${identifier(params.version_table)};`,
        ]
      : []),
    ...(rows.some(([kind, value]) => kind === 'schema' && value === params.marker_schema)
      ? [
          `SELECT 'marker', sha256, finished_at IS NOT NULL FROM ${identifier(params.marker_schema)}.import_log WHERE database_name = ${name} ORDER BY id DESC LIMIT 1;`,
        ]
      : []),
  ];
  const details = more.length > 0 ? await query(host, client, more.join('\n')) : [];
  const marker = details.find(([kind]) => kind === 'marker');
  return {
    exists,
    tables,
    version: details.find(([kind]) => kind === 'version')?.[1],
    marker: marker ? { sha256: marker[1] ?? '', finished: marker[2] === '1' } : undefined,
  };
}

async function query(
  host: HostAccess,
  client: ClientCall,
  sql: string,
): Promise<readonly (readonly string[])[]> {
  const script = `${client.command} -N -B <<'MOORING_SQL'\n${sql}\nMOORING_SQL`;
  const reply = await host.script(script, { env: client.env, needs: client.needs });
  if (reply.exitCode !== 0)
    throw new CommandError(`the database server does not answer: ${reply.stderr.trim()}`);
  return reply.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}
