import { expect, it } from 'vitest';
import { assert } from '../../modules/assert.ts';
import { Unknown } from '../../src/module/index.ts';
import { planOf } from '../support/run-module.ts';

const yes = { expression: 'a == 1', value: true };
const no = { expression: 'b == 2', value: false };
const later = { expression: 'r.rc == 0', value: new Unknown('r was only simulated') };

it.each([
  { name: 'passes where all hold', that: [yes, yes], plan: { values: { msg: 'All assertions passed' } } },
  { name: 'takes a single condition', that: yes, plan: { values: { msg: 'All assertions passed' } } },
  {
    name: 'fails with the first that does not hold',
    that: [yes, no],
    plan: {
      failure: 'Assertion failed: b == 2',
      values: { assertion: 'b == 2', evaluated_to: false, msg: 'Assertion failed: b == 2' },
    },
  },
  {
    name: 'is decided at run time',
    that: [yes, later],
    plan: { unknown: expect.stringContaining('r.rc == 0') },
  },
  {
    name: 'fails at once where one is false anyway',
    that: [later, no],
    plan: { failure: expect.any(String) },
  },
  {
    name: 'refuses what is not a condition',
    that: [{ expression: 'a', value: 'text' }],
    plan: { failure: expect.stringContaining('not a condition') },
  },
])('$name', ({ that, plan }) => {
  expect(planOf(assert, { that }, {})).toMatchObject({ steps: [], ...plan });
});

it('uses the messages given', () => {
  expect(planOf(assert, { that: no, fail_msg: 'do X' }, {}).failure).toBe('do X');
  expect(planOf(assert, { that: no, msg: 'do Y' }, {}).failure).toBe('do Y');
  expect(planOf(assert, { that: yes, success_msg: 'fine' }, {}).values).toEqual({ msg: 'fine' });
});

it('shows a message of success that is written, unless it is to be quiet', () => {
  expect(planOf(assert, { that: yes, success_msg: 'fine' }, {}).message).toBe('fine');
  expect(planOf(assert, { that: yes, success_msg: 'fine', quiet: true }, {}).message).toBeUndefined();
  expect(planOf(assert, { that: yes }, {}).message).toBeUndefined();
});
