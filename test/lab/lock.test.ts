import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  file = join(folder, 'below', 'lab.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a second holder is told who has the lock', async () => {
  await withLock(file, { purpose: 'lab up' }, async () => {
    await expect(withLock(file, { purpose: 'lab down' }, async () => {})).rejects.toThrow(
      new RegExp(`pid ${process.pid} .*lab up`),
    );
  });
  expect(existsSync(file)).toBe(false);
});

test('a waiting holder follows when the first has ended, even by an error', async () => {
  const order: string[] = [];
  const first = withLock(file, { purpose: 'first' }, async () => {
    order.push('first');
    throw new Error('broken');
  });
  const second = withLock(file, { purpose: 'second', wait: true }, async () => order.push('second'));
  await expect(first).rejects.toThrow('broken');
  await second;
  expect(order).toEqual(['first', 'second']);
});

test.each([
  ['a process that is gone', 'pid 4194999 start 1 doing lab up\n'],
  ['a process that crashed before it wrote its number', ''],
  ['another process that got the same number', `pid ${process.pid} start 1 doing lab up\n`],
])('the lock of %s is taken over', async (_, text) => {
  await withLock(file, { purpose: 'makes the folder' }, async () => {});
  writeFileSync(file, text);
  utimesSync(file, 0, 0);
  expect(await withLock(file, { purpose: 'lab up' }, async () => 'done')).toBe('done');
});
