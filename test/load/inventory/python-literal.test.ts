import { describe, expect, it } from 'vitest';
import { readPythonLiteral } from '../../../src/load/inventory/python-literal.ts';
import type { Value } from '../../../src/model/value.ts';

describe('readPythonLiteral', () => {
  // Each pair was checked against ansible-inventory of ansible-core 2.14.
  const cases: readonly [text: string, value: Value][] = [
    ['5', 5],
    ['-5', -5],
    ['+5', 5],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['0x1f', 31],
    ['1_000', 1000],
    ['0', 0],
    ['0644', '0644'],
    ['True', true],
    ['False', false],
    ['true', 'true'],
    ['yes', 'yes'],
    ['None', null],
    ['null', 'null'],
    ['', ''],
    ['text', 'text'],
    ['two words', 'two words'],
    ["'quoted'", 'quoted'],
    ['"5"', '5'],
    ["u'x'", 'x'],
    ["'a\\n\\x41'", 'a\nA'],
    ["r'a\\n'", 'a\\n'],
    ["'a' 'b'", 'ab'],
    ['[1, 2]', [1, 2]],
    ['[]', []],
    ["['a', [True, None],]", ['a', [true, null]]],
    ['(1, 2)', [1, 2]],
    ['(1)', 1],
    ['1,2', [1, 2]],
    ["{'k': 1, 'l': {'m': []}}", { k: 1, l: { m: [] } }],
    ['{}', {}],
    ['1.2.3', '1.2.3'],
    ['10.0.0.1', '10.0.0.1'],
    ['1 2', '1 2'],
    ['[1, 2', '[1, 2'],
    ['[a]', '[a]'],
    ['{{ x }}', '{{ x }}'],
    ['5s', '5s'],
    ['Truely', 'Truely'],
    ['12345678901234567890', '12345678901234567890'],
    ['1j', '1j'],
    ['a=b', 'a=b'],
    ['a # b', 'a # b'],
  ];
  it.each(cases)('reads %j', (text, value) => {
    expect(readPythonLiteral(text)).toEqual(value);
  });
});
