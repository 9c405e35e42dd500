import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitKeyValues } from '../../src/load/key-value.ts';

function pairs(text: string): (string | [string, string])[] | undefined {
  return splitKeyValues(text)?.map(({ key, value }) => (key === undefined ? value : [key, value]));
}

describe('splitKeyValues', () => {
  const cases: readonly [text: string, result: (string | [string, string])[] | undefined][] = [
    ['', []],
    ['a=1', [['a', '1']]],
    [
      'a=1  b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a="x y" b=\'p q\'',
      [
        ['a', 'x y'],
        ['b', 'p q'],
      ],
    ],
    ['a="say \\"x\\""', [['a', 'say "x"']]],
    ['a={{ x | default("y z") }}', [['a', '{{ x | default("y z") }}']]],
    ['a=b=c', [['a', 'b=c']]],
    ['a=', [['a', '']]],
    ['word a=1', ['word', ['a', '1']]],
    ['/path/x=1', ['/path/x=1']],
    ['a="x', undefined],
    ['a={{ x', undefined],
    ["a=it's", undefined],
  ];
  it.each(cases)('%j', (text, result) => {
    expect(pairs(text)).toEqual(result);
  });

  it('reads back any values in quotes, and says where they start', () => {
    const value = fc.string().filter((text) => !/[{}]/.test(text));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (values) => {
        const quoted = values.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`);
        const text = quoted.map((word, index) => `k${index}=${word}`).join(' ');
        const tokens = splitKeyValues(text);
        expect(tokens?.map((token) => token.value)).toEqual(values);
        for (const token of tokens ?? []) expect(text.slice(token.offset - 2, token.offset)).toBe('="');
      }),
    );
  });
});
