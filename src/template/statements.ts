import { argumentFor, handlebarsFor } from './spelling.ts';

/**
 * The Handlebars spelling of a Jinja statement.
 *
 * @param keyword `if` of `{% if x %}`
 * @param rest what follows it
 * @returns undefined for a word that is none of Jinja's statements
 * @throws TemplateError for a filter that does not exist
 */
export function statementHint(keyword: string, rest: string): string | undefined {
  switch (keyword) {
    case 'if':
      return `write {{#if ${argument(rest)}}} … {{else}} … {{/if}}`;
    case 'elif':
      return `write {{else if ${argument(rest)}}}`;
    case 'for':
      return loopHint(rest);
    case 'set':
      return setHint(rest);
    default:
      return Object.hasOwn(fixedHints, keyword) ? fixedHints[keyword] : undefined;
  }
}

const fixedHints: Readonly<Record<string, string>> = {
  else: 'write {{else}}',
  endif: 'write {{/if}}',
  endfor: 'write {{/each}}',
  endset: 'write {{/with}}',
  with: 'write {{#with x as |name|}} … {{/with}}',
  endwith: 'write {{/with}}',
  raw: 'write \\{{ or \\{% to keep braces as text, or {{{{raw}}}} … {{{{/raw}}}}',
  endraw: 'write {{{{/raw}}}}',
  include: 'use the template module for each file',
  macro: 'macros are not available',
  endmacro: 'macros are not available',
  call: 'macros are not available',
  block: 'template inheritance is not available',
  endblock: 'template inheritance is not available',
  extends: 'template inheritance is not available',
  import: 'macros are not available',
  from: 'macros are not available',
  filter: 'use helpers: {{ upper x }}',
  endfilter: 'use helpers: {{ upper x }}',
  do: 'templates change nothing; set variables under vars: or with set_fact',
  break: 'choose the items first: {{#each (selectattr list "name" "eq" x)}}',
  continue: 'choose the items first: {{#each (selectattr list "name" "eq" x)}}',
  autoescape: 'nothing is escaped here',
  trans: 'translations are not available',
};

/** `i in list`, `k, v in x.items()`, `i in list if i.on`. */
function loopHint(rest: string): string {
  const [, names = '', source = ''] = /^([\w\s,]+?)\s+in\s+([\s\S]+)$/.exec(rest) ?? [];
  const [name = '', value] = names.split(/\s*,\s*/);
  const [, list = '', condition] = /^([\s\S]*?)(?:\s+if\s+([\s\S]+))?$/.exec(source) ?? [];
  const mapping = /^([\w.]+)(?:\.items\(\)|\s*\|\s*(?:dict2items|items))$/.exec(list)?.[1];
  const body = condition === undefined ? '…' : `{{#if ${argument(condition)}}} … {{/if}}`;
  if (value !== undefined && mapping !== undefined) {
    return `write {{#each ${mapping} as |${value} ${name}|}} ${body} {{/each}}`;
  }
  if (name === '' || value !== undefined) return 'write {{#each list as |item index|}} … {{/each}}';
  return `write {{#each ${argument(list)} as |${name}|}} ${body} {{/each}}`;
}

function setHint(rest: string): string {
  const [, name = 'name', value = 'x'] = /^(\w+)\s*=\s*([\s\S]+)$/.exec(rest) ?? [];
  return `set it under vars: (${name}: "{{ ${handlebarsFor(value) ?? '…'} }}"), or write {{#with ${argument(value)} as |${name}|}} … {{/with}}`;
}

function argument(text: string): string {
  return argumentFor(text) ?? 'x';
}
