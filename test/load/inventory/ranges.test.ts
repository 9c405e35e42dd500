import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandHostRange, splitPort } from '../../../src/load/inventory/ranges.ts';

describe('expandHostRange', () => {
  const cases: readonly [pattern: string, names: string[] | RegExp][] = [
    ['web', ['web']],
    ['www[01:03].example.com', ['www01.example.com', 'www02.example.com', 'www03.example.com']],
    ['h[8:11]', ['h8', 'h9', 'h10', 'h11']],
    ['h[08:11]', ['h08', 'h09', 'h10', 'h11']],
    ['h[1:9:4]', ['h1', 'h5', 'h9']],
    ['h[:2]', ['h0', 'h1', 'h2']],
    ['db-[a:c]', ['db-a', 'db-b', 'db-c']],
    ['[a:b][1:2]', ['a1', 'a2', 'b1', 'b2']],
    ['10.0.0.[1:2]', ['10.0.0.1', '10.0.0.2']],
    ['h[1:', /no matching/],
    ['h[1]', /no range/],
    ['h[1:]', /no range/],
    ['h[01:5]', /same number of digits/],
    ['h[5:1]', /backwards/],
    ['h[a:3]', /from number to number/],
    ['h[1:3:0]', /step/],
    ['h[1:999999999]', /more than/],
  ];
  it.each(cases)('%s', (pattern, expected) => {
    const names = expandHostRange(pattern);
    if (expected instanceof RegExp) expect(names).toMatch(expected);
    else expect(names).toEqual(expected);
  });

  it('gives each number from first to last once', () => {
    const number = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 7 }), (first, length, step) => {
        const names = expandHostRange(`h[${first}:${first + length}:${step}]`);
        expect(names).toHaveLength(Math.floor(length / step) + 1);
        expect(names.at(0)).toBe(`h${first}`);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});

describe('splitPort', () => {
  it.each([
    ['web', 'web', undefined],
    ['web:2222', 'web', 2222],
    ['w[1:3]:22', 'w[1:3]', 22],
    ['w[1:3]', 'w[1:3]', undefined],
    ['10.0.0.1:22', '10.0.0.1', 22],
    ['fe80::1', 'fe80::1', undefined],
    ['[fe80::1]:22', 'fe80::1', 22],
    ['[fe80::1]', 'fe80::1', undefined],
  ] as const)('%s', (text, host, port) => {
    expect(splitPort(text)).toEqual({ host, port });
  });
});
