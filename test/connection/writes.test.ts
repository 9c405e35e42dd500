import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostConnection } from '../../src/connection/host-connection.ts';
import type { PutRequest } from '../../src/connection/host-writes.ts';
import { putFile, removePath, stageFiles } from '../../src/connection/index.ts';
import { CommandError, InternalError } from '../../src/model/errors.ts';
import { connectionWith, shells, temporaryDirectory } from './shells.ts';

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

describe.each(shells)('writes on %s', (shell) => {
  let connection: HostConnection;
  beforeAll(() => {
    connection = connectionWith(shell);
  });
  afterAll(() => connection.close());
  const put = (path: string, more: Partial<PutRequest> = {}) =>
    putFile(connection, undefined, { path, content: Buffer.from('new\n'), ...more });

  it.each<[string, PutRequest['content'], Buffer]>([
    ['text', Buffer.from("it's\n$HOME\n"), Buffer.from("it's\n$HOME\n")],
    ['nothing', Buffer.alloc(0), Buffer.alloc(0)],
    ['every byte', everyByte, everyByte],
    ['a megabyte over a channel', Buffer.alloc(1_000_000, everyByte), Buffer.alloc(1_000_000, everyByte)],
    [
      'a stream',
      { stream: () => Readable.from([everyByte, everyByte]) },
      Buffer.concat([everyByte, everyByte]),
    ],
  ])('puts %s in place', async (_title, content, expected) => {
    const directory = temporaryDirectory();
    await put(join(directory, 'file'), { content });
    expect(readFileSync(join(directory, 'file')).equals(expected)).toBe(true);
    expect(readdirSync(directory)).toEqual(['file']);
  });

  it.each([10, 400_000])('puts a local file of %i bytes in place', async (size) => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'source'), Buffer.alloc(size, 7));
    await put(join(directory, 'file'), { content: { localFile: join(directory, 'source') } });
    expect(readFileSync(join(directory, 'file')).length).toBe(size);
  });

  it('gives a new file 0644, or the mode and owner asked for', async () => {
    const directory = temporaryDirectory();
    await put(join(directory, 'a'));
    await put(join(directory, 'b'), { mode: '4750', owner: 'daemon', group: 'games' });
    expect([modeOf(join(directory, 'a')), modeOf(join(directory, 'b'))]).toEqual(['644', '4750']);
    expect(statSync(join(directory, 'b'))).toMatchObject({ uid: 1, gid: 60 });
  });

  it('keeps mode and owner of a present file', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    chownSync(file, 1, 60);
    const { ino } = statSync(file);
    await put(file);
    expect(statSync(file)).toMatchObject({ uid: 1, gid: 60 });
    expect([modeOf(file), readFileSync(file, 'utf8'), statSync(file).ino === ino]).toEqual([
      '640',
      'new\n',
      false,
    ]);
  });

  it('writes where a link points to, also one that points to nothing yet', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'sub'));
    writeFileSync(join(directory, 'sub/real'), 'old');
    symlinkSync('sub/real', join(directory, 'link'));
    symlinkSync('sub/fresh', join(directory, 'dangling'));
    await put(join(directory, 'link'));
    await put(join(directory, 'dangling'));
    expect(readFileSync(join(directory, 'sub/real'), 'utf8')).toBe('new\n');
    expect(readFileSync(join(directory, 'sub/fresh'), 'utf8')).toBe('new\n');
    expect(lstatSync(join(directory, 'link')).isSymbolicLink()).toBe(true);
  });

  it('keeps a backup named as Ansible names it', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'file');
    expect(await put(file, { backup: true })).toEqual({});
    const { backupPath } = await put(file, { backup: true, content: Buffer.from('newer') });
    expect(backupPath).toMatch(new RegExp(`^${file}\\.\\d+\\.\\d{4}-\\d\\d-\\d\\d@\\d\\d:\\d\\d:\\d\\d~$`));
    expect(readFileSync(backupPath ?? '', 'utf8')).toBe('new\n');
  });

  it('lets a command judge the new content before it is put in place', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, 'old');
    const validate = ['grep', '-q', 'new$', '%s'];
    const refused = put(file, { validate, content: Buffer.from('bad\n') });
    await expect(refused).rejects.toThrow(/validation refused the new content/);
    expect(readFileSync(file, 'utf8')).toBe('old');
    await put(file, { validate });
    expect(readFileSync(file, 'utf8')).toBe('new\n');
    expect(readdirSync(join(file, '..'))).toEqual(['file']);
  });

  it.each<[string, string, RegExp]>([
    ['a directory', 'sub', /it is a directory/],
    ['a path below a missing directory', 'none/file', /the directory .*none does not exist/],
    ['a path below a file', 'plain/file', /the directory .*plain does not exist/],
  ])('refuses %s', async (_title, name, message) => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'sub'));
    writeFileSync(join(directory, 'plain'), '');
    await expect(put(join(directory, name))).rejects.toThrow(message);
    await expect(put(join(directory, name))).rejects.toBeInstanceOf(CommandError);
    await expect(put(join(directory, name), { content: Buffer.alloc(400_000) })).rejects.toThrow(message);
  });

  it('says that the owner is not known, and leaves the old file', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, 'old');
    await expect(put(file, { owner: 'no-such-user' })).rejects.toThrow(/no-such-user/);
    expect([readFileSync(file, 'utf8'), readdirSync(join(file, '..'))]).toEqual(['old', ['file']]);
  });

  it('breaks off with the source, and leaves the old file', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, 'old');
    const stream = () =>
      Readable.from(
        (function* () {
          yield Buffer.alloc(300_000);
          throw new Error('the disk went away');
        })(),
      );
    await expect(put(file, { content: { stream } })).rejects.toThrow(/the disk went away/);
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  it('removes files, links, trees and what is not there', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'tree/below/..odd'), { recursive: true });
    writeFileSync(join(directory, 'kept'), '');
    writeFileSync(join(directory, "it's -f"), '');
    symlinkSync(join(directory, 'kept'), join(directory, 'link'));
    symlinkSync('/etc', join(directory, 'tree/etc'));
    const remove = (name: string, recursive: boolean) =>
      removePath(connection, undefined, join(directory, name), { recursive });
    await remove('link', false);
    await remove("it's -f", false);
    await remove('missing', false);
    await remove('missing', true);
    await expect(remove('tree', false)).rejects.toThrow(/not empty/);
    await remove('tree', true);
    expect(readdirSync(directory)).toEqual(['kept']);
    expect(existsSync('/etc/passwd')).toBe(true);
  });

  it.each<[string, typeof InternalError | typeof CommandError]>([
    ['', InternalError],
    ['relative/path', InternalError],
    ['/', CommandError],
    ['/etc/', CommandError],
    ['/usr/../var', CommandError],
    ['//home//', CommandError],
  ])('never removes %j', async (path, kind) => {
    const connectionUnused = connectionWith('dash');
    await expect(removePath(connectionUnused, undefined, path, { recursive: true })).rejects.toBeInstanceOf(
      kind,
    );
    expect(connectionUnused.counters.requests).toBe(0);
  });

  it('stages files where only their owner can look', async () => {
    const stage = await stageFiles(connection, undefined, [
      { name: 'secret', content: { text: 'pass' } },
      { name: 'tool', content: { bytes: everyByte }, mode: '0755' },
    ]);
    expect(modeOf(stage.directory)).toBe('700');
    expect([modeOf(join(stage.directory, 'secret')), modeOf(join(stage.directory, 'tool'))]).toEqual([
      '600',
      '755',
    ]);
    expect(readFileSync(join(stage.directory, 'tool')).equals(everyByte)).toBe(true);
    await stage.dispose();
    expect(existsSync(stage.directory)).toBe(false);
  });

  it('says where no directory can be made to stage files in', async () => {
    const become = undefined;
    const closed = connectionWith(shell);
    await closed.shell({ script: ':', timeoutMs: 5_000, locale: 'C', kind: 'read' });
    await expect(stageFiles(closed, become, [{ name: 'a/b', content: { text: '' } }])).rejects.toThrow(
      /staged/,
    );
    await closed.close();
  });
});

