import { expect, it } from 'vitest';
import { includeVars } from '../../modules/include_vars.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const local = { 'vars/b.yml': '', 'vars/a.json': '', 'vars/deep/c.yml': '', 'vars/d.txt': '' };
const host = fakeHost({
  local,
  vars: {
    'site.yml': { a: 1 },
    '/control/vars/a.json': { a: 1, b: 1 },
    '/control/vars/b.yml': { b: 2 },
    '/control/vars/deep/c.yml': { c: 3 },
  },
});

it.each([
  { name: 'a file', params: { file: 'site.yml' }, values: { a: 1 } },
  { name: 'a file under a name', params: { file: 'site.yml', name: 'site' }, values: { site: { a: 1 } } },
  { name: 'a directory in the order of names', params: { dir: 'vars' }, values: { a: 1, b: 2, c: 3 } },
  { name: 'one level', params: { dir: 'vars', depth: 1 }, values: { a: 1, b: 2 } },
  { name: 'chosen extensions', params: { dir: 'vars', extensions: ['json'] }, values: { a: 1, b: 1 } },
  {
    name: 'all but the ignored',
    params: { dir: 'vars', ignore_files: ['b.yml', 'c.yml'] },
    values: { a: 1, b: 1 },
  },
])('loads $name', async ({ params, values }) => {
  const plan = await readAndPlan(includeVars, params, host);
  expect(plan.effects).toEqual([{ kind: 'include_vars', values }]);
  expect(plan.values).toMatchObject({ ansible_facts: values });
});

it.each([{}, { file: 'site.yml', dir: 'vars' }, { dir: 'vars/b.yml' }])('refuses %o', async (params) => {
  await expect(readAndPlan(includeVars, params, host)).rejects.toThrow();
});
