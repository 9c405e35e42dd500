import { describe, expect, test } from 'vitest';
import { isUnknown, type Value } from '../../src/model/value.ts';
import { isOmit, render, renderText } from '../../src/template/index.ts';
import { errorOf, scopeOf, unknown } from './values.ts';

const scope = scopeOf(
  {
    port: 8443,
    enabled: true,
    nothing: null,
    host: 'reg.example.org',
    url: 'https://{{ host }}:{{ port }}',
    nodes: [
      { name: 'n1', ip: '10.0.0.1' },
      { name: 'n2', ip: '10.0.0.2' },
    ],
    harbor: { data: { volume: '/data' }, 'with-dash': 1 },
    version: '1.5.4',
    lower: 'variable wins',
    empty: [],
    zero: 0,
  },
  { simulated: unknown, half: { rc: unknown, changed: true }, evil: '{{ host }}', '0': 'digit' },
);

describe('a lone expression keeps its type', () => {
  const cases: [string, Value][] = [
    ['{{ port }}', 8443],
    ['{{port}}', 8443],
    ['{{{ port }}}', 8443],
    ['{{ enabled }}', true],
    ['{{ nothing }}', null],
    [
      '{{ nodes }}',
      [
        { name: 'n1', ip: '10.0.0.1' },
        { name: 'n2', ip: '10.0.0.2' },
      ],
    ],
    ['{{ nodes.[1].ip }}', '10.0.0.2'],
    ['{{ nodes.1.ip }}', '10.0.0.2'],
    ['{{ nodes.length }}', 2],
    ['{{ harbor.data.volume }}', '/data'],
    ['{{ harbor.[with-dash] }}', 1],
    ['{{ lookup harbor "with-dash" }}', 1],
    ['{{ upper host }}', 'REG.EXAMPLE.ORG'],
    ['{{ length nodes }}', 2],
    ['{{ upper (default missing "x") }}', 'X'],
    ['{{ lower }}', 'variable wins'],
    ['{{ version }}', '1.5.4'],
    ['{{ "text" }}', 'text'],
    ["{{ '{{ .State }}' }}", '{{ .State }}'],
    ['{{ expr "port + 1" }}', 8444],
    ["{{ expr \"nodes | map(attribute='ip') | join(',')\" }}", '10.0.0.1,10.0.0.2'],
    ['{{ add port 1 }}', 8444],
    ['{{ ternary enabled "on" "off" }}', 'on'],
    ['{{ ternary enabled "on" missing }}', 'on'],
    ['{{ evil }}', '{{ host }}'],
    [' {{ port }}', ' 8443'],
    ['plain', 'plain'],
  ];
  test.each(cases)('%s', (template, expected) => {
    expect(render(template, scope)).toEqual(expected);
  });
});

