import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { ArchiveEntry } from '../../../../modules/lib/archive/entry.ts';
import { listOnHost } from '../../../../modules/lib/archive/host-list.ts';
import { archiveKind } from '../../../../modules/lib/archive/kind.ts';
import { listTar } from '../../../../modules/lib/archive/tar-list.ts';
import { listZip } from '../../../../modules/lib/archive/zip-list.ts';
import { sha256 } from '../../../../modules/lib/text.ts';
import { longName, makeTree, pack, treeTime } from '../../../support/archives.ts';
import { type FakeHost, fakeHost } from '../../../support/fake-host.ts';
import { hasProgram } from '../../../support/programs.ts';

// Archives are packed by the programs of this machine, so the readers are held against real ones.
const root = makeTree();
afterAll(() => rmSync(root, { recursive: true }));

/** What every archive of the tree lists; which of the two hard links is the file is up to the program. */
const expected = [
  'directory tree',
  `file tree/exact 1024 ${treeTime}`,
  `file tree/file 7 ${treeTime}`,
  'hardlink tree/hard',
  'link tree/soft -> sub',
  'directory tree/sub',
  'directory tree/sub/empty',
  `link tree/sub/far -> sub/${longName}`,
  `file tree/sub/${longName} 0 ${treeTime}`,
  `file tree/sub/with space -> ü 1500 ${treeTime}`,
];

function shown(entries: readonly ArchiveEntry[]): string[] {
  const line = ({ type, path, size, mtime, target }: ArchiveEntry): string =>
    type === 'file'
      ? `file ${path} ${size} ${mtime}`
      : `${type} ${path}${target === undefined ? '' : ` -> ${target}`}`;
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : 1)).map(line);
}

const sorted = 'find tree -print0 | LC_ALL=C sort -z | tar --null --no-recursion -T - -c';

describe('listTar', () => {
  it.each(['gnu', 'pax'])('reads the %s format, packed or not', async (format) => {
    pack(root, `${sorted} --format=${format} -f ${format}.tar && gzip -k ${format}.tar`);
    expect(shown(await listTar(createReadStream(join(root, `${format}.tar`)), false))).toEqual(expected);
    expect(shown(await listTar(createReadStream(join(root, `${format}.tar.gz`)), true))).toEqual(expected);
  });

  it.runIf(hasProgram('busybox'))('reads what busybox packs', async () => {
    pack(root, 'busybox tar -cf busybox.tar tree/exact tree/soft tree/sub');
    const all = shown(await listTar(createReadStream(join(root, 'busybox.tar')), false));
    expect(all).toEqual(expected.filter((line) => / tree\/(exact|soft|sub)/.test(line)));
  });

  it('does not mind how the bytes arrive', async () => {
    pack(root, `${sorted} -f pieces.tar`);
    const bytes = readFileSync(join(root, 'pieces.tar'));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 99) }, (_, n) =>
      bytes.subarray(n * 99, n * 99 + 99),
    );
    expect(shown(await listTar(Readable.from(pieces), false))).toEqual(expected);
  });

  it('takes names without ./ and slashes, and leaves out those that would go elsewhere', async () => {
    pack(root, 'tar -cf odd.tar ./tree/exact && tar -P -rf odd.tar ../$(basename "$PWD")/tree/file');
    const entries = await listTar(createReadStream(join(root, 'odd.tar')), false);
    expect(entries.map((entry) => entry.path)).toEqual(['tree/exact']);
  });

  it.each([
    ['text', Buffer.from('x'.repeat(2000))],
    ['a cut archive', () => readFileSync(join(root, 'pieces.tar')).subarray(0, 3000)],
  ])('refuses %s', async (_, bytes) => {
    const given = typeof bytes === 'function' ? bytes() : bytes;
    await expect(listTar(Readable.from([given]), false)).rejects.toThrow(/not a tar archive|cut off/);
  });

  it('refuses a cut compressed archive', async () => {
    const bytes = readFileSync(join(root, 'gnu.tar.gz'));
    await expect(listTar(Readable.from([bytes.subarray(0, 200)]), true)).rejects.toThrow(
      /cannot be read|cut off/,
    );
  });
});

