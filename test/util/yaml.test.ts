import { describe, expect, it } from 'vitest';
import type { Value, ValueMap } from '../../src/model/value.ts';
import {
  booleanWord,
  keyPositionOf,
  parseYaml,
  positionInside,
  positionOf,
  startOf,
  toYaml,
} from '../../src/util/yaml.ts';

function parse(text: string, decrypt?: (armoured: string) => string) {
  return parseYaml(text, { file: 'a.yml', ...(decrypt ? { decrypt } : {}) });
}

function place(position: { line: number; col: number } | undefined): string {
  return position ? `${position.line}:${position.col}` : 'nowhere';
}

describe('values', () => {
  const cases: readonly [text: string, value: Value][] = [
    ['', null],
    ['# only a comment\n', null],
    ['a: 1\nb: 1.5\nc: true\nd: ~\ne:\nf: x', { a: 1, b: 1.5, c: true, d: null, e: null, f: 'x' }],
    ['a: yes\nb: off', { a: 'yes', b: 'off' }],
    ['a: 22:22\nb: 2026-11-22\nc: 1.2.3', { a: '22:22', b: '2026-11-22', c: '1.2.3' }],
    ['a: 0x1F\nb: 0o17\nc: 1e3', { a: 31, b: 15, c: 1000 }],
    ['- 1\n- [a, {b: c}]\n-', [1, ['a', { b: 'c' }], null]],
    ['1: a\ntrue: b\n1.50: c', { 1: 'a', true: 'b', '1.50': 'c' }],
    ['a: &x {b: 1, c: 2}\nd: *x', { a: { b: 1, c: 2 }, d: { b: 1, c: 2 } }],
    ['a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3, e: 4}', { a: { b: 1, c: 2 }, d: { b: 1, c: 3, e: 4 } }],
    [
      'a: &x {b: 1}\nc: &y {b: 2, d: 2}\ne: {<<: [*x, *y]}',
      { a: { b: 1 }, c: { b: 2, d: 2 }, e: { b: 1, d: 2 } },
    ],
    ['"<<": {a: 1}', { '<<': { a: 1 } }],
    ['a: |\n  x\n  y\nb: >\n  x\n  y\n', { a: 'x\ny\n', b: 'x y\n' }],
    ['{"a": [1, null, "x"]}', { a: [1, null, 'x'] }],
    ['a: !unsafe "x {{ y }} {{ z }}"', { a: 'x \\{{ y }} \\{{ z }}' }],
    ['a: !unsafe [1, "{{ y }}"]', { a: [1, '\\{{ y }}'] }],
    ['a: !!str 5', { a: '5' }],
  ];
  it.each(cases)('reads %j', (text, value) => {
    expect(parse(text).value).toEqual(value);
  });

  it('keeps plain objects, which other code recognises as mappings', () => {
    const { value } = parse('a: {b: 1}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('modes', () => {
  const cases: readonly [text: string, value: Value, codes: readonly string[]][] = [
    ['mode: 0644', { mode: '0644' }, []],
    ['mode: 0o755', { mode: '0755' }, []],
    ['umask: 022', { umask: '022' }, []],
    ['directory_mode: 0750', { directory_mode: '0750' }, []],
    ['{mode: "644"}', { mode: '644' }, []],
    ['mode: u=rw,g=r', { mode: 'u=rw,g=r' }, []],
    ['mode: preserve', { mode: 'preserve' }, []],
    ['mode: 1', { mode: 1 }, []],
    ['mode: 644', { mode: 644 }, ['decimal-mode']],
    ['mode: 1777', { mode: 1777 }, ['decimal-mode']],
    ['port: 0644', { port: 644 }, ['leading-zero']],
  ];
  it.each(cases)('reads %j', (text, value, codes) => {
    const parsed = parse(text);
    expect(parsed.value).toEqual(value);
    expect(parsed.faults.map((fault) => fault.code)).toEqual(codes);
  });

  it('says how a decimal mode is written', () => {
    expect(parse('- file: {path: /data/secret, mode: 644}').faults).toEqual([
      {
        severity: 'error',
        code: 'decimal-mode',
        message: 'mode: 644 is a decimal number, not permission bits',
        hint: "did you mean '0644'?",
        position: { file: 'a.yml', line: 1, col: 36 },
      },
    ]);
  });
});

describe('faults', () => {
  const cases: readonly [text: string, code: string, at: string, hint: string | RegExp | undefined][] = [
    ['a:\n\tb: 1', 'tab-indentation', '2:1', 'YAML allows only spaces there'],
    ['- hosts: all\n\ttasks: []', 'tab-indentation', '2:1', 'YAML allows only spaces there'],
    ['a: 1\nb: 2\na: 3', 'duplicate-key', '3:1', 'remove one of them'],
    ['a: {{ x }}', 'unquoted-template', '1:4', 'quote it: "{{ x }}"'],
    ['a:\n  - {{ x }}', 'unquoted-template', '2:5', 'quote it: "{{ x }}"'],
    ['a: {{ x }}/bin', 'unquoted-template', '1:4', 'quote it: "{{ x }}/bin"'],
    ['a: {{ x["y"] }}/b # c', 'unquoted-template', '1:4', `quote it: "{{ x['y'] }}/b"`],
    ['msg: Test: x', 'yaml-syntax', '1:6', "quote the value: 'Test: x'"],
    ['a: "x" is y', 'yaml-syntax', '1:8', /the whole value in quotes/],
    ['a: - b', 'yaml-syntax', '1:4', 'put "- …" on the next line'],
    ['a: 1\nb\nc: 2', 'yaml-syntax', '2:1', /colon missing/],
    ['a: @x', 'yaml-syntax', '1:4', 'put the value in quotes'],
    ['a: 1\n---\nb: 2', 'several-documents', '2:1', 'remove the line with ---'],
    ['a: *nope', 'unknown-anchor', '1:4', undefined],
    ['a: &x [*x]', 'cyclic-anchor', '1:8', undefined],
    ['a: !foo x', 'unknown-tag', '1:9', /!vault and !unsafe/],
    ['a: !foo {b: 1}', 'unknown-tag', '1:9', /!vault and !unsafe/],
    ['a: {<<: 5}', 'bad-merge', '1:9', 'write <<: *anchor'],
    ['? [a]\n: b', 'bad-key', '1:3', undefined],
    ['__proto__: 1', 'bad-key', '1:1', undefined],
    ['a: !vault x', 'vault-no-password', '1:11', /--vault-password-file/],
    ['a: yes', 'boolean-word', '1:4', 'write true, or quote it if text is meant'],
    ['a: 12345678901234567890', 'big-integer', '1:4', 'quote it: "12345678901234567890"'],
  ];
  it.each(cases)('finds what is wrong in %j', (text, code, at, hint) => {
    const { faults } = parse(text);
    const [fault] = faults;
    expect(faults.map((found) => found.code)).toEqual([code]);
    expect(place(fault?.position)).toBe(at);
    if (typeof hint === 'string') expect(fault?.hint).toBe(hint);
    else if (hint) expect(fault?.hint).toMatch(hint);
  });

  it('reports every duplicate key with the line of the first', () => {
    const { faults } = parse('a: 1\na: 2\nb: {c: 1, c: 2}');
    expect(faults.map((fault) => fault.message)).toEqual([
      '"a" stands twice in this mapping, first on line 1',
      '"c" stands twice in this mapping, first on line 3',
    ]);
  });

  it('gives no value for a text with syntax errors', () => {
    expect(parse('a: [1').value).toBeUndefined();
  });
});

describe('vault values', () => {
  it('are opened by the given function', () => {
    const text = 'a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3031\nb: 1';
    expect(parse(text, (armoured) => `<${armoured.split('\n').length}>`).value).toEqual({ a: '<3>', b: 1 });
  });

  it('that cannot be opened are faults with a place', () => {
    const { faults } = parse('b: 1\na: !vault x', () => {
      throw new Error('wrong vault password');
    });
    expect(faults).toMatchObject([{ code: 'vault', message: 'wrong vault password', position: { line: 2 } }]);
  });
});

describe('places', () => {
  const { value } = parse('a:\n  - b: x\n    "c": [1, 2]\n  -\nd: &m {e: 1}\nf: {<<: *m}\n');
  const root = value as ValueMap;
  const list = root['a'] as readonly ValueMap[];

  it('are kept for every value and key', () => {
    expect(place(positionOf(root, 'a'))).toBe('2:3');
    expect(place(keyPositionOf(root, 'a'))).toBe('1:1');
    expect(place(positionOf(list, 0))).toBe('2:5');
    expect(place(positionOf(list[0] ?? {}, 'b'))).toBe('2:8');
    expect(place(keyPositionOf(list[0] ?? {}, 'c'))).toBe('3:5');
    expect(place(positionOf(list[0]?.['c'] as readonly Value[], 1))).toBe('3:14');
    expect(place(startOf(list[0] ?? {}))).toBe('2:5');
  });

  it('of merged keys are where they were written', () => {
    expect(place(positionOf(root['f'] as ValueMap, 'e'))).toBe('5:11');
  });

  it('are unknown for what no file holds', () => {
    expect(positionOf({}, 'a')).toBeUndefined();
    expect(positionOf(root, 'z')).toBeUndefined();
  });

  const inside: readonly [text: string, search: string, at: string][] = [
    ['k: see {{ x }}', '{{', '1:8'],
    ['k: "see {{ x }}"', '{{', '1:9'],
    ["k: 'it''s {{ x }}'", '{{', '1:11'],
    ['k: "a\\"b\\u0041 {{ x }}"', '{{', '1:16'],
    ['k: |\n  one\n  two {{ x }}\n', '{{', '3:7'],
    ['k: |\n\n  one\n\n    two {{ x }}\n', '{{', '5:9'],
    ['k: >\n  one\n  two {{ x }}\n', '{{', '3:7'],
    ['k: >-\n  {{ x }}', '{{', '2:3'],
  ];
  it.each(inside)('of a character in %j are exact', (text, search, at) => {
    const map = parse(text).value as ValueMap;
    const offset = String(map['k']).indexOf(search);
    expect(place(positionInside(map, 'k', offset))).toBe(at);
  });
});

describe('booleanWord', () => {
  it.each([
    ['yes', true],
    ['On', true],
    ['TRUE', true],
    ['no', false],
    ['off', false],
    ['maybe', undefined],
  ] as const)('%s is %s', (word, meaning) => {
    expect(booleanWord(word)).toBe(meaning);
  });
});

describe('toYaml', () => {
  it('writes what parseYaml reads back', () => {
    const value = { a: [1, 'yes', '0644', null, true], b: { c: 'x\ny\n', d: ': #' }, e: '{{ x }}' };
    expect(parse(toYaml(value)).value).toEqual(value);
  });
});
