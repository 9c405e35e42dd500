import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitWords } from '../../../modules/lib/shell-words.ts';
import { quote } from '../../../src/util/shell.ts';

it.each([
  ['a  b\tc\nd', ['a', 'b', 'c', 'd']],
  ["'a b'c", ['a bc']],
  ['"a \\"b\\" \\$c \\d"', ['a "b" $c \\d']],
  ["a '' b", ['a', '', 'b']],
  ['a\\ b \\#c', ['a b', '#c']],
  ['~/x $HOME *', ['~/x', '$HOME', '*']],
  ['', []],
])('splits %j', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

it.each(["'a", '"a', 'a\\'])('refuses %j', (line) => {
  expect(() => splitWords(line)).toThrow(/not closed|backslash/);
});

it('undoes quoting', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      expect(splitWords(quote(words))).toEqual(words);
    }),
  );
});

it('splits as a real shell does', () => {
  const line = `a "b 'c' \\" d" 'e "f' g\\ h "" \\\\`;
  const output = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' });
  expect(splitWords(line)).toEqual(output.split('\n').slice(0, -1));
});
