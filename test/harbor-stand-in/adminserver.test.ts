import { describe, expect, test } from 'vitest';
import {
  type AdminServerParts,
  adminServer,
  bootSettings,
  checkSchema,
} from '../lab/harbor/server/adminserver.ts';
import { decrypt } from '../lab/harbor/server/crypto.ts';
import { parseDump } from '../lab/harbor/server/dump.ts';
import { MemoryTables } from '../lab/harbor/server/memory-tables.ts';
import { readSettings, SECRET_SETTINGS } from '../lab/harbor/server/settings.ts';
import { find } from '../lab/harbor/server/tables.ts';
import { makeRequest } from '../lab/harbor/server/web.ts';
import { environment } from './support/environment.ts';
import { fixture } from './support/world.ts';

const KEY = '0123456789abcdef';
const OTHER_KEY = 'fedcba9876543210';

function emptyTables(): MemoryTables {
  const tables = parseDump(fixture('registry.fresh.dump.sql'));
  return new MemoryTables(
    tables.map((table) => (table.name === 'properties' ? { ...table, rows: [] } : table)),
    () => new Date(),
  );
}

function parts(tables: MemoryTables, secretKey: string, env: Record<string, string> = {}): AdminServerParts {
  const all = { ...environment('10.0.0.1', 'http://registry:5000'), ...env };
  return { tables, secretKey, env: all, capacity: async () => ({ total: 2, free: 1 }) };
}

describe('the boot of an adminserver', () => {
  test('the first fills the table, secrets encrypted', async () => {
    const tables = emptyTables();
    await bootSettings(parts(tables, KEY));
    const rows = await tables.select('properties');
    expect(rows).toHaveLength(57);
    for (const { k, v } of rows) expect(v.startsWith('<enc-v1>')).toBe(SECRET_SETTINGS.includes(k));
    expect(decrypt((await find(tables, 'properties', { k: 'mysql_password' }))?.v ?? '', KEY)).toBe(
      'root123',
    );
  });

  test('a later one takes only what is read at every boot: the last booter’s address wins', async () => {
    const tables = emptyTables();
    await bootSettings(parts(tables, KEY));
    await bootSettings(
      parts(tables, KEY, { EXT_ENDPOINT: 'http://other', TOKEN_EXPIRATION: '5', EMAIL_PWD: 'new' }),
    );
    const settings = await readSettings(tables, KEY);
    expect(settings).toMatchObject({
      ext_endpoint: 'http://other',
      token_expiration: 30,
      email_password: 'abc',
    });
  });

  test.each([
    ['RESET with a new key takes all', { RESET: 'true', RELOAD_KEY: 'ABC123' }, 5],
    ['RESET with the key of before takes nothing', { RESET: 'true', RELOAD_KEY: '' }, 30],
    [
      'a skipped variable stays',
      { RESET: 'true', RELOAD_KEY: 'ABC123', SKIP_RELOAD_ENV_PATTERN: '^TOKEN' },
      30,
    ],
  ])('%s', async (_title, env, expected) => {
    const tables = emptyTables();
    await bootSettings(parts(tables, KEY));
    await bootSettings(parts(tables, KEY, { ...env, TOKEN_EXPIRATION: '5' }));
    expect((await readSettings(tables, KEY))?.['token_expiration']).toBe(expected);
  });

  test('one with a wrong secretkey destroys three secrets for good; the rest heals', async () => {
    const tables = emptyTables();
    await bootSettings(parts(tables, KEY, { LDAP_SEARCH_PWD: 'ldap-secret' }));
    const before = await readSettings(tables, KEY);
    await bootSettings(parts(tables, OTHER_KEY));
    await bootSettings(parts(tables, KEY));
    const after = await readSettings(tables, KEY);
    const changed = Object.keys(before ?? {}).filter((name) => before?.[name] !== after?.[name]);
    expect(changed.sort()).toEqual(['admin_initial_password', 'email_password', 'ldap_search_password']);
  });
});

test.each([
  ['1.4.0', 'unexpected database schema version, expected 1.5.0, got 1.4.0'],
  ['', 'unexpected database schema version, expected 1.5.0, got '],
])('a schema of version %j is refused', async (version_num, message) => {
  const tables = emptyTables();
  await tables.update('alembic_version', {}, { version_num });
  await expect(checkSchema(tables)).rejects.toThrow(message);
});

describe('the HTTP interface', () => {
  test.each([
    ['no secret', {}, 401],
    ['a wrong one', { authorization: 'Harbor-Secret wrong' }, 401],
    ['the ui’s', { authorization: 'Harbor-Secret fBeYLCHfM0a5HY4w' }, 200],
    ['the jobservice’s', { authorization: 'Harbor-Secret DxuUy559wq1hX7jd' }, 200],
  ])('settings with %s', async (_title, headers, status) => {
    const tables = emptyTables();
    const server = parts(tables, KEY);
    await bootSettings(server);
    const reply = await adminServer(server)(
      makeRequest({ method: 'GET', target: '/api/configurations', headers }),
    );
    expect(reply.status).toBe(status);
  });
});
