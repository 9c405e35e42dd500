import { expect, it } from 'vitest';
import { addHost } from '../../modules/add_host.ts';
import { planOf } from '../support/run-module.ts';

it.each([
  { params: { name: 'h9' }, effect: { name: 'h9', groups: [], vars: {} } },
  {
    params: { name: 'h9:2222', groups: 'a, b', group: 'c', zone: 1 },
    effect: { name: 'h9', groups: ['a', 'b', 'c'], vars: { ansible_port: 2222, zone: 1 } },
  },
  { params: { hostname: 'fe80::1', groups: ['a'] }, effect: { name: 'fe80::1', groups: ['a'], vars: {} } },
])('adds $params', ({ params, effect }) => {
  expect(planOf(addHost, params, {}).effects).toEqual([{ kind: 'add_host', ...effect }]);
});

it('needs a name', () => {
  expect(() => planOf(addHost, { groups: 'a' }, {})).toThrow(/required/);
});
