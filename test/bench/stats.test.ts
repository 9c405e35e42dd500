import { describe, expect, it, test } from 'vitest';
import { figure, median, summarize } from './stats.ts';

test.each([
  [[5], 5],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[10, 9, 100], 10],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

describe('summarize', () => {
  it('tells count, least, middle and most', () => {
    expect(summarize([30, 10, 20])).toEqual({ count: 3, min: 10, median: 20, max: 30 });
  });

  it('refuses nothing at all', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

test.each([
  [0, '0'],
  [0.01234, '0.012'],
  [0.3125, '0.313'],
  [13.44, '13.4'],
  [68.71, '68.7'],
  [1840.3, '1840'],
])('%d is written %s', (value, text) => {
  expect(figure(value)).toBe(text);
});
