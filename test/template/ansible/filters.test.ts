import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TemplateError } from '../../../src/model/errors.ts';
import { evaluate, render } from '../../../src/template/index.ts';
import { handlebarsFor } from '../../../src/template/spelling.ts';
import { scopeOf } from '../values.ts';
import { filterCases, reasons, variables } from './cases.ts';
import { type Answer, readAnswers } from './recorded.ts';

const answers = readAnswers();
const scope = scopeOf(variables);

describe('filters, tests and operators answer as Ansible was recorded to', () => {
  test.each(filterCases.filter(({ differs }) => !differs))('$expression', ({ expression }) => {
    expect(ask(() => evaluate(expression, scope))).toEqual(answers[expression]);
  });
});

describe('where they differ on purpose, they still do', () => {
  test.each(filterCases.filter(({ differs }) => differs))('$expression', ({ expression, differs }) => {
    expect(
      ask(() => evaluate(expression, scope)),
      differs,
    ).not.toEqual(answers[expression]);
  });

  test('docs/templates.md gives each reason', () => {
    const page = readFileSync(new URL('../../../docs/templates.md', import.meta.url), 'utf8').replaceAll(
      /\s+/g,
      ' ',
    );
    for (const reason of Object.values(reasons)) expect(page).toContain(reason);
  });

  test('each reason has a case', () => {
    const used = new Set(filterCases.map(({ differs }) => differs));
    expect(Object.keys(reasons).filter((name) => !used.has(name as keyof typeof reasons))).toEqual([]);
  });
});

describe('the Handlebars spelling of an expression gives the same', () => {
  test.each(filterCases)('$expression', ({ expression, differs }) => {
    const spelled = ask(() => handlebarsFor(expression) ?? null);
    if ('error' in spelled || spelled.value === null || differs === 'methods') {
      expect(ask(() => evaluate(expression, scope))).toEqual({ error: true });
      return;
    }
    const rendered = ask(() => render(`{{ ${spelled.value} }}`, scope));
    expect(rendered, String(spelled.value)).toEqual(ask(() => evaluate(expression, scope)));
  });
});

function ask(work: () => unknown): Answer {
  try {
    return { value: JSON.parse(JSON.stringify(work())) };
  } catch (error) {
    if (error instanceof TemplateError) return { error: true };
    throw error;
  }
}
