import Handlebars from 'handlebars';
import { expect, test } from 'vitest';
import { renderText } from '../../src/template/index.ts';
import { scopeOf } from './values.ts';

const values = {
  name: 'reg',
  port: 443,
  on: true,
  off: false,
  none: null,
  empty: [],
  list: ['a', 'b', 'c'],
  nodes: [
    { name: 'n1', ips: ['1', '2'] },
    { name: 'n2', ips: [] },
  ],
  map: { k1: 'v1', k2: 'v2' },
};

/** What Handlebars itself makes of these must be what we make of them, byte for byte. */
const templates = [
  'plain text',
  '{{name}}:{{port}}',
  '{{{name}}}{{&name}}',
  '{{map.k1}} {{map.[k2]}} {{list.[1]}}',
  '<b>{{name}}</b>',
  'a{{! comment }}b{{!-- {{name}} --}}c',
  '{{#if on}}1{{/if}}{{#if off}}2{{else}}3{{/if}}{{#if empty}}4{{/if}}{{#if none}}5{{/if}}',
  '{{#unless off}}1{{else}}2{{/unless}}',
  '{{#if off}}1{{else if on}}2{{else}}3{{/if}}',
  '{{#each list}}{{this}}{{@index}}{{@first}}{{@last}}{{/each}}',
  '{{#each nodes}}{{name}}:{{#each ips}}{{this}}{{../name}}{{/each}};{{/each}}',
  '{{#each nodes as |node index|}}{{index}}{{node.name}}{{/each}}',
  '{{#each map}}{{@key}}={{this}} {{/each}}',
  '{{#each empty}}x{{else}}y{{/each}}',
  '{{#with map}}{{k1}}{{/with}}{{#with none}}x{{else}}y{{/with}}',
  '{{#with map as |m|}}{{m.k2}}{{/with}}',
  '{{#each nodes}}{{@root.name}}{{/each}}',
  'line\n{{#if on}}\n  inner\n{{/if}}\nlast\n',
  'line\n  {{#each list}}\n  - {{this}}\n  {{/each}}\nlast\n',
  'a\n{{! alone on its line }}\nb\n',
  'x  {{~name~}}  y',
  'x {{~#if on~}} y {{~/if~}} z',
  '\\{{name}} and {{name}}',
  '\\\\{{name}}',
  '{{#each nodes}}{{#if @first}}first{{else}}later{{/if}}{{/each}}',
  'tabs\t{{name}}\r\nend\r\n',
];

test.each(templates)('%j', (template) => {
  const theirs = Handlebars.compile(template, { noEscape: true })(values);
  expect(renderText(template, scopeOf({}, values))).toBe(theirs);
});