describe('text with something in it', () => {
  const cases: [string, string][] = [
    ['{{ url }}/v2', 'https://reg.example.org:8443/v2'],
    ['[{{ nothing }}]', '[]'],
    ['a {{ enabled }} b', 'a true b'],
    ['nodes: {{ empty }}', 'nodes: []'],
    ['first: {{ first nodes }}', 'first: {"name": "n1", "ip": "10.0.0.1"}'],
    ['\\{{.State}} {{ port }}', '{{.State}} 8443'],
    ['{{! a note }}x', 'x'],
    ['{{#if enabled}}yes{{else}}no{{/if}}', 'yes'],
    ['{{#if zero}}yes{{else}}no{{/if}}', 'no'],
    ['{{#if zero includeZero=true}}yes{{else}}no{{/if}}', 'yes'],
    ['{{#if (eq version "1.5.4")}}yes{{/if}}', 'yes'],
    ['{{#if (and enabled (gt port 8000))}}yes{{/if}}', 'yes'],
    ['{{#if (not enabled)}}yes{{else if (lt port 1)}}two{{else}}three{{/if}}', 'three'],
    ['{{#if (defined missing)}}yes{{else}}no{{/if}}', 'no'],
    ['{{#if (default missing false)}}yes{{else}}no{{/if}}', 'no'],
    ['{{#unless enabled}}a{{else}}b{{/unless}}', 'b'],
    ['{{#each nodes}}{{name}}={{ip}};{{/each}}', 'n1=10.0.0.1;n2=10.0.0.2;'],
    ['{{#each nodes}}{{@index}}{{#unless @last}},{{/unless}}{{/each}}', '0,1'],
    ['{{#each nodes as |node i|}}{{i}}{{node.name}} {{port}} {{/each}}', '0n1 8443 1n2 8443 '],
    ['{{#each empty}}a{{else}}none{{/each}}', 'none'],
    ['{{#each nothing}}a{{else}}none{{/each}}', 'none'],
    ['{{#each harbor}}{{@key}},{{/each}}', 'data,with-dash,'],
    ['{{#each nodes}}{{#each ../nodes}}{{../name}}{{name}} {{/each}}{{/each}}', 'n1n1 n1n2 n2n1 n2n2 '],
    ['{{#each nodes}}{{@root.host}} {{/each}}', 'reg.example.org reg.example.org '],
    ['{{#each nodes}}{{this.name}}{{/each}}', 'n1n2'],
    ['{{#each nodes}}{{#each ../nodes}}{{@../index}}{{@index}} {{/each}}{{/each}}', '00 01 10 11 '],
    ['{{#with harbor.data}}{{volume}} {{port}}{{/with}}', '/data 8443'],
    ['{{#with nothing}}a{{else}}b{{/with}}', 'b'],
    ['{{#with (first nodes) as |node|}}{{node.ip}}{{/with}}', '10.0.0.1'],
    ['{{{{raw}}}}{{ .Go }} {{ x | y }}{{{{/raw}}}}', '{{ .Go }} {{ x | y }}'],
    ['a\n{{#if enabled}}\nb\n{{/if}}\nc\n', 'a\nb\nc\n'],
    ['a  {{~ port ~}}  b', 'a8443b'],
    ['<{{ "&<>" }}>', '<&<>>'],
  ];
  test.each(cases)('%j', (template, expected) => {
    expect(render(template, scope)).toBe(expected);
    expect(renderText(template, scope)).toBe(expected);
  });
});

describe('unknown values', () => {
  test.each([
    '{{ simulated }}',
    'a {{ simulated }} b',
    '{{ simulated.deep.[0] }}',
    '{{ half.rc }}',
    'rc={{ half.rc }}',
    'all: {{ half }}',
    '{{ upper simulated }}',
    '{{ to_json half }}',
    '{{ default simulated 1 }}',
    '{{ nodes.[0].[simulated] }}x{{ simulated }}',
    '{{ lookup harbor simulated }}',
    '{{#if simulated}}a{{/if}}',
    '{{#each simulated}}a{{/each}}',
    '{{#if enabled}}{{ simulated }}{{/if}}',
    '{{ ternary simulated 1 2 }}',
    '{{ selectattr nodes "ip" "equalto" simulated }}',
  ])('%s is unknown', (template) => {
    // `nodes.[0].[simulated]` is a literal key: only the second part makes that text unknown.
    const known = template.replace('{{ nodes.[0].[simulated] }}', '');
    expect(isUnknown(render(known, scope))).toBe(true);
  });

  test('what an untaken branch holds does not matter', () => {
    expect(render('{{#if enabled}}a{{else}}{{ simulated }}{{ missing }}{{/if}}', scope)).toBe('a');
  });

  test('known parts of a partly unknown mapping stay known', () => {
    expect(render('{{ half.changed }}', scope)).toBe(true);
    expect(render('{{ length half }}', scope)).toBe(2);
  });

  test('a mapping keeps its unknown entries', () => {
    const rendered = render({ a: '{{ half.rc }}', b: '{{ port }}' }, scope);
    expect(rendered).toEqual({ a: unknown, b: 8443 });
  });
});

