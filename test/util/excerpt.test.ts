import { describe, expect, it } from 'vitest';
import { renderExcerpt } from '../../src/util/excerpt.ts';

describe('renderExcerpt', () => {
  it('shows the line before, the line, and a caret', () => {
    const lines = renderExcerpt('a: 1\nb: {{ x }}\nc: 2', { file: 'f', line: 2, col: 4 });
    expect(lines).toEqual(['1 | a: 1', '2 | b: {{ x }}', '  |    ^']);
  });

  it('keeps the caret under its column where there are tabs', () => {
    expect(renderExcerpt('\tb: 1', { file: 'f', line: 1, col: 2 })).toEqual(['1 |  b: 1', '  |  ^']);
  });

  it('cuts long lines around the caret', () => {
    const text = `${'x'.repeat(150)}HERE${'y'.repeat(150)}`;
    const [line = '', caret = ''] = renderExcerpt(text, { file: 'f', line: 1, col: 151 });
    expect(line.length).toBeLessThanOrEqual(104);
    expect(line.slice(caret.indexOf('^'), caret.indexOf('^') + 4)).toBe('HERE');
  });

  it('gives nothing for a line that is not there', () => {
    expect(renderExcerpt('a', { file: 'f', line: 9, col: 1 })).toEqual([]);
  });
});
