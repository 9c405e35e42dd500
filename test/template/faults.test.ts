import { describe, expect, test } from 'vitest';
import { expressionFaults, templateFaults } from '../../src/template/index.ts';

const show = (faults: ReturnType<typeof templateFaults>) =>
  faults.map((fault) => `${fault.line}:${fault.col} ${fault.message}${fault.hint ? ` | ${fault.hint}` : ''}`);

describe('faults of templates that need no variables', () => {
  test('all of them are told, each at its place', () => {
    const text = '{{ uper a }}\n{{#if (jion b)}}{{ join c "," "d" 1 }}{{else}}{{#loop x}}{{/loop}}{{/if}}';
    expect(show(templateFaults(text))).toEqual([
      '1:4 there is no helper "uper" | did you mean "upper"?',
      '2:8 there is no helper "jion" | did you mean "join"?',
      '2:20 "join" takes at most 3 arguments: list, separator, attribute',
      '2:47 there is no block "#loop" | there are #if, #unless, #each and #with',
    ]);
  });

  test('syntax stops at the first', () => {
    expect(show(templateFaults('{{ a | upper }} {{ uper c }}'))).toEqual([
      '1:6 filters with | are Jinja | write {{ upper a }}',
    ]);
  });

  test.each(['plain', '{{ a }}', '{{ default a }}', '{{ ternary a 1 2 }}', '\\{{ .Go }}'])(
    '%s has none',
    (text) => {
      expect(templateFaults(text)).toEqual([]);
    },
  );
});

describe('faults of expressions that need no variables', () => {
  const cases: [string, string[]][] = [
    ['a is defined and b | jion == 1', ['1:22 there is no filter "jion" | did you mean "join"?']],
    ['a | deflt(1)', ['1:5 there is no filter "deflt" | did you mean "default"?']],
    ['a is wxyz or b is match', ['1:3 there is no test "wxyz"', '1:16 "match" needs the argument "pattern"']],
    ["a is match('(')", ['1:3 "(" is not a valid pattern']],
    ['a ==', ['1:5 the expression ends too early']],
    ['default(a, 1, 2, 3) == 1', ['1:1 "default" takes 1 to 3 arguments']],
    ['a | default(1) == b', []],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(show(expressionFaults(text))).toEqual(expected);
  });

  test('a boolean has none', () => {
    expect(expressionFaults(true)).toEqual([]);
  });
});
