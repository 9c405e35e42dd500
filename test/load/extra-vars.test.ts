import { describe, expect, it } from 'vitest';
import { parseExtraVars, positionOf } from '../../src/load/index.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { writeFiles } from './temporary-files.ts';

const directory = writeFiles({ 'vars.yml': 'a: 1\nb: [x]\n' });

describe('parseExtraVars', () => {
  const cases: readonly [list: string[], values: ValueMap][] = [
    [[], {}],
    [['a=1'], { a: '1' }],
    [['a=1 b="x y" c=\'p q\' d='], { a: '1', b: 'x y', c: 'p q', d: '' }],
    [['url=http://x/?a=b'], { url: 'http://x/?a=b' }],
    [['t="{{ a }} b"'], { t: '{{ a }} b' }],
    [['{"a": 1, "b": [true]}'], { a: 1, b: [true] }],
    [['{a: 1}'], { a: 1 }],
    [['a: 1'], { a: 1 }],
    [['a: 1\nb: 2'], { a: 1, b: 2 }],
    [['a=1', '{"a": 2}', 'b=3'], { a: 2, b: '3' }],
    [[`@${directory}/vars.yml`, 'a=9'], { a: '9', b: ['x'] }],
  ];
  it.each(cases)('%j', (list, values) => {
    const { source, faults } = parseExtraVars(list);
    expect(faults).toEqual([]);
    expect(source).toEqual({ origin: '--extra-vars', level: 22, values });
  });

  it('keeps the place of each value', () => {
    const { source } = parseExtraVars(['a=1 b="x y"']);
    expect(positionOf(source.values, 'b')).toEqual({ file: '--extra-vars', line: 1, col: 8 });
  });

  it.each([
    ['vars.yml', 'extra-vars', 'a file is named with @: @vars.yml'],
    ['a=1 b', 'extra-vars', 'put a value with spaces in quotes'],
    ['[1]', 'extra-vars', undefined],
    ['{"a": ', 'yaml-syntax', undefined],
    ['@/nowhere.yml', 'missing-file', undefined],
    ['my-var=1', 'bad-variable-name', 'use letters, digits and underscores: my_var'],
  ])('refuses %s', (text, code, hint) => {
    const { faults } = parseExtraVars([text]);
    expect(faults.map((fault) => fault.code)).toEqual([code]);
    if (hint) expect(faults[0]?.hint).toBe(hint);
  });
});
