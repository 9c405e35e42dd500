import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReads } from '../../../src/connection/create-reads.ts';
import type { HostConnection } from '../../../src/connection/host-connection.ts';
import type { FileStat, Place, PlacedReads } from '../../../src/connection/host-reads.ts';
import { placeOf, sharedDevices } from '../../../src/connection/reads/place.ts';
import { fakeConnection } from '../../support/fake-connection.ts';
import { connectionWith, shells, temporaryDirectory } from '../shells.ts';

const oddNames = [
  ...[
    'two words',
    ' lead',
    'end ',
    'a\nb',
    '\n',
    "it's",
    '"quoted"',
    '$HOME',
    '`id`',
    '*',
    '[a]',
    '\\t',
    'a\tb',
  ],
  ...['-n', '--help', '.hidden', '..also', '共享', 'é', 'e\u0301'],
];

function makeTree(): string {
  const root = realpathSync(temporaryDirectory());
  const at = (name: string) => join(root, name);
  for (const name of ['d1', 'd1/sub', 'd2', ...oddNames.map((odd) => `odd/${odd}`)]) {
    mkdirSync(at(name), { recursive: true });
  }
  for (const name of ['d1/a', 'd1/A', 'd1/h1', 'd2/a', ...oddNames.map((odd) => `odd/${odd}/${odd}`)]) {
    writeFileSync(at(name), '');
  }
  linkSync(at('d1/h1'), at('d2/h2'));
  const links = {
    l1: 'd1',
    l2: 'l1',
    'd2/up': '..',
    final: 'd1/a',
    dangling: 'd1/new',
    loop: 'loop',
    'to-file': 'd1/a',
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, at(name));
  execFileSync('mkfifo', [at('d1/pipe')]);
  return root;
}

/** What is really there, as Node has it; the directory with all links followed. */
function placeInTree(root: string, name: string, isThere = true): Place {
  const path = join(realpathSync(join(root, dirname(name))), name.slice(name.lastIndexOf('/') + 1));
  const { dev: device, ino: directory } = statSync(dirname(path));
  const inode = isThere ? statSync(path).ino : undefined;
  return { device, directory, name: path.slice(path.lastIndexOf('/') + 1), inode };
}

