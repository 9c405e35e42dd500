import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseIni } from '../../../../modules/lib/harbor-cfg/ini.ts';
import { isSecretKey, keysOf, openKeyOf } from '../../../../modules/lib/harbor-cfg/keys.ts';
import { checkSettings } from '../../../../modules/lib/harbor-cfg/values.ts';
import { parseSettings } from '../../../../modules/lib/harbor-cfg/yaml-edit.ts';

const own = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/harbor_cfg/${name}`, import.meta.url), 'utf8');
// Harbor's own files are not part of the project; where they are at hand the tables are held against them.
const shared = new URL('../../../../../shared/reference/harbor-files/', import.meta.url);
const commented = /^#([a-z_]+)\s*=/gm;

it.each([
  ['1.4.0', 'ini'],
  ['v1.5.4', 'ini'],
  ['2.15.2', 'yaml'],
  ['1.10.1', undefined],
  ['nonsense', undefined],
])('version %s has a file of kind %s', (version, format) => {
  expect(keysOf(version)?.format).toBe(format);
});

it('knows every key of the fixtures, and takes the values in them', () => {
  checkFile('1.5.4', own('harbor.cfg'));
  checkFile('2.9.0', own('harbor.yml'));
});

it('knows which keys came with 1.5', () => {
  expect(keysOf('1.4.0')?.keys).not.toHaveProperty('http_proxy');
  expect(keysOf('1.5.0')?.keys).toHaveProperty('http_proxy');
});

describe.skipIf(!existsSync(shared))("Harbor's own files (skipped where they are not at hand)", () => {
  it.each([
    ['1.4.0', 'harbor-1.4.0.cfg'],
    ['1.5.4', 'harbor-1.5.4.cfg'],
    ['2.9.0', 'harbor-2.9.0.yml.tmpl'],
    ['2.15.2', 'harbor-2.15.2.yml.tmpl'],
  ])('the tables know every key of %s', (version, name) => {
    checkFile(version, readFileSync(new URL(name, shared), 'utf8'));
  });

  it.each([
    ['1.4.0', 'harbor-1.4.0.cfg'],
    ['1.5.4', 'harbor-1.5.4.cfg'],
  ])('%s has every key of the table', (version, name) => {
    const text = readFileSync(new URL(name, shared), 'utf8');
    const keys = [...parseIni(text).keys(), ...[...text.matchAll(commented)].map((match) => match[1])];
    expect(Object.keys(keysOf(version)?.keys ?? {}).filter((key) => !keys.includes(key))).toEqual([]);
  });
});

it.each([
  ['harbor_admin_password', true],
  ['external_database.harbor.password', true],
  ['storage_service.s3.secretkey', true],
  ['storage_service.s3.region', false],
  ['hostname', false],
])('%s is secret: %s', (key, secret) => {
  expect(isSecretKey(keysOf('2.9')?.keys ?? {}, key)).toBe(secret);
});

function checkFile(version: string, text: string): void {
  const known = keysOf(version);
  if (!known) throw new Error(version);
  const found = known.format === 'ini' ? parseIni(text) : parseSettings(text);
  if (known.format === 'ini')
    for (const [, key = ''] of text.matchAll(commented)) expect(known.keys).toHaveProperty(key);
  found.delete('_version');
  expect(found.size).toBeGreaterThan(20);
  for (const key of found.keys()) expect(known.keys[key] ?? openKeyOf(known.keys, key), key).toBeDefined();
  const filled = new Map([...found].filter(([, value]) => value !== ''));
  expect(checkSettings(filled, known.keys, known.format).faults).toEqual([]);
}
