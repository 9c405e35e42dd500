import { describe, expect, it } from 'vitest';
import { file } from '../../modules/file.ts';
import { type FakeFile, fakeHost } from '../support/fake-host.ts';
import { planOf, readAndPlan, readOf, valuesOf } from '../support/run-module.ts';

const owned = { owner: 'harbor', uid: 10000, group: 'harbor', gid: 10000 };
const files: Record<string, FakeFile> = {
  '/d': { type: 'directory', mode: '0755', ...owned },
  '/d/f': { content: 'x', mode: '0644', inode: 7, ...owned },
  '/empty': { type: 'directory' },
  '/link': { type: 'link', target: 'd/f' },
  '/dirlink': { type: 'link', target: '/d' },
  '/broken': { type: 'link', target: '/no' },
  '/hard': { content: 'x', inode: 7 },
};
const host = fakeHost({ files });

interface Case {
  readonly params: { readonly path: string; readonly [name: string]: unknown };
  readonly steps?: readonly object[];
  readonly failure?: RegExp;
}

function check(cases: readonly Case[]): void {
  it.each(cases)('$params', async ({ params, steps = [], failure }) => {
    const plan = await readAndPlan(file, params, host);
    expect(plan.steps).toMatchObject(steps);
    expect(plan.steps).toHaveLength(steps.length);
    if (failure === undefined) expect(plan.failure).toBeUndefined();
    else expect(plan.failure).toMatch(failure);
  });
}

describe('directory', () => {
  const mkdir = 'mkdir -p -- /a /a/b /a/b/c';
  check([
    { params: { path: '/d/', state: 'directory', mode: '0755', owner: 10000 } },
    { params: { path: '/dirlink', state: 'directory', mode: 'u=rwx,go=rx' } },
    {
      params: { path: '/a/b/c', state: 'directory', mode: '0750', owner: 'root' },
      steps: [{ script: `${mkdir} && chown -- root /a /a/b /a/b/c && chmod -- 00750 /a /a/b /a/b/c` }],
    },
    {
      params: { path: '/d', state: 'directory', mode: '02750', group: 'root' },
      steps: [
        { script: 'chown -- :root /d && chmod -- 02750 /d', summary: 'set mode 2750, group root of /d' },
      ],
    },
    { params: { path: '/d/f', state: 'directory' }, failure: /already exists as a file/ },
    { params: { path: '/dirlink', state: 'directory', follow: false }, failure: /already exists as a link/ },
    { params: { path: '/broken', state: 'directory' }, failure: /already exists as a link/ },
  ]);
});

describe('file', () => {
  check([
    { params: { path: '/d/f', state: 'file', mode: '644' } },
    { params: { path: '/d/f', mode: 'g+w' }, steps: [{ script: 'chmod -- 00664 /d/f' }] },
    { params: { path: '/link', mode: '0600' }, steps: [{ script: 'chmod -- 00600 /link' }] },
    {
      params: { path: '/link', state: 'file', follow: false, owner: 9 },
      steps: [{ script: 'chown -h -- 9 /link' }],
    },
    { params: { path: '/no', state: 'file' }, failure: /is absent/ },
    { params: { path: '/d', state: 'file' }, failure: /is directory/ },
  ]);
});

describe('absent', () => {
  check([
    { params: { path: '/no', state: 'absent' } },
    { params: { path: '/d/f', state: 'absent' }, steps: [{ kind: 'remove', path: '/d/f' }] },
    { params: { path: '/dirlink', state: 'absent' }, steps: [{ kind: 'remove', path: '/dirlink' }] },
    { params: { path: '/d', state: 'absent' }, steps: [{ kind: 'remove', path: '/d', recursive: true }] },
  ]);
  it('removes a link to a directory, not what is in it', async () => {
    const plan = await readAndPlan(file, { path: '/dirlink', state: 'absent' }, host);
    expect(plan.steps[0]).not.toHaveProperty('recursive');
  });
});

describe('touch', () => {
  check([
    {
      params: { path: '/new', state: 'touch', mode: '0600' },
      steps: [{ script: 'touch -- /new && chmod -- 00600 /new' }],
    },
    { params: { path: '/d/f', state: 'touch' }, steps: [{ argv: ['touch', '--', '/d/f'] }] },
    {
      params: { path: '/d/f', state: 'touch', access_time: 'preserve' },
      steps: [{ argv: ['touch', '-m', '--', '/d/f'] }],
    },
    { params: { path: '/d/f', state: 'touch', access_time: 'preserve', modification_time: 'preserve' } },
  ]);
});

