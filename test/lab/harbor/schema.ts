// ha/registry.sql: an empty Harbor 1.5.4 database, made from the dump of a real one after its first start.

import { readFileSync } from 'node:fs';

const FRESH_DUMP = new URL('../../fixtures/harbor/registry.fresh.dump.sql', import.meta.url);

// The tables whose first rows come with the schema.
const FIRST_ROWS = [
  'access',
  'alembic_version',
  'project',
  'project_member',
  'project_metadata',
  'role',
  'user',
];

/** The statements that make the database `registry` as Harbor's installer does: it drops what is there. */
export function registrySql(): string {
  const dump = readFileSync(FRESH_DUMP, 'utf8');
  const parts = [
    'DROP DATABASE IF EXISTS registry;',
    'CREATE DATABASE registry CHARSET = utf8;',
    'USE registry;',
  ];
  for (const match of dump.matchAll(/^CREATE TABLE `(\w+)` \([\s\S]*?;$/gm)) {
    const [statement, name = ''] = match;
    // Names of character sets that MySQL 5.7 knows too.
    const portable = statement.replaceAll('utf8mb3', 'utf8').replace(/ COLLATE=\w+/, '');
    parts.push(portable.replace(/ AUTO_INCREMENT=\d+/, ''));
    if (FIRST_ROWS.includes(name)) parts.push(rowsOf(dump, name));
  }
  // References may point forward.
  return `SET FOREIGN_KEY_CHECKS = 0;\n${parts.join('\n')}\n${FIRST_ADMIN}\nSET FOREIGN_KEY_CHECKS = 1;\n`;
}

// Without a salt the ui sets the password of harbor.cfg at its first start.
const FIRST_ADMIN = "UPDATE user SET password = '', salt = NULL, creation_time = NOW(), update_time = NOW();";

function rowsOf(dump: string, table: string): string {
  const start = dump.indexOf(`INSERT INTO \`${table}\` VALUES`);
  return dump.slice(start, dump.indexOf(';\n', start) + 1);
}
