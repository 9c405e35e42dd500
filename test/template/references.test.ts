import { describe, expect, test } from 'vitest';
import {
  freeVariables,
  freeVariablesOfExpression,
  referencesOfExpression,
  referencesOfTemplate,
} from '../../src/template/index.ts';

describe('names a value may look at', () => {
  test('at any depth, keys included, text without braces left out', () => {
    const value = {
      '{{ key }}': ['{{ upper a.b }}', { x: 'y {{#if c}}{{ d }}{{/if}}' }],
      plain: 'text',
      n: 1,
    };
    expect([...freeVariables(value)].sort()).toEqual(['a', 'c', 'd', 'key']);
  });

  test.each([
    ['a.b[c] == d and not e', ['a', 'c', 'd', 'e']],
    ['f | default(g) is match(h)', ['f', 'g', 'h']],
    ['x if y else [z, {"k": w}]', ['w', 'x', 'y', 'z']],
    ['range(n) | length > 1', ['n']],
    ['omit', []],
    ['broken ==', []],
  ])('%s', (expression, expected) => {
    expect([...freeVariablesOfExpression(expression)].sort()).toEqual(expected);
  });
});

describe('references', () => {
  const show = (list: ReturnType<typeof referencesOfTemplate>) =>
    list.map(({ name, keys, at, guarded, mayBeKey }) =>
      [
        `${name}${keys.map((key) => `.${key}`).join('')}`,
        `${at.line}:${at.col}`,
        guarded && 'guarded',
        mayBeKey && 'may be key',
      ]
        .filter(Boolean)
        .join(' '),
    );

  test('carry their place, their keys and whether they may be missing', () => {
    expect(
      show(
        referencesOfTemplate('{{ a.b.[0] }}\n{{ default c (upper d) }}{{#if (defined e.f)}}{{ e.f }}{{/if}}'),
      ),
    ).toEqual(['a.b.0 1:4', 'c 2:12 guarded', 'd 2:21', 'e.f 2:41 guarded', 'e.f 2:50']);
    expect(show(referencesOfExpression("a is defined and a.b['c'][d].e == 1"))).toEqual([
      'a 1:1 guarded',
      'a.b.c 1:18',
      'd 1:27',
    ]);
  });

  test('inside a block with an item a name may be a key of the item; block parameters are no variables', () => {
    expect(
      show(
        referencesOfTemplate(
          '{{#each a as |x i|}}{{ x.y }}{{ i }}{{ z }}{{ @index }}{{ @root.r }}{{ this }}{{else}}{{ x }}{{/each}}',
        ),
      ),
    ).toEqual(['a 1:9', 'z 1:40 may be key', 'r 1:59', 'x 1:90']);
  });
});
