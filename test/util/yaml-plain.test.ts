import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isMap, type Value } from '../../src/model/value.ts';
import { SourceText } from '../../src/util/positions.ts';
import { keyPositionOf, parseYaml, positionInside, positionOf, startOf } from '../../src/util/yaml.ts';
import { readPlainYaml } from '../../src/util/yaml-plain.ts';

function readPlain(text: string): Value | undefined {
  return readPlainYaml(new SourceText('a.yml', text));
}

/** Every value with all that is known of its place. */
function places(value: Value): unknown {
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    keyPositionOf(value, key),
    positionOf(value, key),
    typeof item === 'string' ? [...item].map((_, index) => positionInside(value, key, index)) : [],
    places(item),
  ]);
  return { start: startOf(value), entries };
}

/**
 * Either it leaves the text to the full parser, or both see the same.
 *
 * @returns whether it read the text itself
 */
function expectSame(text: string): boolean {
  const plain = readPlain(text);
  if (plain === undefined) return false;
  const full = parseYaml(text, { file: 'a.yml' });
  expect(full.faults).toEqual([]);
  expect(plain).toEqual(full.value);
  expect(Object.keys(plain as object)).toEqual(Object.keys(full.value as object));
  expect(places(plain)).toEqual(places(full.value ?? null));
  return true;
}

const inventory = `---
# all of it
all:
  vars:
    site: north   # of the river
    proxy: "http://proxy:3128 # no comment"
    empty:
  hosts:
    web1.example.com:
      ansible_host: 10.0.0.1
      ansible_port: 22

    10.0.0.2: {}
    web-3:
      motd: 'it is {{ site }}'
      network: 10.0.0.0/8
      ready: true
      title: a host of ours
  children:
    db:
`;

test('an inventory is read with every place', () => {
  expect(readPlain(inventory)).toMatchObject({
    all: {
      vars: { site: 'north', proxy: 'http://proxy:3128 # no comment', empty: null },
      hosts: { '10.0.0.2': {}, 'web-3': { network: '10.0.0.0/8', ready: true, title: 'a host of ours' } },
      children: { db: null },
    },
  });
  expect(expectSame(inventory)).toBe(true);
});

test.each([
  ['a list', 'a:\n  - b\n'],
  ['an anchor', 'a: &x b\n'],
  ['an alias', 'a: *x\n'],
  ['a tag', 'a: !vault b\n'],
  ['a block scalar', 'a: |\n  b\n'],
  ['a text over two lines', 'a: b\n  c\n'],
  ['a flow mapping', 'a: {b: c}\n'],
  ['an escape', 'a: "b\\n"\n'],
  ['a doubled quote', "a: 'it''s'\n"],
  ['a tab', 'a:\tb\n'],
  ['a carriage return', 'a: b\r\n'],
  ['an indent of nobody', 'a:\n    b: c\n  d: e\n'],
  ['a mapping below a scalar', 'a: b\n  c: d\n'],
  ['a duplicate key', 'a: b\na: c\n'],
  ['a second document', 'a: b\n---\nc: d\n'],
  ['an end of the document', 'a: b\n...\n'],
  ['a number with a point', 'a: 1.5\n'],
  ['a number with a leading zero', 'a: 007\n'],
  ['a mode', 'mode: 644\n'],
  ['a word of YAML 1.1', 'a: yes\n'],
  ['null', 'a: Null\n'],
  ['a key that is null', 'null: a\n'],
  ['a key of the prototype', '__proto__: a\n'],
  ['a merge', '<<: a\n'],
  ['a scalar alone', 'hello\n'],
  ['nothing', '# empty\n'],
])('%s is left to the full parser', (_what, text) => {
  expect(readPlain(text)).toBeUndefined();
});

