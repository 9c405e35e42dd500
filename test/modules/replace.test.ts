import { expect, it } from 'vitest';
import { replace } from '../../modules/replace.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const ini = '[one]\nk=v\n[two]\nk=v\n';

it.each([
  {
    name: 'all matches',
    params: { regexp: 'k=v', replace: 'k=w' },
    after: '[one]\nk=w\n[two]\nk=w\n',
    msg: '2 replacements made',
  },
  {
    name: 'groups',
    params: { regexp: '^(?P<key>k)=(.)$', replace: '\\2=\\g<key>' },
    after: '[one]\nv=k\n[two]\nv=k\n',
  },
  { name: 'with nothing', params: { regexp: '\\n\\[two\\]' }, after: '[one]\nk=v\nk=v\n' },
  {
    name: 'after a match',
    params: { regexp: 'k', replace: 'K', after: '\\[two\\]' },
    after: '[one]\nk=v\n[two]\nK=v\n',
  },
  {
    name: 'before a match',
    params: { regexp: 'k', replace: 'K', before: '\\[two\\]' },
    after: '[one]\nK=v\n[two]\nk=v\n',
  },
  {
    name: 'between matches',
    params: { regexp: '.=.', replace: 'Z', after: 'one', before: 'two' },
    after: '[one]\nZ\n[two]\nk=v\n',
  },
  { name: 'nothing that does not match', params: { regexp: 'x' }, after: undefined, msg: '' },
  { name: 'nothing that stays the same', params: { regexp: 'k', replace: 'k' }, after: undefined },
  {
    name: 'nothing outside',
    params: { regexp: 'k', after: 'three' },
    after: undefined,
    msg: expect.stringContaining('did not match'),
  },
])('replaces $name', async ({ params, after, msg }) => {
  const plan = await readAndPlan(replace, { path: '/f', ...params }, fakeHost({ files: { '/f': ini } }));
  const steps =
    after === undefined ? [] : [{ kind: 'put', path: '/f', content: { text: after }, before: ini }];
  expect(plan.steps).toMatchObject(steps);
  expect(plan.steps).toHaveLength(steps.length);
  if (msg !== undefined) expect(plan.values).toEqual({ msg });
});

it('needs a file', async () => {
  expect((await readAndPlan(replace, { path: '/no', regexp: 'a' }, fakeHost())).failure).toMatch(
    /does not exist/,
  );
  expect((await readAndPlan(replace, { regexp: 'a' }, fakeHost())).failure).toMatch(/required/);
});
