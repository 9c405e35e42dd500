import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { copy } from '../../modules/copy.ts';
import { Unknown } from '../../src/module/index.ts';
import { fakeHost } from '../support/fake-host.ts';
import { execResult, readAndPlan, readOf, valuesOf } from '../support/run-module.ts';

const sum = (text: string): string => createHash('sha256').update(text).digest('hex');
const local = { 'a.conf': { content: 'new\n', mode: '0640' }, 'tree/x': '1', 'tree/sub/y': '2' };
const old = { content: 'old\n', mode: '0600', owner: 'harbor', uid: 10000, group: 'harbor', gid: 10000 };

describe('where a file goes', () => {
  it.each([
    { name: 'to a path', dest: '/etc/b.conf', path: '/etc/b.conf' },
    { name: 'into a directory that exists', dest: '/etc', path: '/etc/a.conf' },
    { name: 'into a directory named with a slash', dest: '/etc/', path: '/etc/a.conf' },
    { name: 'through a link to a directory', dest: '/cfg', path: '/cfg/a.conf' },
  ])('$name', async ({ dest, path }) => {
    const files = { '/etc': { type: 'directory' }, '/cfg': { type: 'link', target: '/etc' } } as const;
    const plan = await readAndPlan(copy, { src: 'a.conf', dest }, fakeHost({ local, files }));
    expect(plan.steps).toMatchObject([{ kind: 'put', path, content: { localFile: '/control/a.conf' } }]);
  });

  it('makes a directory that is named with a slash and missing', async () => {
    const plan = await readAndPlan(
      copy,
      { src: 'a.conf', dest: '/new/' },
      fakeHost({ local, files: { '/x': '' } }),
    );
    expect(plan.steps).toMatchObject([
      { kind: 'run', script: 'mkdir -p -- /new && :' },
      { kind: 'put', path: '/new/a.conf' },
    ]);
  });

  it.each([
    { params: { src: 'a.conf', dest: '/no/b' }, failure: 'Destination directory /no does not exist' },
    { params: { src: 'a.conf', dest: '/f/b' }, failure: 'Destination directory /f is not a directory' },
    { params: { content: 'x', dest: '/d' }, failure: /not the directory/ },
    { params: { content: 'x', dest: '/d/e/' }, failure: /not the directory/ },
    { params: { src: '/no', dest: '/d/e', remote_src: true }, failure: 'Source /no not found' },
    { params: { src: 'a.conf', dest: '/d/e', checksum: sum('x') }, failure: /the source has the checksum/ },
    { params: { src: 'tree/', dest: '/f' }, failure: '/f is a file, not a directory' },
  ])('fails: $failure', async ({ params, failure }) => {
    const files = { '/f': '', '/d': { type: 'directory' } } as const;
    const plan = await readAndPlan(copy, params, fakeHost({ local, files }));
    expect(plan.steps).toEqual([]);
    expect(plan.failure).toMatch(failure);
  });
});

describe('what is compared', () => {
  const run = async (params: object, files = { '/etc/a': old }) =>
    (await readAndPlan(copy, { dest: '/etc/a', ...params }, fakeHost({ local, files }))).steps;

  it('does nothing where checksum and attributes are as desired', async () => {
    expect(await run({ content: 'old\n', mode: '0600', owner: 'harbor', group: 10000 })).toEqual([]);
  });

  it('writes differing content with the text before and the attributes', async () => {
    expect(
      await run({ src: 'a.conf', mode: '0644', owner: 'root', backup: true, validate: 'test -f %s' }),
    ).toEqual([
      {
        kind: 'put',
        path: '/etc/a',
        content: { localFile: '/control/a.conf' },
        before: 'old\n',
        mode: '0644',
        owner: 'root',
        backup: true,
        validate: ['test', '-f', '%s'],
        summary: 'update /etc/a',
        predicts: [
          {
            kind: 'path',
            path: '/etc/a',
            type: 'file',
            mode: '0644',
            owner: 'root',
            group: 'harbor',
            content: { localFile: '/control/a.conf' },
          },
        ],
      },
    ]);
  });

  it('sets only attributes where content is equal', async () => {
    expect(await run({ content: 'old\n', mode: 'u=rw,g=r', owner: 'root' })).toMatchObject([
      {
        kind: 'run',
        script: 'chown -- root /etc/a && chmod -- 00640 /etc/a',
        diff: [
          { header: '/etc/a', before: 'mode: 0600\nowner: harbor\n', after: 'mode: 0640\nowner: root\n' },
        ],
      },
    ]);
  });

  it('preserves the mode of the source', async () => {
    expect(await run({ src: 'a.conf', mode: 'preserve' })).toMatchObject([{ kind: 'put', mode: '0640' }]);
  });

  it('leaves a present file alone without force, but makes a missing one', async () => {
    expect(await run({ content: 'x', mode: '0777', force: false })).toEqual([]);
    expect(await run({ content: 'x', dest: '/etc/b', force: false })).toMatchObject([{ kind: 'put' }]);
  });

  it('shows neither binary nor large content', async () => {
    for (const content of [Buffer.from([0, 1]), 'x'.repeat(200_000)]) {
      const host = fakeHost({ local, files: { '/etc/a': { content } } });
      const plan = await readAndPlan(copy, { src: 'a.conf', dest: '/etc/a' }, host);
      expect(plan.steps).toMatchObject([{ kind: 'put', before: null }]);
    }
  });

  it('writes mappings as Ansible does', async () => {
    expect(await run({ content: { a: [1, 'ü'], b: null } })).toMatchObject([
      { content: { text: '{"a": [1, "\\u00fc"], "b": null}' } },
    ]);
  });

  it('replaces a link, or follows it when told to', async () => {
    const files = { '/etc/a': { type: 'link', target: '/etc/real' }, '/etc/real': 'old\n' } as const;
    const host = fakeHost({ files });
    const replaced = await readAndPlan(copy, { content: 'old\n', dest: '/etc/a' }, host);
    expect(replaced.steps).toMatchObject([{ kind: 'remove', path: '/etc/a' }, { kind: 'put' }]);
    const followed = await readAndPlan(copy, { content: 'old\n', dest: '/etc/a', follow: true }, host);
    expect(followed.steps).toEqual([]);
  });
});

