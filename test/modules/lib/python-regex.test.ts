import { describe, expect, it } from 'vitest';
import { compilePattern, expandReplacement, replaceAll } from '../../../modules/lib/python-regex.ts';

describe('compilePattern', () => {
  it.each([
    ['(?P<a>x)(?P=a)', 'xx', true],
    ['(?P<a>x)(?P=a)', 'xy', false],
    ['(?i)ABC', 'abc', true],
    ['\\Aab\\Z', 'ab', true],
    ['\\Aab\\Z', 'ab\n', false],
    ['^a{,2}$', 'aa', true],
    ['^a{,2}$', 'aaa', false],
    ['[]x]', ']', true],
    ['^[^]x]$', ']', false],
    ['a(?#comment)b', 'ab', true],
    ['\\(\\?P<', '(?P<', true],
    ['[(?P<]', '?', true],
  ])('%s on %j: %s', (pattern, text, matches) => {
    expect(compilePattern(pattern).test(text)).toBe(matches);
  });

  it.each(['(', '(?x) a b', '*'])('refuses %j', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/not a regular expression|not supported/);
  });
});

describe('expandReplacement', () => {
  const match = /(?<word>a)(b)?(\d+)/.exec('a12') as RegExpExecArray;

  it.each([
    ['<\\1>', '<a>'],
    ['<\\2>', '<>'],
    ['\\g<word>\\g<3>0', 'a120'],
    ['\\g<0>', 'a12'],
    ['\\n\\t\\\\', '\n\t\\'],
    ['$1 $& {}', '$1 $& {}'],
    ['\\.', '\\.'],
  ])('%j is %j', (template, text) => {
    expect(expandReplacement(template, match)).toBe(text);
  });

  it.each(['\\9', '\\g<no>', '\\q', 'x\\'])('refuses %j', (template) => {
    expect(() => expandReplacement(template, match)).toThrow(/no group|wrong escape/);
  });
});

describe('replaceAll', () => {
  it('counts, and replaces empty matches too', () => {
    expect(replaceAll('a\nb', /^/m, '> ')).toEqual({ text: '> a\n> b', count: 2 });
    expect(replaceAll('abc', /x/, 'y')).toEqual({ text: 'abc', count: 0 });
  });
});
