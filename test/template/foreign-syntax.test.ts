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
    ['{{ x == "1" }}', `operators are not part of templates | write {{ expr 'x == "1"' }} | 1:6`],
    ["{{ lookup('env', 'HOME') }}", "calls with parentheses are Jinja | write {{ env 'HOME' }} | 1:10"],
    [
      "{{ lookup('file', 'x') }}",
      'lookups are not available | name the file where it is used: src of copy or template, or vars_files for variables | 1:10',
    ],
    ['{{ x if a else name }}', 'operators are not part of templates | write {{ ternary a x name }} | 1:6'],
    ['{{ x is defined }}', 'operators are not part of templates | write {{ defined x }} | 1:6'],
    ['{{ x is not defined }}', 'operators are not part of templates | write {{ not (defined x) }} | 1:6'],
    ['{{ a and not x }}', 'operators are not part of templates | write {{ expr "a and not x" }} | 1:6'],
    ['{{- x -}}', 'white space is taken away by ~ here | write {{~ x ~}} to take white space away | 1:3'],
    ["{{ name.split(',')[0] }}", "a[0] is Jinja | write {{ lookup (split name ',') 0 }} | 1:19"],
    [
      "{{ groups['harbor'] | map('extract', hostvars, 'ansible_host') | list }}",
      "filters with | are Jinja | write {{ map groups.harbor 'extract' hostvars 'ansible_host' }} | 1:21",
    ],
    [
      "{{ hostvars[inventory_hostname]['ansible_host'] }}",
      "a[0] is Jinja | write {{ lookup (lookup hostvars inventory_hostname) 'ansible_host' }} | 1:12",
    ],
    [
      "{{ list | json_query('x') }}",
      'there is no filter "json_query" | use selectattr and map: list | selectattr("name", "eq", "x") | map(attribute="id") | 1:9',
    ],
    ['{{ x | tojson }}', 'there is no filter "tojson" | use to_json | 1:6'],
    ["{{ 'a' ~ name }}", `operators are not part of templates | write {{ expr "'a' ~ name" }} | 1:8`],
    ['{{ name.upper() }}', 'calls with parentheses are Jinja | write {{ upper name }} | 1:14'],
    ['{{ x|default(omit) }}', 'filters with | are Jinja | write {{ default x omit }} | 1:5'],
    ['{{ list[0:2] }}', 'a[0] is Jinja | write {{ part list 0 2 }} | 1:8'],
    ["{{ ','.join(list) }}", "calls with parentheses are Jinja | write {{ join list ',' }} | 1:12"],
    ["{{ a.get('b', 'c') }}", "calls with parentheses are Jinja | write {{ default a.b 'c' }} | 1:9"],
    [
      "{{ x | combine({'a': 1}) }}",
      `filters with | are Jinja | write {{ expr "x | combine({'a': 1})" }} | 1:6`,
    ],
    ['{{ range(5) | list }}', 'filters with | are Jinja | write {{ range 5 }} | 1:13'],
    ['{{ (x | int) * 2 }}', 'filters with | are Jinja | write {{ expr "(x | int) * 2" }} | 1:7'],
    [
      '{{ now() }}',
      'there is no function "now" | use ansible_facts.date_time, the time at which facts were gathered | 1:7',
    ],
    [
      "{{ x | bool | ternary('a', 'b') }}",
      "filters with | are Jinja | write {{ ternary (bool x) 'a' 'b' }} | 1:6",
    ],
    ['{{ x - 1 }}', 'operators are not part of templates | write {{ expr "x - 1" }} | 1:6'],
    ['{{ list[-1] }}', 'a[0] is Jinja | write {{ list.[-1] }} | 1:8'],
    ['{{ list | length > 0 }}', 'filters with | are Jinja | write {{ expr "list | length > 0" }} | 1:9'],
    ['{{ [1, 2] }}', 'a list or mapping is an expression | write {{ expr "[1, 2]" }} | 1:4'],
    ['{{ x ? 1 : 2 }}', 'operators are not part of templates | write {{ ternary x 1 2 }} | 1:6'],
    [
      "{{ query('dict', a) }}",
      'there is no function "query" | use loop with a list, or the helpers env, range, dict2items | 1:9',
    ],
    [
      "{{ list | selectattr('a', 'equalto', 'b') | list | first }}",
      "filters with | are Jinja | write {{ first (selectattr list 'a' 'equalto' 'b') }} | 1:9",
    ],
    [
      "{{ name | regex_replace('^(.+)$', '<\\\\1>') }}",
      "filters with | are Jinja | write {{ regex_replace name '^(.+)$' '<\\\\1>' }} | 1:9",
    ],
    ['{{#if x == 1}}a{{/if}}', 'operators are not part of templates | write {{#if (eq x 1)}} | 1:9'],
    ['{{#if a and x}}c{{/if}}', 'operators are not part of templates | write {{#if (and a x)}} | 1:9'],
    [
      '{{#each a | dict2items}}a{{/each}}',
      'filters with | are Jinja | write {{#each (dict2items a)}} | 1:11',
    ],
    [
      '{% if x is defined and x == 1 %}',
      '"{% if x is defined and x == 1 %}" is Jinja | write {{#if (and (defined x) (eq x 1))}} … {{else}} … {{/if}} | 1:1',
    ],
    ['{% elif x > 1 %}', '"{% elif x > 1 %}" is Jinja | write {{else if (gt x 1)}} | 1:1'],
    [
      '{% for k, v in a.items() %}',
      '"{% for k, v in a.items() %}" is Jinja | write {{#each a as |v k|}} … {{/each}} | 1:1',
    ],
    [
      '{% for i in list if i.on %}',
      '"{% for i in list if i.on %}" is Jinja | write {{#each list as |i|}} {{#if i.on}} … {{/if}} {{/each}} | 1:1',
    ],
    [
      '{% set y = x | default(3) %}',
      '"{% set y = x | default(3) %}" is Jinja | set it under vars: (y: "{{ default x 3 }}"), or write {{#with (default x 3) as |y|}} … {{/with}} | 1:1',
    ],
    ['{% macro m(x) %}', '"{% macro m(x) %}" is Jinja | macros are not available | 1:1'],
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
      '"{%- for i in list %}" is Jinja | write {{#each list as |i|}} … {{/each}} | 2:1',
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
    ["name.startswith('a')", `cannot read the expression at "(" | write name is match('a') | 1:16`],
    ["name.endswith('a')", `cannot read the expression at "(" | write name is search('a$') | 1:14`],
    ["a.get('b') == 1", `cannot read the expression at "(" | write (a.b | default('')) == 1 | 1:6`],
    ["'x' in name.lower()", `cannot read the expression at "(" | write 'x' in (name | lower) | 1:18`],
    ['1 if x', 'the expression ends too early | write "a if condition else b" | 1:7'],
    ['name.split()', 'cannot read the expression at "(" | write name | split | 1:11'],
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
