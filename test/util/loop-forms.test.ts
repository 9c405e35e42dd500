import { describe, expect, it } from 'vitest';
import type { LoopForm } from '../../src/model/loop-form.ts';
import type { Value } from '../../src/model/value.ts';
import { expandLoop, type LoopFiles } from '../../src/util/loop-forms.ts';

const files: LoopFiles = {
  glob: (pattern) => (pattern === '*.conf' ? ['/f/a.conf', '/f/b.conf'] : []),
  first: (names) => names.find((name) => name.endsWith('there.yml')),
};

const expand = (form: LoopForm, written: Value) => expandLoop(form, written, files);

const users = [
  { name: 'ann', keys: ['k1', 'k2'], ssh: { hosts: ['x'] } },
  { name: 'bob', keys: ['k3'] },
];

describe('a with_ loop', () => {
  const cases: readonly [form: LoopForm, written: Value, items: readonly Value[]][] = [
    ['items', [[1, 2], [3, [4, 5]], 6], [1, 2, 3, [4, 5], 6]],
    ['items', 'one', ['one']],
    ['items', 7, [7]],
    ['items', [], []],
    ['items', { a: 1, b: 2 }, ['a', 'b']],
    ['list', [[1, 2], 3], [[1, 2], 3]],
    ['list', 'one', ['one']],
    ['flattened', [[1, [2, [3]]], 4, null], [1, 2, 3, 4]],
    [
      'dict',
      { a: 1, b: { c: 2 } },
      [
        { key: 'a', value: 1 },
        { key: 'b', value: { c: 2 } },
      ],
    ],
    [
      'dict',
      [{ a: 1 }, { a: 2 }],
      [
        { key: 'a', value: 1 },
        { key: 'a', value: 2 },
      ],
    ],
    [
      'indexed_items',
      ['a', ['b', 'c']],
      [
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
      ],
    ],
    [
      'nested',
      [
        ['a', 'b'],
        [1, 2],
      ],
      [
        ['a', 1],
        ['a', 2],
        ['b', 1],
        ['b', 2],
      ],
    ],
    ['nested', [['a'], [[1, [2, 3]]], 'x'], [['a', 1, 2, 3, 'x']]],
    ['cartesian', [['a'], [[1, [2, 3]]], 'x'], [['a', 1, [2, 3], 'x']]],
    ['cartesian', [['a', 'b'], []], []],
    [
      'together',
      [
        ['a', 'b'],
        [1, 2, 3],
      ],
      [
        ['a', 1],
        ['b', 2],
        [null, 3],
      ],
    ],
    [
      'subelements',
      [users, 'keys'],
      [
        [{ name: 'ann', ssh: { hosts: ['x'] } }, 'k1'],
        [{ name: 'ann', ssh: { hosts: ['x'] } }, 'k2'],
        [{ name: 'bob' }, 'k3'],
      ],
    ],
    [
      'subelements',
      [users, 'ssh.hosts', { skip_missing: true }],
      [[{ name: 'ann', keys: ['k1', 'k2'], ssh: {} }, 'x']],
    ],
    ['subelements', [{ a: { l: [1] }, b: { l: [2], skipped: true } }, 'l'], [[{}, 1]]],
    ['sequence', '3', ['1', '2', '3']],
    ['sequence', 3, ['1', '2', '3']],
    ['sequence', ['start=2 end=8 stride=3'], ['2', '5', '8']],
    ['sequence', 'count=2 start=10 format=host%03d', ['host010', 'host011']],
    ['sequence', 'start=4 end=0 stride=-2', ['4', '2', '0']],
    ['sequence', 'count=3 start=5 stride=-2', ['5', '3', '1']],
    ['sequence', '0-10/4:n%02x', ['n00', 'n04', 'n08']],
    ['sequence', 'start=0x0f end=16 format="%X"', ['F', '10']],
    ['sequence', 'count=0', []],
    ['sequence', ['1', 'start=7 end=8'], ['1', '7', '8']],
    ['random_choice', ['only'], ['only']],
    ['random_choice', [], []],
    ['fileglob', ['*.conf', 'none*'], ['/f/a.conf', '/f/b.conf']],
    ['first_found', ['a.yml', 'there.yml'], ['there.yml']],
    ['first_found', [{ files: 'a.yml, there.yml', paths: ['x', 'y/'] }], ['x/there.yml']],
    ['first_found', [{ files: ['a.yml'], skip: true }], []],
  ];
  it.each(cases)('%s of %j', (form, written, items) => {
    expect(expand(form, written)).toEqual(items);
  });

  const faults: readonly [form: LoopForm, written: Value, message: RegExp][] = [
    ['dict', [[1]], /with_dict must be a mapping, not \[1\]/],
    ['dict', 'users', /with_dict must be a mapping, not "users"/],
    ['nested', [], /needs at least one list/],
    ['together', [], /needs at least one list/],
    ['subelements', [users], /takes a list of mappings and the name of a key/],
    ['subelements', [users, 'ssh.hosts'], /there is no "ssh.hosts" in \{"name":"bob"/],
    ['subelements', [users, 'name'], /"name" must be a list, not "ann"/],
    ['subelements', [['x'], 'y'], /each element must be a mapping/],
    ['sequence', 'start=1', /give either end or count/],
    ['sequence', 'end=3 count=3', /give either end or count/],
    ['sequence', 'start=5 end=1', /negative stride/],
    ['sequence', 'start=1 end=5 stride=-1', /positive stride/],
    ['sequence', 'end=three', /end must be a whole number/],
    ['sequence', 'end=3 step=2', /"step=2" says nothing/],
    ['sequence', 'end=3 format=x', /must hold one number/],
    ['sequence', 'end=999999999', /999999999 items/],
    ['sequence', [{ end: 3 }], /takes text/],
    ['fileglob', [{}], /names of files/],
    ['first_found', ['a.yml', 'b.yml'], /none of a.yml, b.yml is there/],
  ];
  it.each(faults)('%s of %j is refused', (form, written, message) => {
    expect(() => expand(form, written)).toThrow(message);
  });

  it('takes any entry by chance, and always one', () => {
    const seen = new Set(
      Array.from({ length: 200 }, () => JSON.stringify(expand('random_choice', [1, 2, 3]))),
    );
    expect([...seen].sort()).toEqual(['[1]', '[2]', '[3]']);
  });
});
