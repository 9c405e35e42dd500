import { describe, expect, test } from 'vitest';
import { evaluateCondition, render, Scope } from '../../src/template/index.ts';
import { errorOf, scopeOf } from './values.ts';

const scope = scopeOf({ x: 1, a: { b: [1] }, name: 'n', list: ['b', 'a'] });

describe('Jinja and Go in templates get the Handlebars spelling', () => {
  const cases: [string, string][] = [
    ['{{ x | default(1) }}', 'filters with | are Jinja | write {{ default x 1 }} | 1:6'],
    [
      "{{ list | map('upper') | join(', ') }}",
      "filters with | are Jinja | write {{ join (map list 'upper') ', ' }} | 1:9",
    ],
    ["{{ a['b'] | to_json }}", 'filters with | are Jinja | write {{ to_json a.b }} | 1:11'],
    ['{{ x|lower }}', 'filters with | are Jinja | write {{ lower x }} | 1:5'],
    [
      '{{ list | sort(reverse=true) }}',
      'filters with | are Jinja | write {{ sort list reverse=true }} | 1:9',
    ],
    ["{{ a['b'] }}", "a['b'] is Jinja | write {{ a.b }} | 1:5"],
    ["{{ a['b c'] }}", "a['b'] is Jinja | write {{ a.[b c] }} | 1:5"],
    ['{{ list[0] }}', 'a[0] is Jinja | write {{ list.[0] }} | 1:8'],
    ['{{ a[name] }}', 'a[0] is Jinja | write {{ lookup a name }} | 1:5'],
    ['{{ list.0 }}', 'an index stands in brackets | write {{ list.[0] }} | 1:8'],
    ['text {{ x + 1 }}', 'operators are not part of templates | write {{ expr "x + 1" }} | 1:11'],
    ['{{ x == "1" }}', `operators are not part of templates | write {{ expr "x == '1'" }} | 1:6`],
    [
      "{{ lookup('env', 'HOME') }}",
      'calls with parentheses are Jinja | write {{ helper argument }}, or {{ expr "…" }} for an expression | 1:10',
    ],
    ['{{.State}}', "this looks like a Go template | to keep Go's braces as text, write \\{{.State}} | 1:3"],
    [
      'docker ps --format "{{ .Names }}"',
      "this looks like a Go template | to keep Go's braces as text, write \\{{ .Names }} | 1:24",
    ],
    [
      '{{range .Mounts}}',
      "this looks like a Go template | to keep Go's braces as text, write \\{{range .Mounts}} | 1:3",
    ],
    [
      '{{json .State}}',
      "this looks like a Go template | to keep Go's braces as text, write \\{{json .State}} | 1:3",
    ],
    ['{% if x %}a{% endif %}', '"{% if x %}" is Jinja | write {{#if x}} … {{else}} … {{/if}} | 1:1'],
    [
      'a\n{%- for i in list %}',
      '"{%- for i in list %}" is Jinja | write {{#each list}} {{this}} {{/each}} | 2:1',
    ],
    ['{{#if x}}{{/each}}', '{{#if}} is closed by {{/each}} | 1:4'],
    ['{{#if x}}a', 'the template ends before a block is closed | 1:11'],
    ['a {{ x', 'this {{ is never closed | 1:3'],
    ['a\nbc {{ ; }}', 'this is not Handlebars syntax | 2:7'],
  ];
  test.each(cases)('%s', (template, expected) => {
    expect(errorOf(() => render(template, scope))).toBe(expected);
  });

  test('an escaped statement is text', () => {
    expect(render('\\{% if x %} {{ x }}', scope)).toBe('{% if x %} 1');
  });

  test.each(['%{http_code}', '${#array}', '{ {x} }', '}}', '{%s}', '100%}', '{# text #}'])(
    '%s is plain text',
    (text) => {
      expect(render(text, scope)).toBe(text);
    },
  );
});

describe('habits from elsewhere in expressions get the right spelling', () => {
  const cases: [string, string][] = [
    [
      '{{ x }} == 1',
      'this is an expression already: braces have no place in it | drop the braces and write the name itself | 1:1',
    ],
    [
      '{{ x == 1 }}',
      'this is an expression already: braces have no place in it | drop the braces: x == 1 | 1:1',
    ],
    ['x = 1', 'cannot read the expression at "=" | write == to compare | 1:3'],
    ['x == 1 && x', 'cannot read the expression at "&" | write "and" instead of && | 1:8'],
    ['x || x', 'cannot read the expression at "|" | write "or" instead of || | 1:4'],
    ['!x', 'cannot read the expression at "!" | write "not" instead of ! | 1:1'],
    ["name.startswith('a')", `cannot read the expression at "(" | write x is match('text') | 1:16`],
    [
      'name.split()',
      'cannot read the expression at "(" | values have no methods; use filters: x | split(",") | 1:11',
    ],
    ['x is', 'the expression ends too early | 1:5'],
    ['x ==', 'the expression ends too early | 1:5'],
    ['', 'the expression is empty | 1:1'],
    ['x == 1 x', 'cannot read the expression at "x" | 1:8'],
    ["name == 'n", `cannot read the expression at "'n" | 1:9`],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(errorOf(() => evaluateCondition(text, scope))).toBe(expected);
  });

  test('deep nesting is parsed quickly', () => {
    const text = `${'('.repeat(60)}x${')'.repeat(60)} == 1`;
    const start = performance.now();
    expect(
      evaluateCondition(text, new Scope([{ origin: 'test', level: 1, values: { x: 1 }, templated: true }])),
    ).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
