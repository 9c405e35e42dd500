import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml, toYaml } from '../../src/util/yaml.ts';
import { editYaml, type YamlEdit } from '../../src/util/yaml-edit.ts';

const harbor = `# The address of the registry
hostname: reg.mydomain.com   # not localhost

http:
  # port for http
  port: 80

# https related config
https:
  port: 443
  certificate: /your/certificate/path

database:
    # The password for the root user
    password: 'root123'
    max_idle_conns: 50

log:
  level: info
  rotate: [1, 2]
# external_url: x
_version: 2.9.0
`;

describe('editYaml', () => {
  const cases: readonly [title: string, edit: YamlEdit, before: string, after: string][] = [
    [
      'replaces a scalar and keeps its comment',
      { path: ['hostname'], value: 'reg.example.org' },
      'hostname: reg.mydomain.com   # not localhost\n',
      'hostname: reg.example.org   # not localhost\n',
    ],
    ['replaces a nested scalar', { path: ['http', 'port'], value: 8080 }, '  port: 80\n', '  port: 8080\n'],
    [
      'quotes where YAML needs it',
      { path: ['database', 'password'], value: 'a: #b' },
      "'root123'",
      '"a: #b"',
    ],
    [
      'adds a key at the end of its mapping, indented as the others',
      { path: ['database', 'max_open_conns'], value: 900 },
      '    max_idle_conns: 50\n',
      '    max_idle_conns: 50\n    max_open_conns: 900\n',
    ],
    [
      'adds a mapping at the end of the file',
      { path: ['redis', 'host'], value: 'r1' },
      '_version: 2.9.0\n',
      '_version: 2.9.0\nredis:\n  host: r1\n',
    ],
    ['adds to a flow list', { path: ['log', 'rotate', 2], value: 3 }, '[1, 2]', '[1, 2, 3]'],
    ['replaces a flow list', { path: ['log', 'rotate'], value: ['a'] }, ' [1, 2]', '\n    - a'],
    ['removes a key with its line', { path: ['https', 'port'], value: undefined }, '  port: 443\n', ''],
    [
      'removes a whole mapping and keeps the comment above the next key',
      { path: ['http'], value: undefined },
      'http:\n  # port for http\n  port: 80\n',
      '',
    ],
    [
      'replaces a mapping by a scalar',
      { path: ['https'], value: null },
      'https:\n  port: 443\n  certificate: /your/certificate/path\n',
      'https: null\n',
    ],
  ];
  it.each(cases)('%s', (_title, edit, before, after) => {
    expect(harbor).toContain(before);
    expect(editYaml(harbor, [edit])).toBe(harbor.replace(before, after));
  });

  const small: readonly [text: string, edit: YamlEdit, result: string][] = [
    ['', { path: ['a', 'b'], value: 1 }, 'a:\n  b: 1\n'],
    ['# head\n', { path: ['a'], value: 1 }, '# head\na: 1\n'],
    ['a:\nb: 1', { path: ['a'], value: 2 }, 'a: 2\nb: 1'],
    ['a: # why\nb: 1', { path: ['a', 'c'], value: 2 }, 'a: # why\n  c: 2\nb: 1'],
    ['a: 1 # why\nb: 1', { path: ['a'], value: { c: 2 } }, 'a: # why\n  c: 2\nb: 1'],
    ['a: {b: 1}\n', { path: ['a', 'c'], value: { d: [1] } }, 'a: {b: 1, c: {"d":[1]}}\n'],
    ['a: {b: 1, c: 2}\n', { path: ['a', 'b'], value: undefined }, 'a: {c: 2}\n'],
    ['a: {}\n', { path: ['a', 'c'], value: 1 }, 'a: {c: 1}\n'],
    ['a:\n  - x\n  - y\n', { path: ['a', 1], value: 'z' }, 'a:\n  - x\n  - z\n'],
    ['a:\n  - x\n', { path: ['a', 1], value: 'z' }, 'a:\n  - x\n  - z\n'],
    ['a:\n- x\nb: 1\n', { path: ['a', 1], value: 'z' }, 'a:\n- x\n- z\nb: 1\n'],
    ['a: |\n  x\n  y\nb: 1\n', { path: ['a'], value: 'z' }, 'a: z\nb: 1\n'],
    ['a: 1\nb: 1\n', { path: ['a'], value: 'x\ny\n' }, 'a: |\n  x\n  y\nb: 1\n'],
    ['"a:b": 1\n', { path: ['a:b'], value: 2 }, '"a:b": 2\n'],
    ['a:\n  b: 1\n', { path: ['a', 'b'], value: undefined }, 'a:\n  {}\n'],
    ['a: 1', { path: ['b'], value: 2 }, 'a: 1\nb: 2\n'],
    ['a: 1', { path: ['b'], value: undefined }, 'a: 1'],
  ];
  it.each(small)('edits %j with %j', (text, edit, result) => {
    expect(editYaml(text, [edit])).toBe(result);
  });

  it('refuses to go through a scalar', () => {
    expect(() => editYaml('a: 1\n', [{ path: ['a', 'b'], value: 2 }])).toThrow('a is no mapping');
  });

  it('gives the edited value for any mapping, and changes nothing when set to what is there', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd: e', '#f');
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant('x\n y\n'));
    const map = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf), fc.array(leaf)), { minKeys: 1 });
    fc.assert(
      fc.property(map, key, fc.oneof(leaf, fc.array(leaf, { minLength: 1 })), (value, name, next) => {
        const text = toYaml(value);
        const edited = editYaml(text, [{ path: [name], value: next }]);
        expect(parseYaml(edited, { file: 'x' }).value).toEqual({ ...value, [name]: next });
      }),
      { numRuns: 300 },
    );
  });
});
