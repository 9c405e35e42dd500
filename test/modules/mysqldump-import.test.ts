import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readDump, rewriteFilter } from '../../modules/lib/mysql/dump.ts';
import { type DatabaseState, decideImport } from '../../modules/lib/mysql/import-decision.ts';
import { mysqldumpImport } from '../../modules/mysqldump_import.ts';
import type { Plan, RunStep, StreamStep } from '../../src/module/index.ts';
import { type FakeHost, fakeHost } from '../support/fake-host.ts';

const nastyRow =
  "INSERT INTO `a` VALUES (1,'it\\'s\nUSE `other`;\nCREATE DATABASE `evil`;\nCREATE TABLE `fake` (');";

const dumpText = `/*M!999999\\- enable the sandbox mode */ 
-- MariaDB dump, it's a comment with a quote

CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`registry\` /*!40100 DEFAULT CHARACTER SET utf8 */;

USE \`registry\`;
DROP TABLE IF EXISTS \`a\`;
CREATE TABLE \`a\` (
  \`id\` int(11) NOT NULL COMMENT 'it''s an id'
);
${nastyRow}
CREATE TABLE \`alembic_version\` (
  \`version_num\` varchar(32) NOT NULL
);
INSERT INTO \`alembic_version\` VALUES ('1.5.0');
-- Dump completed
`;

/** Scripts really run, by the shell and awk of this machine. */
function shellHost(files: Readonly<Record<string, string>> = {}): FakeHost {
  return fakeHost({
    files,
    answer: (text, options) => {
      const result = spawnSync('sh', ['-c', text], { env: { PATH: process.env['PATH'], ...options.env } });
      return {
        exitCode: result.status ?? 255,
        stdout: result.stdout.toString(),
        stderr: result.stderr.toString(),
      };
    },
  });
}

function analyse(text: string): ReturnType<typeof readDump> {
  const producer = `cat <<'MOORING_TEST'\n${text}MOORING_TEST`;
  return readDump(shellHost(), producer, { env: {}, versionTable: 'alembic_version', needs: [] });
}

describe('reading a dump', () => {
  test('a statement inside a data row is data', async () => {
    expect(await analyse(dumpText)).toEqual({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      tables: ['a', 'alembic_version'],
      databases: ['registry'],
      uses: 1,
      version: '1.5.0',
      complete: true,
      unsupported: [],
    });
  });

  test.each([
    ['a truncated dump', dumpText.replace('-- Dump completed\n', ''), { complete: false }],
    ['text after the trailer', `${dumpText}SELECT 1;\n`, { complete: false }],
    [
      'rows on lines of their own',
      dumpText.replace("VALUES ('1.5.0')", "VALUES\n('1.5.0')"),
      { version: '1.5.0' },
    ],
    ['an empty line after the trailer', `${dumpText}\n`, { complete: true }],
    [
      'a second USE',
      dumpText.replace('-- Dump', 'USE `mysql`;\n-- Dump'),
      { uses: 2, databases: ['registry', 'mysql'] },
    ],
    [
      'a trigger',
      dumpText.replace(
        '-- Dump',
        '/*!50003 CREATE*/ /*!50017 DEFINER=`x`@`y`*/ /*!50003 TRIGGER t BEFORE INSERT*/;;\n-- Dump',
      ),
      { unsupported: ['trigger'] },
    ],
    [
      'a view',
      dumpText.replace('-- Dump', '/*!50001 CREATE VIEW `v` AS SELECT 1*/;\n-- Dump'),
      { unsupported: ['view'] },
    ],
    [
      'a routine',
      dumpText.replace('-- Dump', 'CREATE DEFINER=`x`@`y` PROCEDURE `p`() BEGIN END ;;\n-- Dump'),
      { unsupported: ['routine'] },
    ],
  ])('finds %s', async (_name, text, expected) => {
    expect(await analyse(text)).toMatchObject(expected);
  });

  test('a producer that fails is an error, whatever it printed', async () => {
    const options = { env: {}, versionTable: '', needs: [] };
    await expect(readDump(shellHost(), 'echo hello; echo broken >&2; (exit 3)', options)).rejects.toThrow(
      /broken/,
    );
  });
});

test.each(['/*M!999999\\- enable the sandbox mode */ \n', '/*!999999\\- enable the sandbox mode */\n'])(
  'rewrites only the lines before the first table and drops the sandbox line %j',
  (sandbox) => {
    const text = dumpText.replace(/^.*\n/, sandbox);
    const result = spawnSync('sh', ['-c', rewriteFilter('registry_import_1')], { input: text });
    const expected = text
      .replace(sandbox, '')
      .replace('EXISTS*/ `registry`', 'EXISTS*/ `registry_import_1`')
      .replace('USE `registry`', 'USE `registry_import_1`');
    expect(result.stdout.toString()).toBe(expected);
  },
);