describe.runIf(hasProgram('zip'))('listZip', () => {
  it('reads names, sizes, links and checksums', () => {
    pack(root, 'zip -q -r -y all.zip tree');
    const entries = listZip(readFileSync(join(root, 'all.zip')));
    const find = (path: string) => entries.find((entry) => entry.path === path);
    expect(find('tree/file')).toEqual({
      path: 'tree/file',
      type: 'file',
      size: 7,
      checksum: sha256('content'),
    });
    expect(find('tree/sub/with space -> ü')).toMatchObject({
      size: 1500,
      checksum: sha256('x'.repeat(1500)),
    });
    expect(find('tree/soft')).toEqual({ path: 'tree/soft', type: 'link', size: 0, target: 'sub' });
    expect(find('tree/sub/empty')).toEqual({ path: 'tree/sub/empty', type: 'directory', size: 0 });
    expect(entries).toHaveLength(expected.length);
  });

  it('refuses what is no zip archive, and encrypted ones', () => {
    expect(() => listZip(Buffer.from('no'))).toThrow(/not a zip/);
    pack(root, 'zip -q -P secret locked.zip tree/file');
    expect(() => listZip(readFileSync(join(root, 'locked.zip')))).toThrow(/encrypted/);
  });
});

describe('listOnHost', () => {
  /** A host whose commands really run here, with the usual programs or those of busybox. */
  function realHost(path: string): FakeHost {
    return fakeHost({
      answer: (text, options) => {
        const env = { PATH: path, LC_ALL: 'C', ...options.env };
        try {
          return execFileSync('/bin/sh', ['-c', text], { env, encoding: 'utf8', stdio: 'pipe' });
        } catch (error) {
          return { exitCode: 1, stderr: String((error as { stderr?: unknown }).stderr) };
        }
      },
    });
  }
  const applets = join(root, 'applets');
  mkdirSync(applets);
  if (hasProgram('busybox')) pack(root, 'busybox --install -s applets');

  const compressors = [
    ['gz', 'gzip'],
    ['bz2', 'bzip2'],
    ['xz', 'xz'],
    ['zst', 'zstd'],
  ].filter(([, program = '']) => hasProgram(program));
  for (const [ending, program] of compressors) pack(root, `${sorted} | ${program} -c >host.tar.${ending}`);

  it.each(compressors)('lists tar.%s with GNU tar', async (ending) => {
    const path = join(root, `host.tar.${ending}`);
    expect(shown(await listOnHost(realHost('/usr/bin:/bin'), path, archiveKind(path)))).toEqual(expected);
  });

  const busyboxKinds = compressors.filter(([ending]) => ending !== 'zst' && hasProgram('busybox'));
  it.each(busyboxKinds)('lists tar.%s with busybox', async (ending) => {
    const path = join(root, `host.tar.${ending}`);
    const lines = shown(await listOnHost(realHost(applets), path, archiveKind(path)));
    // busybox lists a hard link as a link.
    const plain = (line: string) => !line.includes('tree/hard') && !line.includes(' -> ');
    expect(lines.filter(plain)).toEqual(expected.filter(plain));
  });

  const unzips = [
    ['unzip', '/usr/bin:/bin'],
    ['busybox', applets],
  ].filter(([program = '']) => hasProgram('zip') && hasProgram(program));
  it.each(unzips)('lists zip with %s', async (_, path) => {
    writeFileSync(join(root, 'tree', 'a[b]*c'), 'glob');
    pack(root, "zip -q plain.zip tree/file 'tree/a[b]*c' tree/exact tree/sub/empty; rm -f 'tree/a[b]*c'");
    const entries = await listOnHost(realHost(path), join(root, 'plain.zip'), 'zip');
    expect(entries).toEqual([
      { path: 'tree/file', type: 'file', size: 7, checksum: sha256('content') },
      { path: 'tree/a[b]*c', type: 'file', size: 4, checksum: sha256('glob') },
      { path: 'tree/exact', type: 'file', size: 1024, checksum: sha256('y'.repeat(1024)) },
      { path: 'tree/sub/empty', type: 'directory', size: 0 },
    ]);
  });

  it.each(['broken.tar.gz', ...(hasProgram('unzip') ? ['broken.zip'] : [])])(
    'says what is wrong with %s',
    async (name) => {
      const path = join(root, name);
      writeFileSync(path, 'no archive');
      await expect(listOnHost(realHost('/usr/bin:/bin'), path, archiveKind(path))).rejects.toThrow(
        `cannot list ${path}`,
      );
    },
  );
});
