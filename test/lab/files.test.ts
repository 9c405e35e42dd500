import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashOfFiles, type LabFile, writeFiles } from './files.ts';

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  mkdirSync(join(folder, 'source', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'source', 'deep', 'program'), '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

test('text, trees and links are laid into a root with their modes', () => {
  const root = join(folder, 'root');
  writeFiles(root, [
    { path: '/etc/a', content: 'text', mode: 0o600, ...owner },
    { path: '/opt/tree', source: join(folder, 'source'), ...owner },
    { path: '/usr/bin/b', link: '../../opt/tree/deep/program' },
  ]);
  expect(readFileSync(join(root, 'etc/a'), 'utf8')).toBe('text');
  expect(statSync(join(root, 'etc/a')).mode & 0o777).toBe(0o600);
  expect(statSync(join(root, 'opt/tree/deep/program')).mode & 0o777).toBe(0o755);
  expect(readlinkSync(join(root, 'usr/bin/b'))).toBe('../../opt/tree/deep/program');
});

test('the hash of files follows what would be written, not when it was', () => {
  const tree: LabFile[] = [{ path: '/opt/tree', source: join(folder, 'source') }];
  const before = hashOfFiles(tree);
  writeFileSync(join(folder, 'source', 'deep', 'program'), '#!/bin/sh\n');
  expect(hashOfFiles(tree)).toBe(before);
  writeFileSync(join(folder, 'source', 'deep', 'program'), '#!/bin/sh\ntrue\n');
  expect(hashOfFiles(tree)).not.toBe(before);
  expect(hashOfFiles([{ path: '/a', content: 'x', mode: 0o600 }])).not.toBe(
    hashOfFiles([{ path: '/a', content: 'x', mode: 0o644 }]),
  );
});