const dump = {
  sha256: 'f'.repeat(64),
  tables: ['a', 'b'],
  databases: ['registry'],
  uses: 1,
  version: '1.5.0',
  complete: true,
  unsupported: [],
};
const complete: DatabaseState = { exists: true, tables: ['a', 'b'], version: '1.5.0' };
const finished = { sha256: dump.sha256, finished: true };
const base = { database: 'registry', dump, version: '1.5.0', force: false, forcePartial: false };

describe('the decision table', () => {
  test.each([
    ['absent', { ...base, state: { exists: false, tables: [] } }, 'import', /there is no database/],
    ['empty', { ...base, state: { exists: true, tables: [] } }, 'import', /is empty/],
    ['imported before', { ...base, state: { ...complete, marker: finished } }, 'none', /imported before/],
    [
      'imported before, dump gone',
      { ...base, dump: undefined, state: { ...complete, marker: finished } },
      'none',
      /live/,
    ],
    [
      'imported before from another dump',
      { ...base, state: { ...complete, marker: { ...finished, sha256: '0' } } },
      'none',
      /complete and live/,
    ],
    ['complete, never imported by us', { ...base, state: complete }, 'none', /complete and live/],
    ['complete and forced', { ...base, state: complete, force: true }, 'import', /replaced/],
    [
      'another version',
      { ...base, state: { ...complete, version: '1.4.0' } },
      'fail',
      /1\.4\.0, not 1\.5\.0/,
    ],
    ['partial', { ...base, state: { ...complete, tables: ['a'] } }, 'fail', /tables are missing: b/],
    [
      'partial and forced',
      { ...base, state: { ...complete, tables: ['a'] }, forcePartial: true },
      'import',
      /partly/,
    ],
    [
      'begun and never finished',
      { ...base, state: { ...complete, marker: { ...finished, finished: false } } },
      'fail',
      /never finished/,
    ],
    [
      'absent, no dump',
      { ...base, dump: undefined, state: { exists: false, tables: [] } },
      'fail',
      /no dump/,
    ],
    [
      'absent, truncated dump',
      { ...base, dump: { ...dump, complete: false }, state: { exists: false, tables: [] } },
      'fail',
      /not complete/,
    ],
    [
      'absent, dump of another version',
      { ...base, dump: { ...dump, version: '1.4.0' }, state: { exists: false, tables: [] } },
      'fail',
      /version 1\.4\.0/,
    ],
    [
      'absent, dump without an expected table',
      { ...base, expectedTables: ['a', 'c'], state: { exists: false, tables: [] } },
      'fail',
      /lacks tables: c/,
    ],
  ])('%s', (_name, input, action, message) => {
    const decision = decideImport(input);
    expect(decision.action).toBe(action);
    expect(decision.message).toMatch(message);
  });
});

describe('the plan', () => {
  const params = {
    database: 'registry',
    src: '/srv/registry.dump',
    remote_src: true,
    container: 'mysql-server',
    login_password: 'not-in-argv',
    version_column: 'version_num',
    charset: 'utf8',
    marker_schema: 'mooring',
    force: false,
    force_partial: false,
    timeout: 60,
  };

  async function planFor(answers: string): Promise<Plan> {
    const host = fakeHost({
      files: { '/srv/registry.dump': dumpText },
      scripts: [
        [/sha256sum/, `${dump.sha256}  -\ndatabase registry\ntable a\ntable b\nuses 1\ncomplete 1\n`],
        [/information_schema/, answers],
        [/import_log/, `marker\t${dump.sha256}\t1\n`],
      ],
    });
    return mysqldumpImport.plan(params, await mysqldumpImport.read(host, params)) as Plan;
  }

  test('imports into a schema of its own, then moves all tables at once', async () => {
    const plan = await planFor('');
    const [fill, move] = plan.steps as [StreamStep, RunStep];
    expect(fill.to.script).toContain('DROP DATABASE IF EXISTS `registry_import_ffffffff`');
    expect(move.script).toContain(
      'RENAME TABLE `registry_import_ffffffff`.`a` TO `registry`.`a`, `registry_import_ffffffff`.`b` TO `registry`.`b`;',
    );
  });

  test('is empty when this dump was imported before', async () => {
    const plan = await planFor('schema\tregistry\nschema\tmooring\ntable\ta\ntable\tb\n');
    expect(plan.steps).toEqual([]);
    expect(plan.message).toBe('this dump was imported before');
  });

  test('keeps the password out of every command line and summary', async () => {
    const plan = await planFor('');
    const [fill, move] = plan.steps as [StreamStep, RunStep];
    expect(JSON.stringify([fill.summary, fill.to.script, move.summary, move.script])).not.toContain(
      'not-in-argv',
    );
    expect(fill.to.env).toEqual({ MYSQL_PWD: 'not-in-argv' });
  });
});