describe('it never sees anything else than the full parser', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b',
      'all',
      'web1.x',
      '10.0.0.1',
      'mode',
      'true',
      'yes',
      'null',
      '~',
      '1',
      '0',
      '017',
      '1.5',
      '1e3',
    ],
    ...[
      ':',
      ': ',
      ':  ',
      '\n',
      '\n',
      '\n  ',
      '\n  ',
      '\n    ',
      ' ',
      '  ',
      '#',
      ' # c',
      '\n# c\n',
      '---\n',
      '...\n',
    ],
    ...[
      '"x"',
      "'x'",
      '"',
      "'",
      '{}',
      '{',
      '}',
      '[]',
      '- ',
      '|',
      '>',
      '&',
      '*',
      '!',
      '%',
      '@',
      '/',
      '-',
      '_',
      '\t',
      'é',
    ],
  );

  it('in texts of any pieces', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => void expectSame(pieces.join(''))),
      {
        numRuns: 3000,
      },
    );
  });

  const key = fc.constantFrom('a', 'b', 'c', 'host1', 'x-y.z', '10.0.0.9', 'on', '_');
  const value = fc.constantFrom(
    ...[
      '',
      '',
      '',
      ' ',
      ' a',
      '  b c',
      ' 12',
      ' 10.1.2.3',
      ' 1.2.3',
      ' "q: #x"',
      " 's '",
      ' {}',
      ' true',
      ' false',
    ],
    ...[
      ' a # c',
      ' # c',
      ' /etc/x',
      ' a/b@c',
      ' n',
      ' 1.2',
      ' 10/2',
      ' 1234567890123456',
      ' é',
      ' a:b',
      ' off',
    ],
  );
  const line = fc.tuple(
    fc.integer({ min: 0, max: 3 }),
    key,
    value,
    fc.constantFrom('', '', '', '\n', '\n#c', '\n   #c'),
  );

  it('in texts of lines', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = lines.map(
          ([depth, name, rest, after]) => `${'  '.repeat(depth)}${name}:${rest}${after}\n`,
        );
        expectSame(text.join(''));
      }),
      { numRuns: 3000 },
    );
  });

  it('in well-formed texts, most of which it reads itself', () => {
    let read = 0;
    fc.assert(
      fc.property(mapping(3), (lines) => {
        if (expectSame(lines.join('\n'))) read++;
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(1500);
  });

  const plainValue = fc.constantFrom(
    ...[' a', '  b c', ' 12', ' 0', ' 10.1.2.3', ' 1.2.3', ' "q: #x"', " 's '", ' {}', ' true', ' false'],
    ...[' a # c', ' /etc/x', ' a/b@c', ' n', ' 10/2', ' "" # x', ' 12   ', '', " 'é'", ' a-b_c.d+e', ' ""'],
  );

  /** Lines of a mapping with keys of its own, deeper by one to four spaces. */
  function mapping(levels: number): fc.Arbitrary<string[]> {
    const below = levels === 0 ? fc.constant([]) : fc.oneof(fc.constant([]), indented(levels - 1));
    const item = fc.tuple(key, plainValue, below, fc.constantFrom([], [], [''], ['  # c'], ['#c']));
    const items = fc.uniqueArray(item, { minLength: 1, maxLength: 4, selector: ([name]) => name });
    return items.map((found) =>
      found.flatMap(([name, rest, lines, after]) => [
        `${name}:${lines.length > 0 ? '' : rest}`,
        ...after,
        ...lines,
      ]),
    );
  }

  function indented(levels: number): fc.Arbitrary<string[]> {
    return fc
      .tuple(fc.integer({ min: 1, max: 4 }), mapping(levels))
      .map(([depth, lines]) => lines.map((text) => (text === '' ? '' : ' '.repeat(depth) + text)));
  }
});

test('a large text gives the same whichever way it is read', () => {
  const hosts = Array.from({ length: 3000 }, (_, index) => `    h${index}:\n      port: ${index}\n`).join('');
  const text = `all:\n  hosts:\n${hosts}`;
  expect(text.length).toBeGreaterThan(50_000);
  expect(expectSame(text)).toBe(true);
  const listed = parseYaml(`${text}  list: [1]\n`, { file: 'a.yml' });
  expect(listed.faults).toEqual([]);
  expect(listed.value).toMatchObject({ all: { list: [1], hosts: { h2999: { port: 2999 } } } });
});
