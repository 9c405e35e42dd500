import { expect, it } from 'vitest';
import { setFact } from '../../modules/set_fact.ts';
import { Unknown } from '../../src/module/index.ts';
import { planOf } from '../support/run-module.ts';

it('sets every key but cacheable, types kept', () => {
  const facts = { a: 'yes', b: [1], c: new Unknown('x') };
  expect(planOf(setFact, { ...facts, cacheable: true }, {})).toEqual({
    steps: [],
    effects: [{ kind: 'set_facts', facts, cacheable: true }],
    values: { ansible_facts: facts },
  });
});

it.each([{ 'a-b': 1 }, { '1a': 1 }, {}])('refuses %o', (params) => {
  expect(() => planOf(setFact, params, {})).toThrow(/variable/);
});
