import { describe, expect, it } from 'vitest';
import { createReads } from '../../src/connection/create-reads.ts';
import type { Place, PlacedReads } from '../../src/connection/host-reads.ts';
import { type Footprint, Looked } from '../../src/engine/looked.ts';
import type { Step } from '../../src/module/index.ts';
import { fakeConnection } from '../support/fake-connection.ts';

/** Directories of device 1: `/d` is inode 10, `/d/sub` 11, `/e` 20, `/etc` 30; `/m` is 10 of device 2. */
const places: Readonly<Record<string, Place>> = {
  '/d': { device: 1, directory: 2, name: 'd', inode: 10 },
  '/d/a': { device: 1, directory: 10, name: 'a', inode: 101 },
  '/d/b': { device: 1, directory: 10, name: 'b', inode: 102 },
  '/d/A': { device: 1, directory: 10, name: 'A', inode: undefined },
  '/d/bound': { device: 1, directory: 10, name: 'bound', inode: 101 },
  '/d/new': { device: 1, directory: 10, name: 'new', inode: undefined },
  '/linked/a': { device: 1, directory: 10, name: 'a', inode: 101 },
  '/d/sub': { device: 1, directory: 10, name: 'sub', inode: 11 },
  '/d/sub/x': { device: 1, directory: 11, name: 'x', inode: undefined },
  '/e/a': { device: 1, directory: 20, name: 'a', inode: 201 },
  '/e/bound': { device: 1, directory: 20, name: 'bound', inode: 10 },
  '/m/a': { device: 2, directory: 10, name: 'a', inode: 101 },
};

/** Files of `/etc`, none of which is there. */
const inEtc = (name: string): Place => ({ device: 1, directory: 30, name, inode: undefined });

function readsOf(known: (path: string) => Promise<Place | undefined>): PlacedReads {
  return { ...createReads(fakeConnection({})), place: known };
}

const reads = readsOf(async (path) => places[path]);

const refusing = readsOf(async () => {
  throw new Error('Permission denied');
});

async function lookedAt(paths: readonly string[], from = reads): Promise<Looked> {
  const looked = new Looked();
  for (const path of paths) looked.notePath(path, from);
  await looked.settle();
  return looked;
}

/** The place of a path of `places`. */
function at(path: string): Place {
  const place = places[path];
  if (!place) throw new Error(`no place for ${path}`);
  return place;
}

/** An entry of the directory 10. */
const named = (name: string): Place => ({ device: 1, directory: 10, name, inode: undefined });

describe('what a read looked at', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing', [], ['/d/a']],
    ['nothing, and nothing changed', [], []],
    ['a file, and nothing changed', ['/d/a'], []],
    ['another name', ['/d/b'], ['/d/a']],
    ['what is not there, of another name', ['/d/new'], ['/d/a']],
    ['the same name in another directory', ['/e/a'], ['/d/a']],
    ['the directory above the directory', ['/d'], ['/d/sub/x']],
    ['a file beside the directory', ['/d/a'], ['/d/sub/x']],
    ['a file in the changed directory', ['/d/sub/x'], ['/d/a']],
    ['several others', ['/d/b', '/e/a', '/d/sub'], ['/d/a', '/d/new']],
  ])('is untouched: %s', async (_title, paths, changed) => {
    expect((await lookedAt(paths)).isUntouchedBy(changed.map(at))).toBe(true);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['the file', ['/d/a'], ['/d/a']],
    ['the file by another path', ['/linked/a'], ['/d/a']],
    ['the file, changed by another path', ['/d/a'], ['/linked/a']],
    ['what was not there', ['/d/new'], ['/d/new']],
    ['a name of another case', ['/d/A'], ['/d/a']],
    ['its directory', ['/d'], ['/d/a']],
    ['its directory, where it was not there', ['/d/sub'], ['/d/sub/x']],
    ['its directory, mounted elsewhere', ['/e/bound'], ['/d/a']],
    ['the file, mounted beside itself', ['/d/bound'], ['/d/a']],
    ['a file of another file system', ['/m/a'], ['/d/b']],
    ['one of several', ['/e/a', '/d/b', '/d/a'], ['/d/a']],
    ['one of several changed', ['/d/a'], ['/e/a', '/d/new', '/d/a']],
  ])('is touched: %s', async (_title, paths, changed) => {
    expect((await lookedAt(paths)).isUntouchedBy(changed.map(at))).toBe(false);
  });

  it.each([
    ['a', 'b', true],
    ['a', 'A', false],
    ['a.conf', 'A.CONF', false],
    ['a.conf', 'a.conf~', true],
    ['a-b', 'a_b', true],
    ['é', 'e\u0301', false],
    ['É', 'e\u0301', false],
    ['é', 'e', true],
    ['ä', 'Ä', false],
    ['\u212a', 'k', false],
    ['\ufb01le', 'FILE', false],
    ['共享', '共', true],
    ['a b', 'A B', false],
    ['a\nb', 'a\nB', false],
    ['ΑΣ', 'ας', false],
    ['ΑΣ', 'ασ', false],
    ['straße', 'STRASSE', false],
  ])('names in one directory: "%s" and "%s", apart: %s', async (name, changed, isApart) => {
    const looked = await lookedAt(
      ['/x'],
      readsOf(async () => named(name)),
    );
    expect(looked.isUntouchedBy([named(changed)])).toBe(isApart);
  });

  it.each<[string, (looked: Looked) => void]>([
    ['more than files', (looked) => looked.noteMore()],
    ['a path whose place is not to be told', (looked) => looked.notePath('/unknown', reads)],
    ['a path that is refused', (looked) => looked.notePath('/refused', refusing)],
  ])('is touched by anything: %s', async (_title, look) => {
    for (const before of [true, false]) {
      const looked = new Looked();
      if (before) look(looked);
      looked.notePath('/d/b', reads);
      if (!before) look(looked);
      await looked.settle();
      expect(looked.isUntouchedBy([at('/d/a')])).toBe(false);
    }
  });

  it('asks for each path once, and waits for all', async () => {
    const asked: string[] = [];
    const slow = readsOf(async (path) => {
      asked.push(path);
      await new Promise((resolve) => setImmediate(resolve));
      return places[path];
    });
    const looked = await lookedAt(['/d/a', '/d/b', '/d/a'], slow);
    expect(asked).toEqual(['/d/a', '/d/b']);
    expect(['/d/a', '/d/b', '/d/new'].map((path) => looked.isUntouchedBy([at(path)]))).toEqual([
      ...[false, false, true],
    ]);
  });

  it.each<[string, readonly string[], readonly number[], boolean]>([
    ['nothing', [], [1, 2], false],
    ['one of its files', ['/d/a', '/m/a'], [2], true],
    ['none of its files', ['/d/a', '/d/b'], [2], false],
    ['nothing, where there is no such device', ['/unknown'], [], false],
    ['a path whose place is not to be told', ['/unknown'], [7], true],
  ])('may be on devices: %s', async (_title, paths, devices, mayBe) => {
    expect((await lookedAt(paths)).mayBeOn(new Set(devices))).toBe(mayBe);
  });

  it.each<[string, number, boolean]>([
    ['a disk', 8 * 256 + 17, true],
    ['a mapped disk', 254 * 256, true],
    ['a network', 45, false],
    ['one of many networks', 255 + 0x100000, false],
  ])('is on disks only: %s', async (_title, device, isOnDisks) => {
    const looked = await lookedAt(
      ['/x'],
      readsOf(async () => ({ ...named('x'), device })),
    );
    expect(looked.isOnDisks).toBe(isOnDisks);
  });
});

