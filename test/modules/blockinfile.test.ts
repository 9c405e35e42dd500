import { expect, it } from 'vitest';
import { blockinfile } from '../../modules/blockinfile.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const begin = '# BEGIN ANSIBLE MANAGED BLOCK\n';
const end = '# END ANSIBLE MANAGED BLOCK\n';

it.each([
  {
    name: 'adds at the end',
    params: { block: 'n' },
    text: 'a\n',
    after: `a\n${begin}n\n${end}`,
    msg: 'Block inserted',
  },
  { name: 'ends the last line first', params: { block: 'n' }, text: 'a', after: `a\n${begin}n\n${end}` },
  {
    name: 'adds at the start',
    params: { block: 'n', insertbefore: 'BOF' },
    text: 'a\n',
    after: `${begin}n\n${end}a\n`,
  },
  {
    name: 'adds after a line',
    params: { block: 'n', insertafter: '^a' },
    text: 'a\nb\n',
    after: `a\n${begin}n\n${end}b\n`,
  },
  {
    name: 'adds before a line',
    params: { block: 'n', insertbefore: 'b' },
    text: 'a\nb\n',
    after: `a\n${begin}n\n${end}b\n`,
  },
  {
    name: 'adds after a match over lines',
    params: { block: 'n', insertafter: '(?m)^a\\nb$' },
    text: 'a\nb\nc\n',
    after: `a\nb\n${begin}n\n${end}c\n`,
  },
  {
    name: 'replaces in place',
    params: { block: 'n\nm\n' },
    text: `a\n${begin}o\n${end}b\n`,
    after: `a\n${begin}n\nm\n${end}b\n`,
  },
  {
    name: 'finds a last marker without line end',
    params: { block: 'n' },
    text: `${begin}o\n${end.trimEnd()}`,
    after: `${begin}n\n${end}`,
  },
  {
    name: 'keeps what is equal',
    params: { block: 'o' },
    text: `a\n${begin}o\n${end}b\n`,
    after: undefined,
    msg: '',
  },
  {
    name: 'removes',
    params: { state: 'absent' },
    text: `a\n${begin}o\n${end}b\n`,
    after: 'a\nb\n',
    msg: 'Block removed',
  },
  { name: 'removes an empty block', params: { block: '' }, text: `a\n${begin}o\n${end}`, after: 'a\n' },
  { name: 'has nothing to remove', params: { state: 'absent', block: 'x' }, text: 'a', after: undefined },
  {
    name: 'sets empty lines around',
    params: { block: 'n', insertafter: 'a', append_newline: true, prepend_newline: true },
    text: 'a\nb\n',
    after: `a\n\n${begin}n\n${end}\nb\n`,
  },
  {
    name: 'uses other markers',
    params: { block: 'n', marker: '; {mark} x', marker_begin: 'Open', marker_end: 'Close' },
    text: '',
    after: '; Open x\nn\n; Close x\n',
  },
])('$name', async ({ params, text, after, msg }) => {
  const run = async (current: string) =>
    readAndPlan(blockinfile, { path: '/f', ...params }, fakeHost({ files: { '/f': current } }));
  const plan = await run(text);
  expect(plan.steps).toMatchObject(
    after === undefined ? [] : [{ kind: 'put', content: { text: after }, before: text }],
  );
  expect(plan.steps).toHaveLength(after === undefined ? 0 : 1);
  if (msg !== undefined) expect(plan.values).toEqual({ msg });
  if (after !== undefined) expect((await run(after)).steps).toEqual([]);
});

it('makes a missing file only when told to', async () => {
  const host = fakeHost({ files: { '/x': '' } });
  expect((await readAndPlan(blockinfile, { path: '/f', block: 'a' }, host)).failure).toMatch(
    /does not exist/,
  );
  expect((await readAndPlan(blockinfile, { path: '/f', state: 'absent' }, host)).steps).toEqual([]);
  const plan = await readAndPlan(blockinfile, { path: '/f', block: 'a', create: true }, host);
  expect(plan).toMatchObject({ steps: [{ kind: 'put' }], values: { msg: 'File created' } });
});

it.each([
  { marker: 'no mark' },
  { marker_begin: 'x', marker_end: 'x' },
  { insertafter: 'a', insertbefore: 'b' },
])('refuses %o', async (params) => {
  await expect(readAndPlan(blockinfile, { path: '/f', block: 'a', ...params }, fakeHost())).rejects.toThrow();
});
