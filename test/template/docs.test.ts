import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expressionFaults, templateFaults } from '../../src/template/index.ts';

const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8');

test('every template that docs/templates.md recommends is valid', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `{{'));
  const recommended = rows.flatMap((row) => row.split(/(?<!\\)\|/)[2]?.match(/`[^`]+`/g) ?? []);
  const yaml = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(
    ([, text = '']) => text.match(/"\{\{.*\}\}.*"/g) ?? [],
  );
  const snippets = [...recommended, ...yaml]
    .map((text) => text.slice(1, -1))
    .filter((text) => !text.includes('…'));
  expect(snippets.length).toBeGreaterThan(8);
  for (const text of snippets) expect(templateFaults(text), text).toEqual([]);
});

test('every condition it shows is valid', () => {
  const block = /```yaml\n(when:[\s\S]*?)```/.exec(page)?.[1] ?? '';
  const conditions = block
    .split('\n')
    .map((line) => line.replace(/^(?:\s*- |\w+:)\s*/, '').replace(/^"(.*)"$/, '$1'))
    .filter((line) => line !== '');
  expect(conditions).toHaveLength(4);
  for (const text of conditions) expect(expressionFaults(text), text).toEqual([]);
});
