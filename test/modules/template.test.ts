import { expect, it } from 'vitest';
import { template } from '../../modules/template.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan, readOf, valuesOf } from '../support/run-module.ts';

const local = { 'a.hbs': { content: '{{ x }}\n', mode: '0755' } };
const templates = { 'a.hbs': 'one\ntwo\n' };
const files = { '/etc/a': 'one\n', '/etc/same': 'one\ntwo\n', '/etc/dos': 'one\r\ntwo\r\n' };
const host = fakeHost({ local, templates, files });

it.each([
  { name: 'writes rendered text', params: { dest: '/etc/a' }, step: { path: '/etc/a', before: 'one\n' } },
  { name: 'keeps the name in a directory', params: { dest: '/etc' }, step: { path: '/etc/a.hbs' } },
  { name: 'preserves the mode', params: { dest: '/etc/b', mode: 'preserve' }, step: { mode: '0755' } },
])('$name', async ({ params, step }) => {
  const plan = await readAndPlan(template, { src: 'a.hbs', ...params }, host);
  expect(plan.steps).toMatchObject([{ kind: 'put', content: { text: 'one\ntwo\n' }, ...step }]);
});

it.each([
  { dest: '/etc/same' },
  { dest: '/etc/dos', newline_sequence: '\\r\\n' },
  { dest: '/etc/dos', newline_sequence: '\r\n' },
  { dest: '/etc/a', force: false },
])('does nothing for %o', async (params) => {
  expect((await readAndPlan(template, { src: 'a.hbs', ...params }, host)).steps).toEqual([]);
});

it('fails where the directory is missing', async () => {
  expect((await readAndPlan(template, { src: 'a.hbs', dest: '/no/x' }, host)).failure).toMatch(
    /does not exist/,
  );
});

it('registers the file', async () => {
  const params = { src: 'a.hbs', dest: '/etc/b', mode: '0640' };
  const values = valuesOf(template, params, await readOf(template, params, host));
  expect(values).toMatchObject({
    src: '/control/a.hbs',
    dest: '/etc/b',
    mode: '0640',
    size: 8,
    state: 'file',
  });
});
