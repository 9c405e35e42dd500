import { describe, expect, it } from 'vitest';
import { lineinfile } from '../../modules/lineinfile.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan, readOf, valuesOf } from '../support/run-module.ts';

const abc = 'a\nb\nc\n';
const settings = 'x=1\n# x=2\nx=3\n\nend';

async function edit(params: object, text: string): Promise<string | undefined> {
  const plan = await readAndPlan(lineinfile, { path: '/f', ...params }, fakeHost({ files: { '/f': text } }));
  const [step] = plan.steps;
  return step?.kind === 'put' && 'text' in step.content ? step.content.text : undefined;
}

describe('present', () => {
  it.each([
    { params: { line: 'b' }, text: abc, after: undefined },
    { params: { line: 'z' }, text: abc, after: 'a\nb\nc\nz\n' },
    { params: { line: 'z' }, text: 'a', after: 'a\nz\n' },
    { params: { line: 'z' }, text: '', after: 'z\n' },
    { params: { line: 'end' }, text: settings, after: `${settings}\n` },
    { params: { line: 'x=9', regexp: '^x=' }, text: settings, after: 'x=1\n# x=2\nx=9\n\nend' },
    {
      params: { line: 'x=9', regexp: '^x=', firstmatch: true },
      text: settings,
      after: 'x=9\n# x=2\nx=3\n\nend',
    },
    { params: { line: 'x=3', regexp: '^x=' }, text: settings, after: undefined },
    { params: { line: 'q', search_string: 'b' }, text: abc, after: 'a\nq\nc\n' },
    { params: { line: 'q', insertbefore: 'BOF' }, text: abc, after: `q\n${abc}` },
    { params: { line: 'q', insertafter: 'BOF' }, text: abc, after: `q\n${abc}` },
    { params: { line: 'q', insertafter: '^a' }, text: abc, after: 'a\nq\nb\nc\n' },
    { params: { line: 'q', insertbefore: '^c' }, text: abc, after: 'a\nb\nq\nc\n' },
    { params: { line: 'q', insertafter: 'no' }, text: abc, after: `${abc}q\n` },
    { params: { line: 'q', insertafter: '^a', firstmatch: true }, text: 'a\na\n', after: 'a\nq\na\n' },
    {
      params: { line: 'x=9', regexp: '^y=', insertafter: '^x=1' },
      text: settings,
      after: `x=1\nx=9\n# x=2\nx=3\n\nend`,
    },
    {
      params: { line: '\\1:9', regexp: '^(x)=', backrefs: true },
      text: settings,
      after: 'x=1\n# x=2\nx:9\n\nend',
    },
    { params: { line: 'zz', regexp: 'no', backrefs: true }, text: abc, after: undefined },
    { params: { line: 'B', regexp: '(?i)^B$' }, text: abc, after: 'a\nB\nc\n' },
  ])('$params', async ({ params, text, after }) => {
    expect(await edit(params, text)).toBe(after);
    if (after !== undefined && !('backrefs' in params)) expect(await edit(params, after)).toBeUndefined();
  });
});

describe('absent', () => {
  it.each([
    { params: { line: 'b' }, after: 'a\nc\n', found: 1 },
    { params: { regexp: '^[ab]' }, after: 'c\n', found: 2 },
    { params: { search_string: 'c' }, after: 'a\nb\n', found: 1 },
    { params: { line: 'z' }, after: undefined, found: 0 },
  ])('$params', async ({ params, after, found }) => {
    expect(await edit({ ...params, state: 'absent' }, abc)).toBe(after);
    const host = fakeHost({ files: { '/f': abc } });
    const plan = await readAndPlan(lineinfile, { path: '/f', state: 'absent', ...params }, host);
    expect(plan.values).toMatchObject({ found });
  });

  it('is content with a missing file', async () => {
    const plan = await readAndPlan(lineinfile, { path: '/no', line: 'a', state: 'absent' }, fakeHost());
    expect(plan).toEqual({ steps: [], values: { msg: 'file not present' } });
  });
});

it('writes with attributes, validation and backup', async () => {
  const params = { path: '/f', line: 'b', mode: '0600', backup: true, validate: 'visudo -cf %s' };
  const host = fakeHost({ files: { '/f': 'a\n' } });
  const plan = await readAndPlan(lineinfile, params, host);
  expect(plan.steps).toEqual([
    {
      kind: 'put',
      path: '/f',
      content: { text: 'a\nb\n' },
      before: 'a\n',
      mode: '0600',
      backup: true,
      validate: ['visudo', '-cf', '%s'],
      summary: 'line added: /f',
    },
  ]);
  const current = await readOf(lineinfile, params, host);
  expect(valuesOf(lineinfile, params, current, [{ backupPath: '/f.1~' }])).toEqual({
    msg: 'line added',
    backup: '/f.1~',
  });
});

it('sets attributes where the line is there already', async () => {
  const host = fakeHost({ files: { '/f': 'a\n' } });
  const plan = await readAndPlan(lineinfile, { path: '/f', line: 'a', mode: '0600' }, host);
  expect(plan.steps).toMatchObject([{ kind: 'run', script: 'chmod -- 00600 /f' }]);
});

it('makes a missing file and its directory only when told to', async () => {
  const host = fakeHost({ files: { '/x': '' } });
  expect((await readAndPlan(lineinfile, { path: '/no/f', line: 'a' }, host)).failure).toMatch(
    /does not exist/,
  );
  const plan = await readAndPlan(lineinfile, { path: '/no/f', line: 'a', create: true, mode: '0600' }, host);
  expect(plan.steps).toMatchObject([
    { kind: 'run', script: 'mkdir -p -- /no && :' },
    { kind: 'put', path: '/no/f', content: { text: 'a\n' }, mode: '0600' },
  ]);
});

it('keeps bytes that are not UTF-8', async () => {
  const bytes = Buffer.from([0xe4, 0x0a]);
  const host = fakeHost({ files: { '/f': bytes } });
  const plan = await readAndPlan(lineinfile, { path: '/f', line: 'ü' }, host);
  expect(plan.steps).toMatchObject([
    { content: { bytes: Buffer.concat([bytes, Buffer.from('ü\n', 'utf8')]) }, before: null },
  ]);
});

it.each([
  { regexp: 'a', search_string: 'b', line: 'c' },
  { insertafter: 'a', insertbefore: 'b', line: 'c' },
  { regexp: 'a' },
  { line: 'a', backrefs: true },
  { state: 'absent' },
  { line: 'a\n' },
])('refuses %o', async (params) => {
  await expect(
    readAndPlan(lineinfile, { path: '/f', ...params }, fakeHost({ files: { '/f': '' } })),
  ).rejects.toThrow();
});

it.each([{ path: '/d' }, {}])('fails for %o', async (params) => {
  const host = fakeHost({ files: { '/d': { type: 'directory' } } });
  expect((await readAndPlan(lineinfile, { line: 'a', ...params }, host)).failure).toMatch(
    /directory|required/,
  );
});
