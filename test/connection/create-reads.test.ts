import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReads } from '../../src/connection/create-reads.ts';
import type { HostConnection } from '../../src/connection/host-connection.ts';
import type { HostReads } from '../../src/connection/host-reads.ts';
import { CommandError } from '../../src/model/errors.ts';
import { completed, fakeConnection } from '../support/fake-connection.ts';
import { connectionWith, shells, temporaryDirectory } from './shells.ts';

const oddNames = [
  'plain',
  'two words',
  'a\nb',
  "it's",
  '"quoted"',
  '$HOME',
  '-n',
  '--help',
  '*',
  '\\t',
  '共享',
  ' lead',
  '.hidden',
  '..also',
];

function makeTree(): string {
  const directory = temporaryDirectory();
  for (const name of oddNames) writeFileSync(join(directory, name), `content of ${name}\0\n`);
  writeFileSync(join(directory, 'empty'), '');
  writeFileSync(join(directory, 'binary'), Buffer.from(Array.from({ length: 256 }, (_, index) => index)));
  mkdirSync(join(directory, 'sub'));
  mkdirSync(join(directory, 'sub', 'empty-dir'));
  symlinkSync('plain', join(directory, 'link'));
  symlinkSync('nowhere', join(directory, 'dangling'));
  symlinkSync('loop', join(directory, 'loop'));
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  chmodSync(join(directory, 'plain'), 0o4750);
  return directory;
}