describe('omit', () => {
  test('drops keys and items', () => {
    const value = { mode: '{{ default missing omit }}', list: ['{{ omit }}', 1], deep: { a: '{{ omit }}' } };
    expect(render(value, scope)).toEqual({ list: [1], deep: {} });
  });

  test('a lone omit stays recognisable for the caller', () => {
    expect(isOmit(render('{{ default missing omit }}', scope))).toBe(true);
    expect(isOmit({ __omit__: true })).toBe(false);
  });

  test('inside text it is an error', () => {
    expect(errorOf(() => render('a {{ omit }}', scope))).toBe(
      '"omit" can only stand alone, not inside text | 1:6',
    );
  });
});

describe('errors', () => {
  const cases: [string, string][] = [
    ['{{ hots }}', '"hots" is not defined | did you mean "host"? | 1:4'],
    ['a {{ harbor.dta }}', '"harbor.dta" is not defined: "harbor" has no "dta" | did you mean "data"? | 1:6'],
    ['x\n  {{ upper hots }}', '"hots" is not defined | did you mean "host"? | 2:12'],
    ['{{ upper }}', '"upper" is not defined | 1:4'],
    ['{{ uper host }}', 'there is no helper "uper" | did you mean "upper"? | 1:4'],
    ['{{ join }} {{ join port }}', '"join" is not defined | 1:4'],
    ['{{ join port "," }}', '"join" needs a list, not a number | 1:4'],
    ['{{ join nodes "," "ip" "x" }}', '"join" takes at most 3 arguments: list, separator, attribute | 1:4'],
    ['{{ join nodes atribute="ip" }}', '"join" has no argument "atribute" | did you mean "attribute"? | 1:4'],
    ['{{ replace host "a" }}', '"replace" needs the argument "new" | 1:4'],
    ['{{#if hots}}a{{/if}}', '"hots" is not defined | did you mean "host"? | 1:7'],
    ['{{#eahc nodes}}a{{/eahc}}', 'there is no block "#eahc" | did you mean {{#each}}? | 1:1'],
    ['{{#each port}}a{{/each}}', '"#each" needs a list or a mapping, not a number | 1:9'],
    ['{{#if}}a{{/if}}', '"#if" takes 1 argument | 1:1'],
    ['{{#each nodes}}{{nmae}}{{/each}}', '"nmae" is not defined | did you mean "name"? | 1:18'],
    ['{{> part }}', 'partials ({{> …}}) are not available here | 1:1'],
    ['{{ mandatory missing "set the host" }}', 'set the host | 1:4'],
    ['{{ mandatory missing }}', 'a mandatory variable is not defined | 1:4'],
    ['{{ expr port }}', '"expr" takes one expression as literal text, e.g. {{ expr "a + 1" }} | 1:1'],
    ['{{ expr "port +" }}', 'the expression ends too early | 1:16'],
    ['{{ expr "1 / zero" }}', 'division by zero | 1:12'],
    [
      '{{ this }}',
      '"this" means the item of a block, and there is none around it | write \\{{ to keep braces as text | 1:4',
    ],
    ['{{ eq port }}', '"eq" takes at least 2 arguments | 1:4'],
  ];
  test.each(cases)('%s', (template, expected) => {
    expect(errorOf(() => render(template, scope))).toBe(expected);
  });

  test('names inside a block are looked for in the item and around it', () => {
    expect(errorOf(() => render('{{#with harbor}}{{ volume }}{{/with}}', scope))).toContain(
      '"volume" is not defined',
    );
  });

  test('what JavaScript adds to values is not seen', () => {
    for (const path of [
      'host.constructor',
      'nodes.map',
      'harbor.toString',
      'port.toFixed',
      'harbor.__proto__',
    ]) {
      expect(
        errorOf(() => render(`{{ ${path} }}`, scope)),
        path,
      ).toContain('is not defined');
    }
  });
});
