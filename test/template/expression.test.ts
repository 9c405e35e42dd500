import { describe, expect, test } from 'vitest';
import { isUnknown, type Value } from '../../src/model/value.ts';
import { evaluate, evaluateCondition } from '../../src/template/index.ts';
import { errorOf, scopeOf, unknown } from './values.ts';

const scope = scopeOf(
  {
    one: 1,
    two: 2,
    text: 'abc',
    yes: true,
    no: false,
    nothing: null,
    list: [1, 2, 3],
    users: [
      { name: 'ann', age: 30, admin: true },
      { name: 'bob', age: 20 },
    ],
    map: { a: { b: [10, 20] }, 'key with space': 1 },
    key: 'a',
    url: 'https://{{ text }}',
  },
  {
    ran: { changed: true, failed: false, rc: 0, stdout: 'a\nb', stdout_lines: ['a', 'b'] },
    lost: { unreachable: true, changed: false, failed: false },
    skipped: { skipped: true, changed: false },
    broken: { failed: true, changed: false },
    simulated: unknown,
    half: { changed: true, rc: unknown },
  },
);

describe('values', () => {
  const cases: [string, Value][] = [
    ['1', 1],
    ['-1', -1],
    ['1_000', 1000],
    ['1.5e3', 1500],
    ["'it\\'s'", "it's"],
    ['"a\\nb"', 'a\nb'],
    ["'\\d+'", '\\d+'],
    ["'a' 'b'", 'ab'],
    ['[1, "a", [true, none],]', [1, 'a', [true, null]]],
    ['{"a": 1, key: 2,}', { a: 2 }],
    ['True', true],
    ['None', null],
    ['null', null],
    ['map.a.b[1]', 20],
    ["map['a']['b'].0", 10],
    ['map[key].b[-1]', 20],
    ["map['key with space']", 1],
    ['users[0].name', 'ann'],
    ['(users | first).name', 'ann'],
    ['"abc"[1]', 'b'],
    ['url', 'https://abc'],
    ['list.length', 3],
    ['one + two * 3', 7],
    ['(one + two) * 3', 9],
    ['7 // 2', 3],
    ['-7 // 2', -4],
    ['7 / 2', 3.5],
    ['-7 % 3', 2],
    ['2 ** 3', 8],
    ['10 - 2 - 3', 5],
    ['text ~ one ~ true', 'abc1true'],
    ['text + "d"', 'abcd'],
    ['list + [4]', [1, 2, 3, 4]],
    ['-one | abs', 1],
    ['one if yes else two', 1],
    ['one if no else two if no else 3', 3],
    ['missing if no else 1', 1],
    ['yes and text', 'abc'],
    ['no or text', 'abc'],
    ['nothing or "default"', 'default'],
    ['missing | default(5)', 5],
    ['missing.deep[0].x | default("d")', 'd'],
    ['"" | default("d", true)', 'd'],
    ['"" | default("d", boolean=true)', 'd'],
    ['"" | default("d")', ''],
    ['missing | default', ''],
    ['range(3)', [0, 1, 2]],
    ['max(list)', 3],
    ['list | max + 1', 4],
    ["users | selectattr('admin', 'defined') | map(attribute='name') | list", ['ann']],
    ["users | rejectattr('age', 'lt', 25) | map(attribute='name')", ['ann']],
    ["users | map(attribute='admin', default=false)", [true, false]],
    ["list | select('odd')", [1, 3]],
    ["list | reject('in', [1, 3])", [2]],
    ["['a', 'b'] | map('upper') | join('-')", 'A-B'],
    ["'a,b' | split(',')", ['a', 'b']],
  ];
  test.each(cases)('%s', (expression, expected) => {
    expect(evaluate(expression, scope)).toEqual(expected);
  });

  test('helpers may be written with their namespace', () => {
    expect(evaluate('list | ansible.builtin.length', scope)).toBe(3);
  });
});

describe('conditions', () => {
  const cases: [string | boolean, boolean][] = [
    [true, true],
    ['true', true],
    ['one == 1 and text == "abc"', true],
    ['one == "1"', false],
    ['one == true', false],
    ['list == [1, 2, 3]', true],
    ['map != {}', true],
    ['1 < two <= 2', true],
    ['1 < two < 2', false],
    ['"a" < "b"', true],
    ['one in list', true],
    ['5 not in list', true],
    ['"b" in text', true],
    ['"a" in map', true],
    ['not no', true],
    ['not list', false],
    ['not one == 2', true],
    ['not missing is defined', true],
    ['yes or missing', true],
    ['no and missing', false],
    ['text is defined', true],
    ['missing is defined', false],
    ['missing.deep is not defined', true],
    ['missing is undefined', true],
    ['map.a.c is defined', false],
    ['map.a.b[5] is defined', false],
    ['nothing is none', true],
    ['nothing is not none', false],
    ['ran is changed', true],
    ['ran is not failed', true],
    ['ran is succeeded', true],
    ['ran is success', true],
    ['broken is failed', true],
    ['skipped is skipped', true],
    ['skipped is failed', false],
    ['lost is unreachable', true],
    ['ran is reachable', true],
    ['ran.rc == 0', true],
    ['text is match("a")', true],
    ['text is match("b")', false],
    ['text is search("b")', true],
    ['text is search("B", ignorecase=true)', true],
    ['text is regex("^abc$")', true],
    ['"1.10.0" is version("1.9", ">")', true],
    ['"v1.5.4" is version("1.5", "ge")', true],
    ['"1.5.4" is version("2.0", "<")', true],
    ['"1.0" is version("1.0.0", "==")', true],
    ['"1.0rc1" is version("1.0", "lt")', true],
    ['[1] is subset(list)', true],
    ['list is superset([1, 3])', true],
    ['list is contains(2)', true],
    ['one is in list', true],
    ['5 is not in list', true],
    ['text is string', true],
    ['one is number', true],
    ['one is integer', true],
    ['1.5 is integer', false],
    ['yes is boolean', true],
    ['map is mapping', true],
    ['list is mapping', false],
    ['list is sequence', true],
    ['one is iterable', false],
    ['yes is true', true],
    ['yes is false', false],
    ['two is even', true],
    ['one is odd', true],
    ['10 is divisibleby 5', true],
    ['list | length > 2', true],
    ['"yes" | bool', true],
  ];
  test.each(cases)('%s → %s', (condition, expected) => {
    expect(evaluateCondition(condition, scope)).toBe(expected);
  });

  test('a test binds tighter than arithmetic, as in Jinja', () => {
    expect(errorOf(() => evaluateCondition('one + 1 is odd', scope))).toContain('"+" cannot be used on');
    expect(evaluateCondition('(one + 1) is even', scope)).toBe(true);
  });
});