describe('link', () => {
  const ln = (src: string, path: string) => ({ argv: ['ln', '-sfn', '--', src, path] });
  check([
    { params: { path: '/link', src: 'd/f', state: 'link' } },
    { params: { path: '/link', state: 'link' } },
    { params: { path: '/link', src: '/d', state: 'link' }, steps: [ln('/d', '/link')] },
    { params: { path: '/new', src: 'd', state: 'link' }, steps: [ln('d', '/new')] },
    { params: { path: '/new', src: '/no', state: 'link' }, failure: /does not exist/ },
    { params: { path: '/new', src: '/no', state: 'link', force: true }, steps: [ln('/no', '/new')] },
    { params: { path: '/new', state: 'link' }, failure: /src is required/ },
    { params: { path: '/d/f', src: '/empty', state: 'link' }, failure: /refusing to convert from file/ },
    { params: { path: '/d/f', src: '/empty', state: 'link', force: true }, steps: [ln('/empty', '/d/f')] },
    {
      params: { path: '/empty', src: '/d', state: 'link', force: true },
      steps: [{ argv: ['rmdir', '--', '/empty'] }, ln('/d', '/empty')],
    },
    { params: { path: '/d', src: '/empty', state: 'link', force: true }, failure: /not empty/ },
    {
      params: { path: '/new', src: 'd/f', state: 'link', owner: 'root', follow: false },
      steps: [ln('d/f', '/new'), { script: 'chown -h -- root /new' }],
    },
    {
      params: { path: '/link', src: 'd/f', state: 'link', mode: '0600' },
      steps: [{ script: 'chmod -- 00600 /link' }],
    },
  ]);
});

describe('hard', () => {
  check([
    { params: { path: '/hard', src: '/d/f', state: 'hard' } },
    {
      params: { path: '/new', src: '/d/f', state: 'hard' },
      steps: [{ argv: ['ln', '-f', '--', '/d/f', '/new'] }],
    },
    { params: { path: '/new', src: '/no', state: 'hard' }, failure: /does not exist/ },
    { params: { path: '/new', state: 'hard' }, failure: /src is required/ },
  ]);
});

describe('recurse', () => {
  // stat of GNU coreutils 9.1 and of busybox 1.35, the same text.
  const stdout = [
    '41ed 10000 10000 harbor harbor /d/\u0001\n',
    '81a4 0 0 root root /d/a\nb/\u0001\n',
    '81ed 10000 10000 harbor harbor /d/run/\u0001\n',
    'a1ff 0 0 root root /d/l/\u0001\n',
  ].join('');
  const tree = fakeHost({
    files,
    answer: (text) => (text.startsWith('find -H /d -exec') ? stdout : undefined),
  });

  it('changes only what differs, links by themselves, names with line ends too', async () => {
    const params = { path: '/d', state: 'directory', recurse: true, owner: 'harbor', mode: 'u=rwX,go=rX' };
    expect((await readAndPlan(file, params, tree)).steps).toMatchObject([
      { argv: ['xargs', '-0', 'chown', '-h', '--', 'harbor'], stdin: { text: '/d/a\nb\0/d/l\0' } },
    ]);
    expect((await readAndPlan(file, { ...params, mode: '0700' }, tree)).steps).toMatchObject([
      { script: 'chmod -- 00700 /d' },
      { argv: ['xargs', '-0', 'chown', '-h', '--', 'harbor'] },
      { argv: ['xargs', '-0', 'chmod', '--', '00700'], stdin: { text: '/d/a\nb\0/d/run\0' } },
    ]);
  });

  it('is refused for a file', async () => {
    expect((await readAndPlan(file, { path: '/d/f', recurse: true, state: 'file' }, host)).failure).toMatch(
      /recurse/,
    );
  });
});

describe('registered values', () => {
  it.each([
    {
      params: { path: '/d', state: 'directory', mode: '0700' },
      values: {
        path: '/d',
        dest: '/d',
        state: 'directory',
        mode: '0700',
        owner: 'harbor',
        uid: 10000,
        size: 4096,
      },
    },
    { params: { path: '/new', state: 'touch', owner: 'x' }, values: { state: 'file', owner: 'x' } },
    {
      params: { path: '/link', state: 'link', owner: 'harbor' },
      values: { state: 'link', src: 'd/f', owner: 'harbor', uid: 10000 },
    },
    { params: { path: '/d/f', state: 'absent' }, values: { path: '/d/f', state: 'absent' } },
  ])('of $params', async ({ params, values }) => {
    expect(valuesOf(file, params, await readOf(file, params, host))).toMatchObject(values);
  });
});

it('takes the path by each of its names and needs one', async () => {
  await expect(readOf(file, {}, host)).rejects.toThrow(/required/);
  expect(await readOf(file, { dest: '/d' }, host)).toMatchObject({ path: '/d' });
});

it('expands a home directory on the host', async () => {
  const home = fakeHost({ scripts: [[`printf '%s' ~harbor`, '/srv/harbor']] });
  const current = await readOf(file, { path: '~harbor/x', state: 'absent' }, home);
  expect(planOf(file, { path: '~harbor/x', state: 'absent' }, current).steps).toEqual([]);
  expect(current).toMatchObject({ path: '/srv/harbor/x' });
});
