import { expect, it } from 'vitest';
import { fail } from '../../modules/fail.ts';
import { planOf } from '../support/run-module.ts';

it('fails with the message given, or one of its own', () => {
  expect(planOf(fail, { msg: 'no' }, {})).toEqual({ steps: [], failure: 'no', values: { msg: 'no' } });
  expect(planOf(fail, {}, {}).failure).toBe('Failed as requested from task');
});