describe('trees', () => {
  it('copies the directory itself, or its contents where the name ends in a slash', async () => {
    const host = fakeHost({ local, files: { '/srv/x': '1', '/srv/sub/y': 'old' } });
    const whole = await readAndPlan(copy, { src: 'tree', dest: '/srv', directory_mode: '0750' }, host);
    expect(whole.steps).toMatchObject([
      {
        kind: 'run',
        script: 'mkdir -p -- /srv/tree /srv/tree/sub && chmod -- 00750 /srv/tree /srv/tree/sub',
      },
      { kind: 'put', path: '/srv/tree/sub/y' },
      { kind: 'put', path: '/srv/tree/x' },
    ]);
    const contents = await readAndPlan(copy, { src: 'tree/', dest: '/srv' }, host);
    expect(contents.steps).toMatchObject([{ kind: 'put', path: '/srv/sub/y', before: 'old' }]);
  });
});

describe('sources on the host', () => {
  const files = {
    '/src/f': { content: 'new\n', mode: '0755' },
    '/src/sub/g': { content: 'g', mode: '0600' },
    '/dst/f': old,
  };

  it('copies beside the destination and renames, keeping owner and mode', async () => {
    const params = { src: '/src/f', dest: '/dst/f', remote_src: true, backup: true, validate: 'sh -n %s' };
    const plan = await readAndPlan(copy, params, fakeHost({ files }));
    expect(plan.steps).toMatchObject([{ kind: 'run', diff: [{ before: 'old\n', after: 'new\n' }] }]);
    const [step] = plan.steps;
    expect(step?.kind === 'run' && step.script).toMatchInlineSnapshot(`
      "set -e
      new=$(mktemp /dst/f.XXXXXX)
      trap 'rm -f -- "$new"' EXIT
      cat -- /src/f >"$new"
      chown -- 10000:10000 "$new" && chmod -- 00600 "$new"
      sh -n "$new"
      backup=/dst/f."$$.$(date +%Y-%m-%d@%H:%M:%S)~"
      cp -p -- /dst/f "$backup"
      printf '%s' "$backup"
      mv -f -- "$new" /dst/f"
    `);
  });

  it('walks a tree', async () => {
    const host = fakeHost({
      files,
      commands: { "find -L /src '(' -type d -o -type f ')' -print0": '/src\0/src/sub\0/src/f\0/src/sub/g\0' },
    });
    const plan = await readAndPlan(copy, { src: '/src/', dest: '/dst', remote_src: true }, host);
    expect(plan.steps.map((step) => step.summary)).toEqual([
      'create directory /dst/sub',
      'update /dst/f',
      'create /dst/sub/g',
    ]);
    // New directories and files get the modes they have in the source.
    expect(plan.steps[0]).toMatchObject({ script: 'mkdir -p -- /dst/sub && chmod -- 00755 /dst/sub' });
    expect(plan.steps[2]).toMatchObject({ script: expect.stringContaining('chmod -- 00600 "$new"') });
  });
});

describe('registered values', () => {
  it('tells the file as it is after the change', async () => {
    const params = { src: 'a.conf', dest: '/etc/a', owner: 'root', backup: true };
    const current = await readOf(copy, params, fakeHost({ local, files: { '/etc/a': old } }));
    expect(valuesOf(copy, params, current, [{ backupPath: '/etc/a.1~' }])).toEqual({
      src: '/control/a.conf',
      dest: '/etc/a',
      checksum: sum('new\n'),
      size: 4,
      state: 'file',
      mode: '0600',
      owner: 'root',
      group: 'harbor',
      gid: 10000,
      backup_file: '/etc/a.1~',
    });
  });

  it('does not know the backup in check mode', async () => {
    const params = { src: 'a.conf', dest: '/etc/a', backup: true };
    const current = await readOf(copy, params, fakeHost({ local, files: { '/etc/a': old } }));
    expect(valuesOf(copy, params, current, [], true)['backup_file']).toBeInstanceOf(Unknown);
  });

  it('tells the backup of a copy on the host', async () => {
    const params = { src: '/new', dest: '/etc/a', remote_src: true, backup: true };
    const current = await readOf(copy, params, fakeHost({ files: { '/etc/a': old, '/new': 'n' } }));
    const values = valuesOf(copy, params, current, [{ exec: execResult({ stdout: '/etc/a.9~' }) }]);
    expect(values['backup_file']).toBe('/etc/a.9~');
  });
});

it.each([{}, { src: 'a', content: 'b' }])('needs exactly one source: %o', async (params) => {
  await expect(readOf(copy, { dest: '/x', ...params }, fakeHost({ local }))).rejects.toThrow(/exactly one/);
});
