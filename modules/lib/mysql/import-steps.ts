import type { Step } from '../../../src/module/index.ts';
import { type ClientCall, identifier, literal } from './client.ts';
import { rewriteFilter } from './dump.ts';
import type { Source } from './import-state.ts';

export interface ImportRequest {
  readonly database: string;
  readonly source: Source;
  readonly client: ClientCall;
  /** Tables that stand in the way and are set aside, not dropped. */
  readonly oldTables: readonly string[];
  /** Of a database that the dump itself does not create. */
  readonly charset: string;
  readonly markerSchema: string;
  readonly timeoutMs: number;
  /** Milliseconds since 1970; names the schema old tables are set aside in. */
  readonly now: number;
}

/**
 * Fills a schema of its own from the dump, checks it, then moves all its tables into place with one
 * RENAME TABLE: the database is either as it was or complete, at any moment.
 */
export function importSteps(request: ImportRequest): readonly Step[] {
  const schema = `${request.database}_import_${request.source.info.sha256.slice(0, 8)}`;
  return [fill(request, schema), moveIntoPlace(request, schema)];
}

function fill(request: ImportRequest, schema: string): Step {
  const { client, source } = request;
  const create = `CREATE DATABASE ${identifier(schema)} DEFAULT CHARACTER SET ${request.charset};`;
  const begin = [
    startedSql(request),
    `DROP DATABASE IF EXISTS ${identifier(schema)};`,
    // A dump made with --databases creates it itself, with its own character set.
    ...(source.info.databases.length === 0 ? [create, `USE ${identifier(schema)};`] : []),
  ].join('\n');
  return {
    kind: 'stream',
    summary: `load ${source.text} into the schema ${schema}`,
    from: source.end,
    to: {
      script: `{ cat <<'MOORING_SQL'\n${begin}\nMOORING_SQL\n${rewriteFilter(schema)}; } | ${client.command}`,
      env: client.env,
    },
    timeoutMs: request.timeoutMs,
  };
}

/** MySQL runs DDL outside of transactions; a single RENAME TABLE is atomic (MySQL 5.7 manual, 13.1.33). */
function moveIntoPlace(request: ImportRequest, schema: string): Step {
  const { source, database, client } = request;
  const count = source.info.tables.length;
  const aside = `${database}_before_${timestamp(request.now)}`;
  const hasOld = request.oldTables.length > 0;
  const question =
    `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ${literal(schema)}; ` +
    `SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = ${literal(schema)};`;
  const createDatabases = [database, ...(hasOld ? [aside] : [])]
    .map(
      (name) =>
        `CREATE DATABASE IF NOT EXISTS ${identifier(name)} DEFAULT CHARACTER SET CHARSET COLLATE COLLATION;`,
    )
    .join('\n');
  return {
    kind: 'run',
    summary: `check ${count} tables and move them into ${database}${hasOld ? `, the old ones set aside in ${aside}` : ''}`,
    script: `answer=$(${client.command} -N -B <<'MOORING_SQL'
${question}
MOORING_SQL
) || exit
set -- $answer
[ "\${1-0}" = ${count} ] || { echo "only \${1-0} of ${count} tables arrived in ${schema}; ${database} is as it was" >&2; exit 1; }
{ sed "s/CHARSET COLLATE COLLATION/$2 COLLATE $3/" <<'MOORING_SQL'
${createDatabases}
MOORING_SQL
cat <<'MOORING_SQL'
${renameSql(request, schema, aside)}
${finishedSql(request)}
DROP DATABASE ${identifier(schema)};
MOORING_SQL
} | ${client.command}`,
    env: client.env,
    timeoutMs: 120_000,
    predicts: [{ kind: 'other', name: `database ${database}` }],
  };
}

function renameSql(request: ImportRequest, schema: string, aside: string): string {
  const { database } = request;
  const moves = [
    ...request.oldTables.map((table) => rename(database, aside, table)),
    ...request.source.info.tables.map((table) => rename(schema, database, table)),
  ];
  return `RENAME TABLE ${moves.join(', ')};`;
}

function rename(from: string, to: string, table: string): string {
  return `${identifier(from)}.${identifier(table)} TO ${identifier(to)}.${identifier(table)}`;
}

function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

/** The record of the import, in a schema of its own that neither the dump nor the application touches. */
function startedSql(request: ImportRequest): string {
  const log = `${identifier(request.markerSchema)}.import_log`;
  const { database, source } = request;
  return [
    `CREATE DATABASE IF NOT EXISTS ${identifier(request.markerSchema)};`,
    `CREATE TABLE IF NOT EXISTS ${log} (id INT AUTO_INCREMENT PRIMARY KEY, database_name VARCHAR(64) NOT NULL,`,
    '  sha256 CHAR(64) NOT NULL, source VARCHAR(255) NOT NULL, table_count INT NOT NULL,',
    '  started_at DATETIME NOT NULL, finished_at DATETIME NULL);',
    `DELETE FROM ${log} WHERE database_name = ${literal(database)} AND finished_at IS NULL;`,
    `INSERT INTO ${log} (database_name, sha256, source, table_count, started_at) VALUES (${literal(database)},`,
    `  ${literal(source.info.sha256)}, ${literal(source.text.slice(0, 255))}, ${source.info.tables.length}, UTC_TIMESTAMP());`,
  ].join('\n');
}

function finishedSql(request: ImportRequest): string {
  const log = `${identifier(request.markerSchema)}.import_log`;
  const which = `database_name = ${literal(request.database)} AND sha256 = ${literal(request.source.info.sha256)}`;
  return `UPDATE ${log} SET finished_at = UTC_TIMESTAMP() WHERE ${which} AND finished_at IS NULL;`;
}
