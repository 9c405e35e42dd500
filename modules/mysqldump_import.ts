import { defineModule, type Plan, type ValueMap } from '../src/module/index.ts';
import { clientCall, loginParams } from './lib/mysql/client.ts';
import type { DumpInfo } from './lib/mysql/dump.ts';
import { type DatabaseState, decideImport } from './lib/mysql/import-decision.ts';
import { readSource, readState } from './lib/mysql/import-state.ts';
import { importSteps } from './lib/mysql/import-steps.ts';

export const mysqldumpImport = defineModule({
  name: 'mysqldump_import',
  summary: 'Fill a MySQL database from a dump once, or refuse and say why.',
  notes: [
    'The dump goes into a schema of its own, is checked, and all tables are then moved with one atomic RENAME TABLE: a broken or truncated dump changes nothing. What was imported is recorded in a schema of its own (`marker_schema`).',
    'A complete live database is never replaced without `force: true`, a partial one not without `force_partial: true`; either way its tables are set aside in the schema `DATABASE_before_…`, not dropped.',
    'Of the dump, only whole DROP DATABASE, CREATE DATABASE and USE lines before its first CREATE TABLE are rewritten. Triggers, views, routines, events and a second USE are refused.',
  ],
  kind: 'state',
  scope: 'outside',
  params: {
    type: 'object',
    properties: {
      database: { type: 'string', pattern: '^[A-Za-z0-9_]{1,40}$', description: 'Database to fill.' },
      src: {
        type: 'string',
        description: 'The dump: a file on the control node, or on the host with `remote_src: true`.',
      },
      remote_src: { type: 'boolean', default: false, description: '`src` is on the host.' },
      source: {
        type: 'object',
        additionalProperties: false,
        description:
          'Instead of `src`: a running server that is dumped and streamed over, without a copy on the control node.',
        properties: {
          host: {
            type: 'string',
            description: 'Inventory name of the host it runs on; default: the task’s host.',
          },
          container: { type: 'string', description: 'Container it runs in.' },
          database: { type: 'string', description: 'Name there; default: the same.' },
          login_host: { type: 'string', description: 'Address of the server as seen from that host.' },
          ...loginParams,
        },
      },
      container: { type: 'string', description: 'Container on the host that runs the target server.' },
      login_host: {
        type: 'string',
        description: 'Without a container: address of the target server as seen from the host.',
      },
      ...loginParams,
      tables: {
        type: 'array',
        items: { type: 'string' },
        description: 'Tables the dump and the database must have; default: those of the dump.',
      },
      version_table: {
        type: 'string',
        description: 'Table whose single row holds the schema version, e.g. `alembic_version`.',
      },
      version_column: { type: 'string', default: 'version_num', description: 'Its column.' },
      version: { type: 'string', description: 'Schema version the dump and the database must have.' },
      charset: {
        type: 'string',
        pattern: '^[a-z0-9_]+$',
        default: 'utf8',
        description: 'Character set of a database that has to be made.',
      },
      marker_schema: {
        type: 'string',
        pattern: '^[A-Za-z0-9_]{1,40}$',
        default: 'mooring',
        description: 'Schema that records imports.',
      },
      force: { type: 'boolean', default: false, description: 'Replace a complete database.' },
      force_partial: {
        type: 'boolean',
        default: false,
        description: 'Replace a database that is only partly there.',
      },
      timeout: { type: 'integer', minimum: 1, default: 3600, description: 'Seconds the import may take.' },
    },
    required: ['database'],
  },
  examples: `- name: The registry database, from the dump of the old Harbor
  mysqldump_import:
    database: registry
    src: registry.dump
    container: mysql-server
    version_table: alembic_version
    version: 1.5.0
- name: The same, straight from the running old Harbor
  mysqldump_import:
    database: registry
    source:
      host: old-harbor
      container: harbor-db
    container: mysql-server`,
  returns: {
    database_state: 'what was there before: exists, tables, version',
    dump: 'what the dump holds: sha256, tables, version',
    decision: 'none, import or fail',
  },
  async read(host, params) {
    const client = clientCall(params, 'mysql', []);
    const [state, source] = await Promise.all([readState(host, client, params), readSource(host, params)]);
    return { state, source, client, now: host.now };
  },
  plan(params, current): Plan {
    const { state, source } = current;
    const decision = decideImport({
      database: params.database,
      state,
      dump: source?.info,
      version: params.version,
      expectedTables: params.tables,
      force: params.force,
      forcePartial: params.force_partial,
    });
    const values = {
      decision: decision.action,
      database_state: stateValue(state),
      dump: dumpValue(source?.info),
    };
    if (decision.action === 'fail') return { steps: [], failure: decision.message, values };
    if (decision.action === 'none' || !source) return { steps: [], message: decision.message, values };
    const steps = importSteps({
      database: params.database,
      source,
      client: current.client,
      oldTables: decision.keepsOld ? state.tables : [],
      charset: params.charset,
      markerSchema: params.marker_schema,
      timeoutMs: params.timeout * 1000,
      now: current.now,
    });
    return { steps, message: decision.message, values, diff: [diffOf(params.database, state, source.info)] };
  },
});

function stateValue(state: DatabaseState): ValueMap {
  return { exists: state.exists, tables: state.tables, version: state.version ?? null };
}

function dumpValue(dump: DumpInfo | undefined): ValueMap | null {
  return dump ? { sha256: dump.sha256, tables: dump.tables, version: dump.version ?? null } : null;
}

function diffOf(
  database: string,
  state: DatabaseState,
  dump: DumpInfo,
): { header: string; before: string; after: string } {
  const lines = (tables: readonly string[]): string => tables.map((table) => `table ${table}\n`).join('');
  return {
    header: `database ${database}`,
    before: lines(state.tables),
    after: lines([...dump.tables].sort()),
  };
}