describe.each(shells)('the place of a path on %s', (shell) => {
  let connection: HostConnection;
  let reads: PlacedReads;
  const root = makeTree();
  const at = (name: string) => `${root}/${name}`;
  beforeAll(async () => {
    connection = connectionWith(shell);
    reads = createReads(connection);
    await connection.shell({ script: ':', timeoutMs: 10_000, locale: 'C', kind: 'read' });
  });
  afterAll(() => connection.close());

  it.each([
    ['a file', 'd1/a', 'd1/a'],
    ['a file below a linked directory', 'l1/a', 'd1/a'],
    ['one below a link to a linked directory', 'l2/a', 'd1/a'],
    ['one below a link to further up', 'd2/up/d1/a', 'd1/a'],
    ['one below two links', 'd2/up/l1/a', 'd1/a'],
    ['one behind ..', 'd2/../d1/a', 'd1/a'],
    ['one behind .. of where a link leads', 'l1/../d1/a', 'd1/a'],
    ['one behind .', 'd1/./a', 'd1/a'],
    ['one behind two slashes', 'd1//a', 'd1/a'],
    ['another of the same name', 'd2/a', 'd2/a'],
    ['another case', 'd1/A', 'd1/A'],
    ['a directory', 'd1', 'd1'],
    ['a directory below a linked one', 'l1/sub', 'd1/sub'],
    ['a pipe', 'd1/pipe', 'd1/pipe'],
  ])('is known of %s', async (_title, path, same) => {
    expect(await reads.place(at(path))).toEqual(placeInTree(root, same));
  });

  it.each([
    ['in a directory', 'd1/none', 'd1/none'],
    ['in a linked directory', 'l2/none', 'd1/none'],
    ['in one behind ..', 'd2/up/d1/none', 'd1/none'],
  ])('is known where nothing is yet: %s', async (_title, path, same) => {
    expect(await reads.place(at(path))).toEqual(placeInTree(root, same, false));
  });

  it.each([
    ['a link to a file', 'final'],
    ['a link to a directory', 'l1'],
    ['a link below a linked directory', 'd2/up/final'],
    ['a link to nothing', 'dangling'],
    ['a link to itself', 'loop'],
    ['a file of two names', 'd1/h1'],
    ['its other name', 'd2/h2'],
    ['its name in a linked directory', 'l1/h1'],
    ['what is below nothing', 'missing/a'],
    ['what is below a link to nothing', 'dangling/a'],
    ['what is below a file', 'd1/a/b'],
    ['what is below a link to a file', 'to-file/b'],
    ['a file with a slash behind', 'd1/a/'],
    ['a directory with a slash behind', 'd1/'],
    ['a linked directory with a slash behind', 'l1/'],
    ['a directory by a dot', 'd1/.'],
    ['a directory by two dots', 'd1/sub/..'],
  ])('is not to be told of %s', async (_title, path) => {
    expect(await reads.place(at(path))).toBeUndefined();
  });

  it.each(['', '/', '.', '..', 'd1/a', './a', '~/a', '//', '/.', '/..'])(
    'is not to be told of "%s"',
    async (path) => {
      expect(await reads.place(path)).toBeUndefined();
    },
  );

  it('is known of what is in the root directory', async () => {
    const { dev: device, ino: directory } = statSync('/');
    expect(await reads.place('/tmp')).toEqual({
      device,
      directory,
      name: 'tmp',
      inode: statSync('/tmp').ino,
    });
    expect(await reads.place('/no-such')).toEqual({ device, directory, name: 'no-such', inode: undefined });
  });

  it('has the device of the directory, also where another file system begins', async () => {
    expect(await reads.place('/proc')).toMatchObject({ device: statSync('/').dev, name: 'proc' });
    expect(await reads.place('/proc/version')).toMatchObject({ device: statSync('/proc').dev });
  });

  it('is not to be told, with an error, of what is below a link to itself', async () => {
    await expect(reads.place(at('loop/a'))).rejects.toThrow(/Symbolic link loop|Too many levels/);
  });

  it('leaves what is told of other paths as it is, errors too', async () => {
    const names = ['loop', 'loop/a', 'loop/none'];
    const ask = (name: string) =>
      reads.stat(at(name), { follow: true }).catch((error: Error) => error.message);
    const alone = [await ask('loop'), await ask('loop/a'), await ask('loop/none')];
    const places = names.map((name) => reads.place(at(name)).catch(() => undefined));
    const together = await Promise.all(names.map(ask));
    await Promise.all(places);
    expect(together).toEqual(alone);
    expect(together.join('')).not.toContain('\n');
  });

  it('is not confused by any name, of a file or of a directory, each alone and all together', async () => {
    const names = oddNames.map((odd) => `odd/${odd}/${odd}`);
    const together = await Promise.all(names.map((name) => reads.place(at(name))));
    for (const [index, name] of names.entries()) {
      expect([name, together[index]]).toEqual([name, placeInTree(root, name)]);
      expect([name, await reads.place(at(name))]).toEqual([name, together[index]]);
    }
  });

  it('is known by any name where nothing is yet', async () => {
    const names = oddNames.map((odd) => `odd/${odd}/${odd}none`);
    const together = await Promise.all(names.map((name) => reads.place(at(name))));
    for (const [index, name] of names.entries()) {
      expect([name, together[index]]).toEqual([name, placeInTree(root, name, false)]);
    }
  });

  it('is that of the moment it is asked', async () => {
    const file = at(`moved-${shell}`);
    const before = await reads.place(file);
    writeFileSync(file, 'x');
    const { ino: inode } = statSync(file);
    expect(await reads.place(file)).toEqual({ ...before, inode });
    linkSync(file, `${file}-too`);
    expect(await reads.place(file)).toBeUndefined();
    writeFileSync(`${file}-new`, 'y');
    renameSync(`${file}-new`, file);
    expect(await reads.place(file)).toEqual({ ...before, inode: statSync(file).ino });
  });

  it('goes out in one write with what is asked about the same paths', async () => {
    const { writes } = connection.counters;
    const names = ['d1/a', 'l1/a', 'd1/none', 'final', 'd1/h1', 'missing/a'];
    await Promise.all(
      names.flatMap((name) => [
        reads.stat(at(name), { checksum: true }),
        reads.stat(at(name), { follow: true }),
        reads.content(at(name)),
        reads.place(at(name)),
      ]),
    );
    expect(connection.counters.writes - writes).toBe(1);
  });

  it('devices that others change too are told by the host', async () => {
    const text = readFileSync('/proc/self/mountinfo', 'utf8');
    expect(await reads.sharedDevices()).toEqual(sharedDevices(text));
  });
});