describe.each(shells)('typed reads on %s', (shell) => {
  let connection: HostConnection;
  let reads: HostReads;
  const directory = makeTree();
  const at = (name: string) => join(directory, name);
  beforeAll(async () => {
    connection = connectionWith(shell);
    reads = createReads(connection);
    await connection.shell({ script: ':', timeoutMs: 10_000, locale: 'C', kind: 'read' });
  });
  afterAll(() => connection.close());

  it('tells what a file is', async () => {
    const real = statSync(at('plain'));
    expect(await reads.stat(at('plain'), { checksum: true })).toEqual({
      ...{ type: 'file', mode: '4750', owner: 'root', group: 'root', uid: 0, gid: 0, links: 1 },
      ...{ size: real.size, mtime: Math.floor(real.mtimeMs / 1000), inode: real.ino },
      device: real.dev,
      checksum: createHash('sha256').update('content of plain\0\n').digest('hex'),
    });
  });

  it.each<[string, object | undefined, object | undefined]>([
    ['sub', { type: 'directory' }, { type: 'directory' }],
    ['link', { type: 'link', target: 'plain' }, { type: 'file' }],
    ['dangling', { type: 'link', target: 'nowhere' }, undefined],
    ['pipe', { type: 'fifo' }, { type: 'fifo' }],
    ['empty', { type: 'file', size: 0 }, { type: 'file', size: 0 }],
    ['missing', undefined, undefined],
    ['plain/below', undefined, undefined],
  ])('stat of %s, itself and followed', async (name, itself, followed) => {
    const [own, target] = await Promise.all([reads.stat(at(name)), reads.stat(at(name), { follow: true })]);
    if (itself === undefined) expect(own).toBeUndefined();
    else expect(own).toMatchObject(itself);
    if (followed === undefined) expect(target).toBeUndefined();
    else expect(target).toMatchObject(followed);
  });

  it('tells many paths, themselves and followed, in one go as each alone', async () => {
    const names = ['plain', 'link', 'dangling', 'loop', 'missing', 'sub', 'plain/below', 'pipe', ...oddNames];
    const asked = [
      ...names.map((name) => [name, true] as const),
      ...names.filter((_, index) => index % 3 > 0).map((name) => [name, false] as const),
    ];
    const ask = ([name, follow]: readonly [string, boolean]) =>
      reads.stat(at(name), { follow }).catch((error: Error) => error.message);
    const together = await Promise.all(asked.map(ask));
    for (const [index, each] of asked.entries()) {
      expect([each, together[index]]).toEqual([each, await ask(each)]);
    }
  });

  it('says that a circle of links cannot be followed', async () => {
    await expect(reads.stat(at('loop'), { follow: true })).rejects.toThrow(
      /Symbolic link loop|Too many levels/,
    );
  });

  it('says so of no other path that begins the same', async () => {
    const names = ['loop/a', 'loop', 'loo', 'lo'];
    const stats = await Promise.allSettled(names.map((name) => reads.stat(at(name), { follow: true })));
    expect(stats.slice(2)).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'fulfilled', value: undefined },
    ]);
    const reasons = stats.slice(0, 2).map((each) => (each.status === 'rejected' ? each.reason.message : ''));
    expect(reasons.map((reason) => reason.match(/'(\/[^']*)'/)?.[1])).toEqual([at('loop/a'), at('loop')]);
  });

  it('knows devices', async () => {
    expect(await reads.stat('/dev/null')).toMatchObject({ type: 'char', mode: '0666' });
  });

  it('is not confused by any name', async () => {
    const stats = await Promise.all(oddNames.map((name) => reads.stat(at(name), { checksum: true })));
    const contents = await Promise.all(oddNames.map((name) => reads.content(at(name))));
    for (const [index, name] of oddNames.entries()) {
      const text = `content of ${name}\0\n`;
      expect([name, contents[index]?.toString()]).toEqual([name, text]);
      expect([name, stats[index]?.checksum]).toEqual([name, createHash('sha256').update(text).digest('hex')]);
    }
  });

  it.each<[string, string, RegExp]>([
    ['a directory', 'sub', /it is not a regular file/],
    ['a pipe', 'pipe', /it is not a regular file/],
  ])('refuses the content of %s, alone and among others', async (_title, name, message) => {
    await expect(reads.content(at(name))).rejects.toThrow(message);
    const [good, bad] = await Promise.allSettled([reads.content(at('plain')), reads.content(at(name))]);
    expect([good?.status, bad?.status]).toEqual(['fulfilled', 'rejected']);
  });

  it('reads binary, empty, linked, missing and proc files in one go', async () => {
    const names = ['binary', 'empty', 'link', 'missing', 'dangling', 'plain/below'];
    const contents = await Promise.all([
      ...names.map((name) => reads.content(at(name))),
      reads.content('/proc/self/comm'),
    ]);
    expect(contents.slice(0, 3)).toEqual([
      readFileSync(at('binary')),
      Buffer.alloc(0),
      Buffer.from('content of plain\0\n'),
    ]);
    expect(contents.slice(3, 6)).toEqual([undefined, undefined, undefined]);
    expect(contents[6]?.length).toBeGreaterThan(0);
  });

  it('refuses a file over its limit, alone and among others', async () => {
    await expect(reads.content(at('binary'), { maxBytes: 255 })).rejects.toThrow(/larger than 255 bytes/);
    const [small, large, exact] = await Promise.allSettled([
      reads.content(at('plain')),
      reads.content(at('binary'), { maxBytes: 255 }),
      reads.content(at('binary'), { maxBytes: 256 }),
    ]);
    expect([small?.status, large?.status, exact?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('reads a file larger than captured output over a channel of its own', async () => {
    writeFileSync(at('large'), Buffer.alloc(12_000_000, 'x'));
    expect((await reads.content(at('large'), { maxBytes: 20_000_000 }))?.length).toBe(12_000_000);
    await expect(reads.content(at('large'), { maxBytes: 11_000_000 })).rejects.toThrow(/larger than/);
    await expect(reads.content(at('large'))).rejects.toThrow(/larger than/);
    expect(await reads.content(at('missing'), { maxBytes: 20_000_000 })).toBeUndefined();
  });

  it('lists directories', async () => {
    const [tree, empty, missing] = await Promise.all([
      reads.list(directory),
      reads.list(at('sub/empty-dir')),
      reads.list(at('missing')),
    ]);
    expect(tree).toEqual(expect.arrayContaining([...oddNames, 'dangling', 'sub']));
    expect([empty, missing]).toEqual([[], undefined]);
    await expect(reads.list(at('plain'))).rejects.toThrow(/it is not a directory/);
  });

  it('reads packages', async () => {
    const [dpkg, none] = await Promise.all([reads.package('dpkg'), reads.package('no-such-package')]);
    expect(dpkg).toMatchObject({
      name: 'dpkg',
      installed: true,
      held: false,
      status: 'install ok installed',
    });
    expect(dpkg?.version).toMatch(/^\d/);
    expect(none).toEqual({
      ...{ name: 'no-such-package', installed: false, held: false, status: 'unknown ok not-installed' },
    });
  });

  it('reads users and groups', async () => {
    const [root, none, daemon, byNumber] = await Promise.all([
      reads.user('root'),
      reads.user('no-such-user'),
      reads.group('daemon'),
      reads.user('0'),
    ]);
    expect(root).toMatchObject({ name: 'root', uid: 0, gid: 0, home: '/root', groups: expect.any(Array) });
    expect(none).toBeUndefined();
    expect(daemon).toEqual({ name: 'daemon', gid: 1, members: [] });
    expect(byNumber?.name).toBe('root');
  });

  it('sends the reads of a tick in one write', async () => {
    const { writes } = connection.counters;
    await Promise.all([
      ...oddNames.map((name) => reads.stat(at(name), { checksum: true })),
      ...oddNames.map((name) => reads.content(at(name))),
      reads.list(directory),
      reads.package('dpkg'),
      reads.user('root'),
    ]);
    expect(connection.counters.writes - writes).toBe(1);
  });

  it('never merges reads before a step with those after it', async () => {
    const file = at(`step-${shell}`);
    const before = reads.stat(file);
    const step = connection.shell({ script: `: >'${file}'`, timeoutMs: 10_000, locale: 'C', kind: 'step' });
    const after = reads.stat(file);
    expect([await before, (await step).exitCode, (await after)?.type]).toEqual([undefined, 0, 'file']);
  });
});

describe('reads of one kind in one tick', () => {
  it('become one script, whose question each is asked once', async () => {
    const connection = fakeConnection({ root: temporaryDirectory() });
    const reads = createReads(connection);
    const [first, again] = await Promise.all([reads.stat('/etc'), reads.stat('/etc'), reads.stat('/usr')]);
    expect(first).toEqual(again);
    const scripts = connection.requests
      .map(({ request }) => request.script)
      .filter((text) => /stat -c/.test(text));
    expect(scripts).toHaveLength(1);
    expect(scripts[0]?.match(/\/etc/g)).toHaveLength(1);
  });

  it('stat follows only links a second time', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'file'), '');
    symlinkSync('file', join(directory, 'link'));
    const connection = fakeConnection({ root: directory });
    const reads = createReads(connection);
    const paths = ['file', 'link'].map((name) => join(directory, name));
    await Promise.all(paths.flatMap((path) => [reads.stat(path), reads.stat(path, { follow: true })]));
    expect(connection.requests).toHaveLength(1);
  });

  it('are asked again one by one where together they did not answer in time', async () => {
    const connection = fakeConnection({
      reply: ({ script }) =>
        script.includes('/dead') ? { timedOut: true, exitCode: 137 } : { stdout: 'd\0\0' },
    });
    const reads = createReads(connection);
    const [dead, alive] = await Promise.allSettled([reads.list('/dead'), reads.list('/alive')]);
    expect(dead).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringMatching(/no answer within/) },
    });
    expect(alive?.status).toBe('fulfilled');
  });

  it('run as the user asked for', async () => {
    const connection = fakeConnection({});
    const become = { method: 'sudo', user: 'root' } as const;
    await createReads(connection, become).stat('/x');
    expect(connection.requests.every(({ request }) => request.become === become)).toBe(true);
  });
});