describe('what the steps of a plan are limited to', () => {
  const put = (path: string, rest: object = {}): Step => ({
    ...{ kind: 'put', path, content: { text: 'x' }, summary: 'write' },
    ...rest,
  });
  const run: Step = { kind: 'run', argv: ['true'], summary: 'run' };
  const remove: Step = { kind: 'remove', path: '/d/a', summary: 'remove' };
  const wait: Step = { kind: 'wait', until: { kind: 'time' }, timeoutMs: 1, summary: 'wait' };

  it.each<[string, readonly Step[], Footprint]>([
    ['no step', [], []],
    ['a file', [put('/d/a')], [at('/d/a')]],
    ['a new file', [put('/d/new')], [at('/d/new')]],
    ['several files', [put('/d/a'), put('/e/a')], [at('/d/a'), at('/e/a')]],
    ['a file with owner and mode', [put('/d/a', { mode: '0600', owner: 'root', group: '0' })], [at('/d/a')]],
    ['a secret file', [put('/d/a', { secret: true, before: null })], [at('/d/a')]],
    ['a file whose options say no', [put('/d/a', { backup: false, unsafeWrites: false })], [at('/d/a')]],
    ['a file by another path', [put('/linked/a')], [at('/d/a')]],
  ])('%s', async (_title, steps, footprint) => {
    const looked = await lookedAt(['/d/a', '/d/new', '/e/a', '/linked/a', '/d/b']);
    expect(looked.footprintOf(steps)).toEqual(footprint);
  });

  it.each<[string, readonly Step[]]>([
    ['a file that is validated', [put('/d/a', { validate: ['true', '%s'] })]],
    ['a file with a backup', [put('/d/a', { backup: true })]],
    ['a file that may be overwritten in place', [put('/d/a', { unsafeWrites: true })]],
    ['a file that was not looked at', [put('/d/b')]],
    ['a file looked at by another path', [put('/d/../d/a')]],
    ['a file whose place is not to be told', [put('/unknown')]],
    ['a file with a command', [put('/d/a'), run]],
    ['a file behind a command', [run, put('/d/a')]],
    ['a file behind a removal', [remove, put('/d/a')]],
    ['a file and one that is validated', [put('/e/a'), put('/d/a', { validate: ['true', '%s'] })]],
    ['a file and one that was not looked at', [put('/d/a'), put('/d/b')]],
    ['a file behind a wait', [wait, put('/d/a')]],
    ['a command', [run]],
    ['a removal', [remove]],
  ])('is not known of %s', async (_title, steps) => {
    const looked = await lookedAt(['/d/a', '/d/new', '/e/a', '/unknown']);
    expect(looked.footprintOf(steps)).toBeUndefined();
  });

  it.each([
    ['/etc/passwd', false],
    ['/etc/group', false],
    ['/etc/nsswitch.conf', false],
    ['/etc/userdb/some.user', false],
    ['/etc/userdb/some.group-privileged', false],
    ['/etc/hosts', true],
    ['/etc/passwd-', true],
    ['/etc/group.conf', true],
  ])('%s, which leaves owners as they are: %s', async (path, isKnown) => {
    const looked = await lookedAt(
      [path],
      readsOf(async (each) => inEtc(each.slice('/etc/'.length))),
    );
    expect(looked.footprintOf([put(path)]) !== undefined).toBe(isKnown);
  });

  it('is known also where the read looked at more', async () => {
    const looked = await lookedAt(['/d/a', '/unknown']);
    looked.noteMore();
    expect(looked.footprintOf([put('/d/a')])).toEqual([at('/d/a')]);
  });
});
