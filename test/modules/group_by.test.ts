import { expect, it } from 'vitest';
import { groupBy } from '../../modules/group_by.ts';
import { planOf } from '../support/run-module.ts';

it.each([
  { params: { key: 'os debian' }, effect: { key: 'os-debian', parents: ['all'] } },
  { params: { key: 'k', parents: ['a b', 'c'] }, effect: { key: 'k', parents: ['a-b', 'c'] } },
])('groups by $params', ({ params, effect }) => {
  expect(planOf(groupBy, params, {}).effects).toEqual([{ kind: 'group_by', ...effect }]);
});