describe('what is not known yet', () => {
  const cases: [string, boolean | 'unknown'][] = [
    ['simulated', 'unknown'],
    ['simulated.rc == 0', 'unknown'],
    ['half.rc == 0', 'unknown'],
    ['half.changed', true],
    ['half is changed', true],
    ['half is failed', false],
    ['simulated is changed', 'unknown'],
    ['simulated is defined', 'unknown'],
    ['simulated is unknown', true],
    ['half.rc is unknown', true],
    ['one is unknown', false],
    ['missing is unknown', false],
    ['not simulated', 'unknown'],
    ['simulated or true', true],
    ['true or simulated', true],
    ['simulated and false', false],
    ['false and simulated', false],
    ['simulated or false', 'unknown'],
    ['simulated and true', 'unknown'],
    ['simulated.rc != 0 and missing', 'unknown'],
    ['one in [simulated, 1]', true],
    ['5 in [simulated, 1]', 'unknown'],
    ['[1, simulated] == [2, 1]', false],
    ['[1, simulated] == [1, 1]', 'unknown'],
    ['{"a": simulated} == {"b": 1}', false],
    ['1 < simulated', 'unknown'],
    ['2 < 1 < simulated', false],
    ['simulated < 1 < 0', false],
    ['true if simulated else false', 'unknown'],
    ['simulated | length > 0', 'unknown'],
    ['[simulated] | length > 0', true],
    ['simulated | default(1) == 1', 'unknown'],
    ['simulated.stdout is match("x")', 'unknown'],
    ['"x" is match(simulated)', 'unknown'],
    ['map[simulated] == 1', 'unknown'],
    ['[simulated, 1] is superset([1])', true],
    ['[simulated, 1] is superset([2])', 'unknown'],
  ];
  test.each(cases)('%s → %s', (condition, expected) => {
    const answer = evaluateCondition(condition, scope);
    expect(isUnknown(answer) ? 'unknown' : answer).toBe(expected);
  });
});

describe('errors', () => {
  const cases: [string, string][] = [
    [
      'list',
      '"list" must be true or false, but it is a list: [1, 2, 3] | ask whether it is empty: … | length > 0',
    ],
    [
      'text',
      '"text" must be true or false, but it is text: "abc" | compare it, or ask whether it is empty: … | length > 0',
    ],
    [
      '"true"',
      '""true"" must be true or false, but it is text: "true" | compare it, or convert it: … | bool',
    ],
    ['one', '"one" must be true or false, but it is a number: 1 | compare it, or convert it: … | bool'],
    ['nothing', '"nothing" must be true or false, but it is null | ask for it: … is not none'],
    ['yes and txt == 1', '"txt" is not defined | did you mean "text"? | 1:9'],
    ['ran.rcc == 0', '"ran.rcc" is not defined: "ran" has no "rcc" | did you mean "rc"? | 1:1'],
    ['one is foo', 'there is no test "foo" | 1:5'],
    ['one is defned', 'there is no test "defned" | did you mean "defined"? | 1:5'],
    ['one is version', '"version" needs the argument "version" | 1:5'],
    ['one | jion(",")', 'there is no filter "jion" | did you mean "join"? | 1:7'],
    ['foo(1)', 'there is no function "foo" | 1:1'],
    ['text is changed', 'only a registered result can be tested so, not text | 1:6'],
    ['one < text', 'a number and text have no order | convert text with `| int` | 1:1'],
    [
      'text + one == 1',
      '"+" cannot be used on text and a number | join text with ~, or convert with `| int` | 1:6',
    ],
    ['one / 0 == 1', 'division by zero | 1:5'],
    ['text is match("(")', '"(" is not a valid pattern | 1:6'],
    ['1 in one', '"in" cannot look for a number in a number | 1:1'],
    [
      'list | first | upper | trim == list | join(1, 2, 3, 4)',
      '"join" takes at most 3 arguments: list, separator, attribute | 1:39',
    ],
    ['[] | first == 1', 'the list is empty | 1:6'],
  ];
  test.each(cases)('%s', (condition, expected) => {
    expect(errorOf(() => evaluateCondition(condition, scope))).toBe(expected);
  });
});
