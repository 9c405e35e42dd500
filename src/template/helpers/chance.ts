import { TemplateError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { type Arguments, type Helper, helper, listOf, numberOf, sequenceOf } from './helper.ts';
import { MersenneTwister } from './mersenne-twister.ts';

/** Chance that is the same on every run: what Ansible draws from the same seed. */
export const chance: readonly Helper[] = [
  helper(
    'random',
    ['end', 'start?', 'step?', 'seed?'],
    'A number from start (or 0) up to, not including, the end, or an item of a list; drawn from the seed as Ansible draws it.',
    drawn,
  ),
  helper('shuffle', ['list', 'seed?'], 'The list in an order drawn from the seed.', ([list, seed]) => {
    const items = [...listOf(list)];
    const source = sourceOf(seed);
    for (let last = items.length - 1; last > 0; last--) {
      const other = source.below(last + 1);
      const [a, b] = [items[last] ?? null, items[other] ?? null];
      items[last] = b;
      items[other] = a;
    }
    return items;
  }),
];

function drawn([end, start, step, seed]: Arguments): Value {
  const source = sourceOf(seed);
  if (typeof end !== 'number') {
    const items = sequenceOf(end);
    if (items.length === 0) throw new TemplateError('needs a list that is not empty');
    return items[source.below(items.length)] ?? null;
  }
  const [from, stride] = [numberOf(start ?? 0), numberOf(step ?? 1)];
  const count = stride === 0 ? 0 : Math.ceil((end - from) / stride);
  if (!Number.isInteger(count) || count < 1 || count >= 2 ** 32) {
    throw new TemplateError('needs an end that is reached from the start');
  }
  return from + stride * source.below(count);
}

function sourceOf(seed: Value | undefined): MersenneTwister {
  const isWhole = typeof seed === 'number' && Number.isSafeInteger(seed);
  if (typeof seed === 'string' || isWhole) return new MersenneTwister(seed);
  throw new TemplateError('needs a seed, text or a whole number', {
    hint: 'seed=inventory_hostname: with chance alone every run would differ from its check',
  });
}
