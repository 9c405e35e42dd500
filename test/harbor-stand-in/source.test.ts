// The source that the import is tried with: its three parts must belong together.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decrypt, hashPassword } from '../lab/harbor/server/crypto.ts';
import { type DumpedTable, parseDump } from '../lab/harbor/server/dump.ts';
import { makeSource, type Source } from '../lab/harbor/source.ts';

let folder: string;
let source: Source;
let tables: Map<string, DumpedTable>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'source-'));
  source = await makeSource(folder);
  tables = new Map(parseDump(readFileSync(source.dump, 'utf8')).map((table) => [table.name, table]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rowsOf = (name: string) => tables.get(name)?.rows ?? [];

test('the dump has all twenty tables and its last line', () => {
  expect(tables.size).toBe(20);
  expect(readFileSync(source.dump, 'utf8').trimEnd()).toMatch(/-- Dump completed$/);
});

test('made again it is the same', async () => {
  const before = readFileSync(source.dump, 'utf8');
  await makeSource(folder);
  expect(readFileSync(source.dump, 'utf8')).toBe(before);
});

test('every secret of it opens with the secretkey', () => {
  const stored = [
    ...rowsOf('properties').map((row) => String(row['v'])),
    ...rowsOf('replication_target').map((row) => String(row['password'])),
  ].filter((value) => value.startsWith('<enc-v1>'));
  expect(stored).toHaveLength(7);
  for (const value of stored) expect(decrypt(value, source.secretkey)).toMatch(/^[ -~]*$/);
});

test('its administrator has the password that is given back', async () => {
  const admin = rowsOf('user').find((row) => row['user_id'] === 1);
  expect(await hashPassword(source.adminPassword, String(admin?.['salt']))).toBe(admin?.['password']);
});

test('every repository of it lies in the tree, with manifest, configuration and layer', () => {
  expect(rowsOf('repository').map((row) => row['name'])).toEqual(Object.keys(source.repositories));
  const base = join(source.registryTree, 'docker/registry/v2');
  const blob = (digest: string): Buffer => {
    const [, hex = ''] = digest.split(':');
    const content = readFileSync(join(base, 'blobs/sha256', hex.slice(0, 2), hex, 'data'));
    expect(createHash('sha256').update(content).digest('hex')).toBe(hex);
    return content;
  };
  for (const [repository, tags] of Object.entries(source.repositories)) {
    for (const tag of tags) {
      const folderOf = join(base, 'repositories', repository);
      const digest = readFileSync(join(folderOf, '_manifests/tags', tag, 'current/link'), 'utf8');
      const manifest = JSON.parse(blob(digest).toString());
      for (const part of [manifest.config, ...manifest.layers]) {
        expect(blob(part.digest)).toHaveLength(part.size);
        const link = join(folderOf, '_layers', part.digest.replace(':', '/'), 'link');
        expect(readFileSync(link, 'utf8')).toBe(part.digest);
      }
    }
  }
});