describe('the place of a path', () => {
  const found = (type: FileStat['type'], inode: number, links = 1): FileStat => ({
    ...{ type, mode: '0644', owner: 'root', group: 'root', uid: 0, gid: 0, size: 1, mtime: 0 },
    ...{ inode, links, device: 5 },
  });

  it.each<[string, FileStat | null, FileStat | null, Place | undefined]>([
    ['a file', found('file', 2), found('directory', 1, 9), { device: 5, directory: 1, name: 'x', inode: 2 }],
    ['nothing', null, found('directory', 1), { device: 5, directory: 1, name: 'x', inode: undefined }],
    [
      'a directory of many',
      found('directory', 2, 7),
      found('directory', 1),
      { device: 5, directory: 1, name: 'x', inode: 2 },
    ],
    ['a file of several names', found('file', 2, 2), found('directory', 1), undefined],
    ['a socket of several names', found('socket', 2, 2), found('directory', 1), undefined],
    ['a link', found('link', 2), found('directory', 1), undefined],
    ['no directory', null, null, undefined],
    ['a file for a directory', null, found('file', 1), undefined],
  ])('of %s', async (_title, own, directory, expected) => {
    const asked: string[] = [];
    const place = placeOf('/d/x', async (path) => {
      asked.push(path);
      return path === '/d/x' ? own : directory;
    });
    // Both are asked before either has answered.
    expect(asked).toEqual(['/d/x', '/d/.']);
    expect(await place).toEqual(expected);
  });

  it('is an error where the host says no', async () => {
    const stat = async () => Promise.reject(new Error('Permission denied'));
    await expect(placeOf('/d/x', stat)).rejects.toThrow('Permission denied');
  });

  it('costs no process besides the one that tells of the path itself', async () => {
    const connection = fakeConnection({ root: temporaryDirectory() });
    const reads = createReads(connection);
    await Promise.all([reads.stat('/etc/passwd'), reads.place('/etc/passwd'), reads.place('/etc/group')]);
    expect(connection.requests).toHaveLength(1);
  });
});

describe('devices that others change too', () => {
  const line = (device: string, type: string, optional = 'shared:1') =>
    `36 35 ${device} / /mnt rw,relatime ${optional} - ${type} source rw`.replace('  ', ' ');

  it.each([
    ...['nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'fuse', 'fuse.sshfs', 'fuse.glusterfs', '9p'],
    ...['virtiofs', 'vboxsf', 'ceph', 'glusterfs', 'lustre', 'afs', 'coda', 'orangefs', 'beegfs'],
  ])('%s is one', (type) => {
    expect([...sharedDevices(line('0:45', type))]).toEqual([45]);
  });

  it.each([
    ...[
      'ext4',
      'xfs',
      'btrfs',
      'tmpfs',
      'devtmpfs',
      'overlay',
      'proc',
      'sysfs',
      'cgroup2',
      'autofs',
      'zfs',
      'vfat',
    ],
    ...['nfsd', 'fusectl', 'rpc_pipefs', 'squashfs'],
  ])('%s is none', (type) => {
    expect([...sharedDevices(line('0:45', type))]).toEqual([]);
  });

  it.each<[string, string, readonly number[]]>([
    ['no text', '', []],
    ['no optional fields', line('0:45', 'nfs4', ''), [45]],
    ['several optional fields', line('0:45', 'nfs4', 'shared:1 master:2 propagate_from:3'), [45]],
    ['a line cut short', '36 35 0:45 / /mnt rw', []],
    ['a path with a type in it', '36 35 0:45 / /mnt\\040-\\040nfs4\\040x rw - ext4 source rw', []],
    ['a source like a type', '36 35 0:45 / /mnt rw - ext4 a - nfs4 rw', []],
    ['several lines', `${line('0:1', 'nfs4')}\n${line('0:2', 'ext4')}\n${line('0:3', 'cifs')}\n`, [1, 3]],
    ['one device at two places', `${line('0:1', 'nfs4')}\n${line('0:1', 'nfs4')}\n`, [1]],
    ['a block device', line('8:17', 'ceph'), [8 * 256 + 17]],
    ['a large minor number', line('0:300', 'nfs4'), [0x100000 + 44]],
    ['large numbers', line('254:1048575', 'ceph'), [254 * 256 + 255 + 4095 * 0x100000]],
  ])('%s', (_title, text, devices) => {
    expect([...sharedDevices(text)]).toEqual(devices);
  });

  it('have the numbers that stat gives', () => {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const proc = lines.filter((each) => each.split(' ')[4] === '/proc').at(-1) ?? '';
    expect([...sharedDevices(proc.replace(/ - \S+/, ' - nfs4'))]).toEqual([statSync('/proc').dev]);
  });
});
