import { describe, expect, it } from 'vitest';
import {
  type ArchiveEntry,
  differenceOf,
  isSelected,
  memberPath,
} from '../../../../modules/lib/archive/entry.ts';
import { archiveKind } from '../../../../modules/lib/archive/kind.ts';
import { statOf } from '../../../support/stats.ts';

it.each([
  ['./a/b/', 'a/b'],
  ['/etc/x', 'etc/x'],
  ['./', undefined],
  ['a/../../b', undefined],
])('unpacks %s as %s', (name, path) => {
  expect(memberPath(name)).toBe(path);
});

describe('differenceOf', () => {
  const file: ArchiveEntry = { path: 'f', type: 'file', size: 4, mtime: 1_700_000_000 };

  it.each([
    { name: 'missing', entry: file, stat: undefined, says: /missing/ },
    { name: 'equal', entry: file, stat: statOf(), says: undefined },
    { name: 'other size', entry: file, stat: statOf({ size: 5 }), says: /size/ },
    { name: 'other time', entry: file, stat: statOf({ mtime: 1 }), says: /time/ },
    {
      name: 'newer and kept',
      entry: file,
      stat: statOf({ mtime: 1_700_000_001, size: 9 }),
      keep: true,
      says: undefined,
    },
    { name: 'a directory', entry: file, stat: statOf({ type: 'directory' }), says: /directory, not a file/ },
    {
      name: 'other content',
      entry: { ...file, checksum: 'a' },
      stat: statOf({ checksum: 'b' }),
      says: /content/,
    },
    {
      name: 'a directory as wanted',
      entry: { ...file, type: 'directory' as const },
      stat: statOf({ type: 'directory' }),
      says: undefined,
    },
    {
      name: 'a hard link as wanted',
      entry: { ...file, type: 'hardlink' as const },
      stat: statOf({ size: 9 }),
      says: undefined,
    },
    {
      name: 'a link elsewhere',
      entry: { ...file, type: 'link' as const, target: 'x' },
      stat: statOf({ type: 'link', target: 'y' }),
      says: /elsewhere/,
    },
  ])('$name', ({ entry, stat, keep = false, says }) => {
    const difference = differenceOf(entry, stat, keep);
    if (says === undefined) expect(difference).toBeUndefined();
    else expect(difference).toMatch(says);
  });
});

it.each([
  ['a/b', [], [], true],
  ['a/b', ['a'], [], true],
  ['ab', ['a'], [], false],
  ['a/b', ['./a/'], [], true],
  ['a/b.md', [], ['*.md'], false],
  ['a/b/c', [], ['a/b'], false],
  ['a/b', [], ['?/b'], false],
  ['a.b', [], ['axb'], true],
])('selects %s of %j without %j: %s', (path, include, exclude, selected) => {
  expect(isSelected(path, include, exclude)).toBe(selected);
});

it.each([
  ['x.tgz', 'tar.gz'],
  ['x.tar.zst', 'tar.zst'],
  ['X.TAR', 'tar'],
  ['a.jar', 'zip'],
])('knows %s', (name, kind) => {
  expect(archiveKind(name)).toBe(kind);
});

it('refuses names of no archive', () => {
  expect(() => archiveKind('x.sql.gz')).toThrow(/does not end/);
});
