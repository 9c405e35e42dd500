import { expect, it } from 'vitest';
import { debug } from '../../modules/debug.ts';
import { Unknown } from '../../src/module/index.ts';
import { planOf } from '../support/run-module.ts';

const unknown = new Unknown('x');

it.each([
  { name: 'prints a message', params: { msg: 'hi' }, values: { msg: 'hi' } },
  { name: 'prints any value', params: { msg: [1, { a: null }] }, values: { msg: [1, { a: null }] } },
  { name: 'prints an unknown value', params: { msg: unknown }, values: { msg: unknown } },
  { name: 'has a message of its own', params: {}, values: { msg: 'Hello world!' } },
  {
    name: 'prints an expression under its own text',
    params: { var: { expression: 'a.b', value: [1] } },
    values: { 'a.b': [1] },
  },
])('$name', ({ params, values }) => {
  expect(planOf(debug, params, { verbosity: 0 })).toEqual({ steps: [], values });
});

it('is skipped below its verbosity', () => {
  expect(planOf(debug, { msg: 'hi', verbosity: 2 }, { verbosity: 1 })).toMatchObject({
    skip: expect.any(String),
  });
  expect(planOf(debug, { msg: 'hi', verbosity: 2 }, { verbosity: 2 })).toMatchObject({
    values: { msg: 'hi' },
  });
});

it('refuses msg and var together', () => {
  const params = { msg: 'a', var: { expression: 'a', value: 1 } };
  expect(planOf(debug, params, { verbosity: 0 }).failure).toMatch(/together/);
});