describe('packages', () => {
  it.each<[string, string, object]>([
    ['held', 'hold ok installed', { installed: true, held: true, version: '1' }],
    ['removed with its configuration left', 'deinstall ok config-files', { installed: false, held: false }],
    ['half installed', 'install reinstreq half-installed', { installed: false }],
    ['waiting for triggers', 'install ok triggers-pending', { installed: true }],
  ])('%s', async (_title, status, expected) => {
    const connection = fakeConnection({ reply: () => ({ stdout: `x\tamd64\t${status}\t1\n` }) });
    expect(await createReads(connection).package('x')).toMatchObject({ name: 'x', status, ...expected });
  });

  it('are told apart by architecture', async () => {
    const stdout = 'x\tamd64\tdeinstall ok config-files\t1\nx\ti386\tinstall ok installed\t2\n';
    const reads = createReads(fakeConnection({ reply: () => ({ stdout }) }));
    const [any, amd, intel] = await Promise.all([
      reads.package('x'),
      reads.package('x:amd64'),
      reads.package('x:i386'),
    ]);
    expect([any?.version, amd?.installed, intel?.version]).toEqual(['2', false, '2']);
  });

  it('need dpkg', async () => {
    const reads = createReads(fakeConnection({ reply: () => ({ exitCode: 127 }) }));
    await expect(reads.package('x')).rejects.toThrow(/not a Debian-like system/);
  });
});

describe('units', () => {
  const block = (name: string, active: string) =>
    `Id=${name}\nLoadState=loaded\nActiveState=${active}\nUnitFileState=enabled\nNeedDaemonReload=no\n`;

  it('come as blocks in the order asked', async () => {
    const stdout = `${block('a.service', 'active')}\n${block('b.service', 'failed')}`;
    const connection = fakeConnection({ reply: () => ({ stdout }) });
    const reads = createReads(connection);
    expect(await Promise.all([reads.unit('a'), reads.unit('b')])).toEqual([
      { name: 'a', load: 'loaded', active: 'active', enabled: 'enabled', needsReload: false },
      { name: 'b', load: 'loaded', active: 'failed', enabled: 'enabled', needsReload: false },
    ]);
    expect(connection.requests).toHaveLength(1);
  });

  it('are asked one by one where one bad name spoils the answer', async () => {
    const reads = createReads(
      fakeConnection({
        reply: ({ script }) =>
          script.includes('bad')
            ? { exitCode: 1, stderr: 'Invalid unit name' }
            : { stdout: block('a.service', 'active') },
      }),
    );
    const [good, bad] = await Promise.allSettled([reads.unit('a'), reads.unit('bad name')]);
    expect(good).toMatchObject({ status: 'fulfilled', value: { active: 'active' } });
    expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(CommandError) });
  });

  it('need a running systemd', async () => {
    const stderr = "System has not been booted with systemd as init system (PID 1). Can't operate.\n";
    const reads = createReads(fakeConnection({ reply: () => completed({ exitCode: 1, stderr }) }));
    await expect(reads.unit('a')).rejects.toThrow('systemd does not run on the host');
  });
});
