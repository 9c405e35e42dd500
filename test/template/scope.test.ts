import { describe, expect, test } from 'vitest';
import type { Value } from '../../src/model/value.ts';
import { lazyMap, Scope, scopeAsMap } from '../../src/template/index.ts';
import { errorOf, layer, scopeOf } from './values.ts';

describe('layers', () => {
  const scope = new Scope([
    layer('group_vars/all.yml', 4, { port: 80, url: 'http://{{ host }}:{{ port }}', host: 'a' }, true),
    layer('host_vars/h1.yml', 8, { host: 'b' }, true),
    layer('facts', 11, { kernel: 'see {{ host }}' }, false),
  ]);

  test('a higher layer wins, also inside the values of lower ones', () => {
    expect(scope.get('host')).toBe('b');
    expect(scope.get('url')).toBe('http://b:80');
    expect(scope.with(layer('extra vars', 22, { port: 443 }, true)).get('url')).toBe('http://b:443');
    expect(scope.get('url')).toBe('http://b:80');
  });

  test('data of hosts is never rendered', () => {
    expect(scope.get('kernel')).toBe('see {{ host }}');
  });

  test('null is a value, a missing name is undefined', () => {
    const nulls = scope.with(layer('play', 12, { host: null }, true));
    expect(nulls.get('host')).toBeNull();
    expect(nulls.has('host')).toBe(true);
    expect(nulls.get('other')).toBeUndefined();
    expect(nulls.has('other')).toBe(false);
    expect(nulls.has('toString')).toBe(false);
  });

  test('a function makes values when they are asked for, each once per rendering', () => {
    const asked: string[] = [];
    const lazy = scope.with({
      origin: 'facts',
      level: 11,
      templated: false,
      values: (name) => {
        asked.push(name);
        return name === 'memory' ? 512 : undefined;
      },
      names: () => ['memory'],
    });
    expect(asked).toEqual([]);
    expect(lazy.get('memory')).toBe(512);
    expect(lazy.names().has('memory')).toBe(true);
    expect(asked).toEqual(['memory']);
  });
});

describe('laziness', () => {
  test('a template is rendered once', () => {
    let looked = 0;
    const scope = new Scope([
      layer('vars', 1, { a: '{{ source }}', b: '{{ a }}{{ a }}{{ a }}' }, true),
      {
        origin: 'data',
        level: 2,
        templated: false,
        values: (name) => {
          if (name !== 'source') return undefined;
          looked++;
          return 'x';
        },
      },
    ]);
    expect(scope.get('b')).toBe('xxx');
    expect(looked).toBe(1);
  });

  test('one key can be had although another cannot be rendered', () => {
    const scope = scopeOf({
      all: { good: '{{ one }}', bad: '{{ missing }}', list: ['{{ one }}', '{{ missing }}'] },
      one: 1,
    });
    expect(scope.resolve('all', ['good']).value).toBe(1);
    expect(scope.resolve('all', ['list', 0]).value).toBe(1);
    expect(errorOf(() => scope.resolve('all', ['bad']))).toBe(
      '"missing" is not defined (in the value of "all.bad", group_vars/all.yml)',
    );
  });

  test('a mapping may refer to its own keys', () => {
    const scope = scopeOf({
      harbor: { host: 'reg', url: 'https://{{ harbor.host }}', ui: '{{ harbor.url }}/ui' },
    });
    expect(scope.get('harbor')).toEqual({ host: 'reg', url: 'https://reg', ui: 'https://reg/ui' });
  });
});

describe('cycles', () => {
  test.each([
    [{ a: '{{ a }}' }, 'variables need each other: a → a'],
    [{ a: 'x{{ b }}', b: '{{ upper c }}', c: '{{ a }}' }, 'variables need each other: a → b → c → a'],
    [{ a: { x: '{{ a.y }}', y: '{{ a.x }}' } }, 'variables need each other: a.y → a.x → a.y'],
    [{ a: { x: '{{ a }}' } }, 'variables need each other: a → a'],
  ])('%j', (values, message) => {
    expect(errorOf(() => scopeOf(values).get('a')).replace(/ \| .*/, '')).toBe(message);
  });

  test('between scopes the depth is limited', () => {
    const makeScope = (): Scope =>
      new Scope([
        layer('vars', 1, { a: '{{ other.a }}' }, true),
        { ...layer('magic', 2, {}, false), values: other },
      ]);
    const other = (name: string): Value | undefined =>
      name === 'other' ? scopeAsMap(makeScope()) : undefined;
    expect(errorOf(() => makeScope().get('a'))).toContain('variables are nested more than 200 deep');
  });

  test('an error leaves nothing behind', () => {
    const scope = scopeOf({ a: '{{ b }}', b: '{{ a }}', c: 1 });
    errorOf(() => scope.get('a'));
    expect(scope.get('c')).toBe(1);
    expect(errorOf(() => scope.get('b')).replace(/ \| .*/, '')).toBe('variables need each other: b → a → b');
  });
});

describe('explain', () => {
  const scope = new Scope([
    layer('group_vars/all.yml', 4, { port: 80 }, true),
    layer('group_vars/harbor.yml', 6, { port: '{{ base }}', base: 8000 }, true),
    layer('extra vars', 22, { base: 9000 }, true),
  ]);

  test('tells the winner, its value and what it shadows, highest first', () => {
    expect(scope.explain('port')).toEqual({
      winner: { origin: 'group_vars/harbor.yml', level: 6, value: '{{ base }}' },
      value: 9000,
      shadowed: [{ origin: 'group_vars/all.yml', level: 4, value: 80 }],
    });
    expect(scope.explain('base')?.shadowed).toEqual([
      { origin: 'group_vars/harbor.yml', level: 6, value: 8000 },
    ]);
    expect(scope.explain('nothing')).toBeUndefined();
  });

  test('tells why there is no value', () => {
    const broken = scope.with(layer('play vars', 12, { port: '{{ prt }}' }, true));
    expect(broken.explain('port')?.error).toBe('"prt" is not defined (in the value of "port", play vars)');
  });
});

test('a lazy mapping makes only the entries that are looked at', () => {
  const made: string[] = [];
  const hosts = lazyMap(['h1', 'h2'], (name) => {
    made.push(name);
    return { ip: name };
  });
  const scope = scopeOf({}, { hostvars: hosts });
  expect(scope.resolve('hostvars', ['h2', 'ip']).value).toBe('h2');
  expect(made).toEqual(['h2']);
  expect(Object.keys(hosts)).toEqual(['h1', 'h2']);
});