// Only root can mount; the integration tests run as root too.
describe.runIf(process.getuid?.() === 0).each(shells)('file systems on %s', (shell) => {
  let connection: HostConnection;
  const directory = temporaryDirectory();
  const small = join(directory, 'small');
  beforeAll(() => {
    connection = connectionWith(shell);
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
  });
  afterAll(async () => {
    await connection.close();
    execFileSync('umount', [small]);
  });

  it.each([100_000, 400_000])(
    'says that the disk is full, %i bytes, and leaves the old file',
    async (size) => {
      const path = join(small, 'file');
      writeFileSync(path, 'old');
      const written = putFile(connection, undefined, { path, content: Buffer.alloc(size, 'x') });
      await expect(written).rejects.toThrow(/no space left on its file system; the old file is untouched/);
      expect([readFileSync(path, 'utf8'), readdirSync(small)]).toEqual(['old', ['file']]);
    },
  );

  it('refuses a file that is a mount point, unless told to overwrite it', async () => {
    const path = join(directory, 'bound');
    writeFileSync(join(directory, 'source'), 'old');
    writeFileSync(path, '');
    execFileSync('mount', ['--bind', join(directory, 'source'), path]);
    try {
      const request = { path, content: Buffer.from('new') };
      await expect(putFile(connection, undefined, request)).rejects.toThrow(/it is a mount point/);
      expect(readFileSync(path, 'utf8')).toBe('old');
      await putFile(connection, undefined, { ...request, unsafeWrites: true });
      expect(readFileSync(join(directory, 'source'), 'utf8')).toBe('new');
      expect(readdirSync(directory).filter((name) => name.startsWith('.mooring'))).toEqual([]);
    } finally {
      execFileSync('umount', [path]);
    }
  });

  it('never removes a tree something is mounted in, a bind mount included', async () => {
    const tree = join(directory, 'tree');
    const inner = join(tree, 'with space');
    const precious = join(directory, 'precious');
    for (const path of [inner, precious]) mkdirSync(path, { recursive: true });
    writeFileSync(join(precious, 'data'), '');
    execFileSync('mount', ['--bind', precious, inner]);
    try {
      const removed = removePath(connection, undefined, tree, { recursive: true });
      await expect(removed).rejects.toThrow(/with space is mounted there/);
      await expect(removePath(connection, undefined, inner, { recursive: true })).rejects.toThrow(
        /is mounted there/,
      );
      expect(existsSync(join(precious, 'data'))).toBe(true);
    } finally {
      execFileSync('umount', [inner]);
    }
  });
});
