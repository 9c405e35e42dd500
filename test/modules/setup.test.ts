import { expect, it } from 'vitest';
import { setup } from '../../modules/setup.ts';
import { planOf } from '../support/run-module.ts';

const facts = { facts: { distribution: 'Debian' } };

it.each(['all', '!all,!min', ['network', '!hardware'], 'min, virtual'])('takes the subset %s', (subset) => {
  expect(planOf(setup, { gather_subset: subset }, facts).steps).toEqual([]);
});

it.each(['foo', '!foo', ['network', 'foo'], 'min,foo'])(
  'refuses the subset %s, which there is not',
  (subset) => {
    expect(() => planOf(setup, { gather_subset: subset }, facts)).toThrow('there is no subset "foo"');
  },
);

it('refuses the facts of other programs', () => {
  expect(() => planOf(setup, { gather_subset: 'ohai' }, facts)).toThrow('the facts of ohai are not read');
});
