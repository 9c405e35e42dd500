import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/model/value.ts';
import { helpers } from '../../../src/template/helpers/index.ts';
import { evaluate, render } from '../../../src/template/index.ts';
import { errorOf, scopeOf, unknown } from '../values.ts';

const scope = scopeOf({
  text: 'Hello, World',
  path: '/opt/harbor/harbor.cfg',
  list: [3, 1, 2, 3],
  words: ['b', 'A', 'c'],
  map: { b: 1, a: { x: 1, y: [1] } },
  other: { a: { x: 2, z: [2] }, c: 3 },
  people: [
    { name: 'ann', age: 30, address: { city: 'x' } },
    { name: 'bob', age: 20, address: { city: 'y' } },
  ],
  cidr: '10.1.2.3/20',
});

/** Each as an expression; values in Ansible's documentation order where Ansible has the filter. */
const cases: [string, Value][] = [
  ['text | lower', 'hello, world'],
  ['text | upper', 'HELLO, WORLD'],
  ["'hELLO' | capitalize", 'Hello'],
  ["'  a ' | trim", 'a'],
  ["'xxaxx' | trim('x')", 'a'],
  ["text | replace('l', 'L')", 'HeLLo, WorLd'],
  ["text | replace('l', 'L', 1)", 'HeLlo, World'],
  ["text | replace('.', 'x')", 'Hello, World'],
  ["'a1b22' | regex_replace('[0-9]+', '#')", 'a#b#'],
  ["'host:80' | regex_replace('^(?P<h>.+):(\\d+)$', '\\2-\\g<h>')", '80-host'],
  ["'$x' | regex_replace('x', '$1')", '$$1'],
  ["'ABC' | regex_replace('b', '-', ignorecase=true)", 'A-C'],
  ["'ABC' | regex_replace('(?i)b', '')", 'AC'],
  ["'version 1.5.4' | regex_search('[0-9.]+')", '1.5.4'],
  ["'version 1.5.4' | regex_search('x')", null],
  ["'version 1.5.4' | regex_search('(\\d+)\\.(\\d+)', '\\1', '\\2')", ['1', '5']],
  ["'a1b2' | regex_findall('[a-z](\\d)')", ['1', '2']],
  ["'a1b2' | regex_findall('[a-z]\\d')", ['a1', 'b2']],
  [
    "'a1b2' | regex_findall('([a-z])(\\d)')",
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ["'a.b' | regex_escape", 'a\\.b'],
  ["' a  b ' | split", ['a', 'b']],
  ["'a,b,' | split(',')", ['a', 'b', '']],
  ["'a\nb\n' | splitlines", ['a', 'b']],
  ["list | join('-')", '3-1-2-3'],
  ['words | join', 'bAc'],
  ["people | join(', ', attribute='name')", 'ann, bob'],
  ['1 | string', '1'],
  ['"it\'s" | quote', "'it'\\''s'"],
  ["'' | quote", "''"],
  ["'a\nb' | indent(2)", 'a\n  b'],
  ["'a\nb' | indent(2, true)", '  a\n  b'],
  ["'a\nb' | comment", '#\n# a\n# b\n#'],
  ['list | length', 4],
  ['map | length', 2],
  ["'äö' | count", 2],
  ['list | first', 3],
  ['list | last', 3],
  ["'ab' | list", ['a', 'b']],
  ['map | list', ['b', 'a']],
  ['list | reverse', [3, 2, 1, 3]],
  ['list | min', 1],
  ['list | max', 3],
  ["(people | max(attribute='age')).name", 'ann'],
  ['list | sum', 9],
  ["people | sum(attribute='age')", 50],
  ['list | unique', [3, 1, 2]],
  ['list | sort', [1, 2, 3, 3]],
  ['list | sort(reverse=true)', [3, 3, 2, 1]],
  ['words | sort', ['A', 'b', 'c']],
  ['words | sort(case_sensitive=true)', ['A', 'b', 'c']],
  ["people | sort(attribute='age') | map(attribute='name')", ['bob', 'ann']],
  ['[1, [2, [3]]] | flatten', [1, 2, 3]],
  ['[1, [2, [3]]] | flatten(levels=1)', [1, 2, [3]]],
  ['[1, 2] | union([2, 3])', [1, 2, 3]],
  ['[1, 2] | intersect([2, 3])', [2]],
  ['[1, 2] | difference([2, 3])', [1]],
  [
    "[1, 2] | zip(['a', 'b', 'c'])",
    [
      [1, 'a'],
      [2, 'b'],
    ],
  ],
  ["dict(['a', 'b'] | zip([1, 2]))", { a: 1, b: 2 }],
  ['range(2, 8, 3)', [2, 5]],
  ["people | map(attribute='address.city')", ['x', 'y']],
  ["people | selectattr('address.city', 'eq', 'y') | map(attribute='name')", ['bob']],
  ["people | selectattr('nick', 'undefined') | length", 2],
  ["people | rejectattr('age', 'gt', 25) | map(attribute='name')", ['bob']],
  ['[0, 1, ""] | select', [1]],
  ['[0, 1, ""] | reject', [0, '']],
  ["['1', '2'] | map('int')", [1, 2]],
  ["['a-b'] | map('replace', '-', '_')", ['a_b']],
  ['map | keys', ['b', 'a']],
  ['{"a": 1} | values', [1]],
  ['{"a": 1} | dict2items', [{ key: 'a', value: 1 }]],
  ["{'a': 1} | dict2items(key_name='k', value_name='v')", [{ k: 'a', v: 1 }]],
  ["[{'key': 'a', 'value': 1}] | items2dict", { a: 1 }],
  ['map | combine(other)', { b: 1, a: { x: 2, z: [2] }, c: 3 }],
  ['map | combine(other, recursive=true)', { b: 1, a: { x: 2, y: [1], z: [2] }, c: 3 }],
  ["{'l': [1]} | combine({'l': [1, 2]}, list_merge='append')", { l: [1, 1, 2] }],
  ["{'l': [1]} | combine({'l': [1, 2]}, list_merge='append_rp')", { l: [1, 2] }],
  ["'a' | extract({'a': 5})", 5],
  ["'12' | int", 12],
  ["'x' | int", 0],
  ["'x' | int(7)", 7],
  ["'ff' | int(base=16)", 255],
  ['1.9 | int', 1],
  ["'1.5' | float", 1.5],
  ["'Yes' | bool", true],
  ["'off' | bool", false],
  ['1 | bool', true],
  ["'maybe' | bool", false],
  ['-3 | abs', 3],
  ['2.5 | round', 2],
  ['3.5 | round', 4],
  ['2.6 | round', 3],
  ['-2.5 | round', -2],
  ['2.345 | round(2, "floor")', 2.34],
  ['1536 | human_readable', '1.50 KB'],
  ["'10G' | human_to_bytes", 10737418240],
  ['[] | type_debug', 'list'],
  ['1.5 | type_debug', 'float'],
  ['{"b": 1, "a": [1, "x", null, true]} | to_json', '{"b": 1, "a": [1, "x", null, true]}'],
  ['{"b": 1, "a": []} | to_nice_json', '{\n    "a": [],\n    "b": 1\n}'],
  ['{"b": [1]} | to_nice_json(indent=2)', '{\n  "b": [\n    1\n  ]\n}'],
  ['\'{"a": [1]}\' | from_json', { a: [1] }],
  ['{"a": [1], "b": "x"} | to_yaml', 'a:\n  - 1\nb: x\n'],
  ['{"a": {"b": 1}} | to_nice_yaml', 'a:\n    b: 1\n'],
  ["'a: [1]' | from_yaml", { a: [1] }],
  ["'ä' | b64encode", 'w6Q='],
  ["'w6Q=' | b64decode", 'ä'],
  ["'x' | hash", '11f6ad8ec52a2984abaafd7c3b516503785c2072'],
  ["'x' | hash('md5')", '9dd4e461268c8034f5c8564e155c67a6'],
  ["'x' | checksum", '11f6ad8ec52a2984abaafd7c3b516503785c2072'],
  ["'a b/ä' | urlencode", 'a%20b/%C3%A4'],
  ["{'a': 'x/y z', 'b': 1} | urlencode", 'a=x%2Fy+z&b=1'],
  ["'a%20b' | urldecode", 'a b'],
  ["'https://u@h:8443/p?q=1' | urlsplit('port')", 8443],
  ["'https://h/p' | urlsplit('hostname')", 'h'],
  ['path | basename', 'harbor.cfg'],
  ['path | dirname', '/opt/harbor'],
  ["'x' | dirname", ''],
  ["'/x' | dirname", '/'],
  ['path | splitext', ['/opt/harbor/harbor', '.cfg']],
  ["['/a', 'b', 'c'] | path_join", '/a/b/c'],
  ["path_join('/a', '/b')", '/b'],
  ["'/a/../b//c/' | normpath", '/b/c'],
  ["'/a/b/c' | relpath('/a')", 'b/c'],
  ["env('MOORING_TEST_MISSING', 'none')", 'none'],
  ["'10.0.0.1' | ipaddr", '10.0.0.1'],
  ["'10.0.0.300' | ipaddr", false],
  ["cidr | ipaddr('address')", '10.1.2.3'],
  ["cidr | ipaddr('prefix')", 20],
  ["cidr | ipaddr('netmask')", '255.255.240.0'],
  ["cidr | ipaddr('network')", '10.1.0.0'],
  ["cidr | ipaddr('broadcast')", '10.1.15.255'],
  ["cidr | ipaddr('subnet')", '10.1.0.0/20'],
  ["'192.168.1.0/255.255.255.0' | ipaddr('prefix')", 24],
  ["'10.1.2.3' | ipaddr('10.0.0.0/8')", '10.1.2.3'],
  ["'11.1.2.3' | ipaddr('10.0.0.0/8')", false],
  ["['10.0.0.1', 'x', '::1'] | ipaddr", ['10.0.0.1', '::1']],
  ["['10.0.0.1', '::1'] | ipv4", ['10.0.0.1']],
  ["['10.0.0.1', '::1'] | ipv6", ['::1']],
  ["'fe80::1:2/64' | ipaddr('network')", 'fe80::'],
  ["'2001:db8::ffff:1/112' | ipaddr('subnet')", '2001:db8::ffff:0/112'],
  ["'::ffff:10.0.0.1/96' | ipaddr('prefix')", 96],
  ["'10.1.2.3/20' | ipaddr('first_usable')", '10.1.0.1'],
  ["'fe80::1' | ipaddr('revdns')", `1.${'0.'.repeat(28)}8.e.f.ip6.arpa.`],
  ["'hello big-world' | title", 'Hello Big-World'],
  ["'%s-%03d' | format('a', 7)", 'a-007'],
  [
    "[1, 2] | product(['a'])",
    [
      [1, 'a'],
      [2, 'a'],
    ],
  ],
  ["[1, 2] | zip_longest(['a'], fillvalue='-') | last", [2, '-']],
  ['part(list, 1, 3)', [1, 2]],
  ['list[1:3]', [1, 2]],
  ['[1, 2] | symmetric_difference([2, 3])', [1, 3]],
  ["[{'n': 'a', 'l': [1]}] | subelements('l') | first | last", 1],
  ["people | groupby('age') | map('first')", [20, 30]],
  ['list | batch(3)', [[3, 1, 2], [3]]],
  ['map | dictsort | map("first")', ['a', 'b']],
  ['2 | pow(3)', 8],
  ['9 | root', 3],
  ['100 | log(10)', 2],
  ["'x' | sha1", '11f6ad8ec52a2984abaafd7c3b516503785c2072'],
  ["'x' | to_uuid | length", 36],
  ["60 | random(seed='harbor1')", 3],
  ["[1, 2, 3] | shuffle(seed='a') | sort", [1, 2, 3]],
  ["'%Y-%m-%d %H:%M' | strftime(0, utc=true)", '1970-01-01 00:00'],
  ["'1970-01-02 00:00:01' | to_datetime", 86401],
  ["'1970-01-01T02:00:00+02:00' | to_datetime('%Y-%m-%dT%H:%M:%S%z')", 0],
  [
    "'secret' | password_hash('sha256', 'salt', rounds=1000)",
    '$5$rounds=1000$salt$CCvcOM6b7TEJDPb37Aec/9UpOg4QhPNAxPpL9ZzjTB7',
  ],
  ["'::1' | ipwrap", '[::1]'],
  ["'h' | ipwrap", 'h'],
];

describe('helpers', () => {
  test.each(cases)('%s', (expression, expected) => {
    expect(evaluate(expression, scope)).toEqual(expected);
  });

  test('every helper is tried here or in the tests of templates', () => {
    const tried = new Set([...cases.flatMap(([text]) => text.match(/\w+/g) ?? []), 'lookup']);
    expect([...helpers.keys()].filter((name) => !tried.has(name))).toEqual([]);
  });

  test('one unknown argument makes any helper unknown', () => {
    for (const helper of helpers.values()) {
      const rest = helper.parameters
        .slice(1)
        .filter((name) => /^\w+$/.test(name))
        .map(() => '"x"');
      expect(
        render(
          `{{ ${['helper', 'simulated', ...rest].join(' ').replace('helper', helper.name)} }}`,
          scopeOf({}, { simulated: unknown }),
        ),
        helper.name,
      ).toBe(unknown);
    }
  });

  test('the sorted list is a new one', () => {
    const list = Object.freeze([2, 1]);
    expect(evaluate('list | sort', scopeOf({}, { list }))).toEqual([1, 2]);
    expect(list).toEqual([2, 1]);
  });
});

describe('helpers refuse what they cannot use', () => {
  const errors: [string, string][] = [
    ['1 | join', '"join" needs a list, not a number | 1:5'],
    ['map | upper', '"upper" needs text, not a mapping | 1:7'],
    ["'x' | hash('sha265')", '"hash" has no algorithm "sha265" | did you mean "sha256"? | 1:7'],
    ["'{' | from_json", '"from_json" cannot read this JSON'],
    ["'a: [' | from_yaml", '"from_yaml" cannot read this YAML'],
    ["'!' | b64decode", '"b64decode" needs Base64 | 1:7'],
    [
      "'x' | password_hash('md5')",
      '"password_hash" has no algorithm "md5" | sha512 is what Linux systems understand and use | 1:7',
    ],
    [
      "'x' | password_hash(salt='ä')",
      '"password_hash" needs a salt of letters, digits, dots and slashes | 1:7',
    ],
    ["'x' | password_hash(rounds=10)", '"password_hash" needs rounds from 1000 to 999999999 | 1:7'],
    ['5 | random', '"random" needs a seed, text or a whole number | seed=inventory_hostname'],
    ["'%Y' | strftime", '"strftime" needs the time to write | ansible_facts.date_time.epoch_int'],
    ["'%Q' | strftime(0)", '"strftime" does not know %Q | one of Y y m d'],
    ["'2026-02-30' | to_datetime('%Y-%m-%d')", '"to_datetime" knows no such day: "2026-02-30" | 1:16'],
    ["'%s %s' | format(1)", '"format" needs a value for each % sign | 1:11'],
    ["'10.0.0.1' | ipaddr('adress')", '"ipaddr" has no query "adress" | did you mean "address"? | 1:14'],
    ["'x' | urlsplit", '"urlsplit" needs a URL, not "x" | 1:7'],
    [
      "env('MOORING_TEST_MISSING')",
      '"env" finds no variable MOORING_TEST_MISSING in the environment of the control node | give a default as second argument | 1:1',
    ],
    [
      "lookup('file', 'x')",
      '"lookup" takes a container and a key | name the file where it is used: src of copy or template, or vars_files for variables | 1:1',
    ],
    [
      "lookup('env', 'HOME')",
      '"lookup" takes a container and a key | for an environment variable write env("NAME") | 1:1',
    ],
    ["people | map('uper')", '"map" knows no helper "uper" | did you mean "upper"? | 1:10'],
    ["people | map(attribute='nme')", '"nme" is missing in an item | 1:10'],
    ["people | selectattr('age', 'bigger', 1)", '"selectattr" there is no test "bigger" | 1:10'],
    ["'x' | regex_search('(')", '"regex_search" "(" is not a valid pattern | 1:7'],
    [
      "{'l': []} | combine({'l': []}, list_merge='x')",
      '"combine" has no list_merge "x" | one of replace, keep, append, prepend, append_rp, prepend_rp | 1:13',
    ],
    ['range(1, 9, 0)', '"range" needs a step other than 0 | 1:1'],
    ['range(1000000000)', '"range" makes no more than 100000 numbers | 1:1'],
    ["'x' | human_to_bytes", '"human_to_bytes" cannot read "x" | e.g. 10G, 512 MB | 1:7'],
  ];
  test.each(errors)('%s', (expression, expected) => {
    expect(errorOf(() => evaluate(expression, scope))).toContain(expected);
  });
});
