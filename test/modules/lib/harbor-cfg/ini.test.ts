import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { editIni, maskIni, parseIni } from '../../../../modules/lib/harbor-cfg/ini.ts';

const file = readFileSync(new URL('../../../fixtures/harbor_cfg/harbor.cfg', import.meta.url), 'utf8');
const edit = (text: string, settings: Record<string, string>, absent: string[] = []): string =>
  editIni(text, new Map(Object.entries(settings)), absent);

it('reads values as RawConfigParser does', () => {
  const values = parseIni(file);
  expect(values.get('max_job_workers')).toBe('50');
  expect(values.get('email_identity')).toBe('');
  expect(values.get('no_proxy')).toBe('127.0.0.1,localhost,ui');
  expect(values.has('ldap_searchdn')).toBe(false);
  expect(parseIni('a = x ; note\nA: y;z\nb = 1\n  2\n').get('a')).toBe('y;z');
  expect(parseIni('b = 1\n  2\n').get('b')).toBe('1\n2');
});

it('leaves the file as it is where every value is right', () => {
  expect(edit(file, { max_job_workers: '50', email_identity: '', ldap_uid: 'uid' })).toBe(file);
});

it.each([
  [{ db_host: '10.0.0.1' }, 'db_host = mysql\n', 'db_host = 10.0.0.1\n'],
  [{ max_job_workers: '5' }, 'max_job_workers = 50 \n', 'max_job_workers = 5\n'],
  [{ http_proxy: 'http://p:3128' }, 'http_proxy =\n', 'http_proxy = http://p:3128\n'],
  [{ email_identity: 'x' }, 'email_identity = \n', 'email_identity = x\n'],
  [{ https_proxy: '', admiral_url: '' }, 'admiral_url = NA\n', 'admiral_url = \n'],
  [
    { ldap_search_pwd: 'pw' },
    '#ldap_search_pwd = password\n',
    '#ldap_search_pwd = password\nldap_search_pwd = pw\n',
  ],
  [{ reload_config: 'true' }, '#reload_config=true\n', '#reload_config=true\nreload_config = true\n'],
])('sets %j and nothing else', (settings, before, after) => {
  const edited = edit(file, settings);
  expect(edited).toBe(file.replace(before, after));
  expect(edited).not.toBe(file);
  expect(edit(edited, settings)).toBe(edited);
});

it('appends a key that is nowhere, and takes keys out', () => {
  expect(edit('a = 1', { b: '2' })).toBe('a = 1\nb = 2');
  expect(edit('a = 1\n', { b: '' })).toBe('a = 1\nb =\n');
  expect(edit('a = 1\nb = 2\n c\na = 3\nd = 4\n', {}, ['a', 'b'])).toBe('d = 4\n');
});

it('sets the last of a repeated key, which is the one that counts', () => {
  expect(edit('a = 1\na = 2\n', { a: '1' })).toBe('a = 1\na = 1\n');
});

it('masks values, in comments too', () => {
  const mask = (key: string): string | undefined => (key === 'pw' ? '***' : undefined);
  expect(maskIni('pw = secret\n#pw = old\nother = pw\npw =\n', mask)).toBe(
    'pw = ***\n#pw = ***\nother = pw\npw =\n',
  );
});
