import { expect, test } from 'vitest';
import { helpers } from '../../../src/template/helpers/index.ts';

/** The page of docs/ that lists every helper. */
function helperPage(): string {
  const rows = [...helpers.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, parameters, summary }) => {
      const words = parameters.map((parameter) => parameter.replace(/^\*+/, '').replace(/^(\w+)\?$/, '[$1]'));
      const named = parameters.map((parameter) => parameter.startsWith('*'));
      const shown = words.map((word, index) => (named[index] ? `${word}=…` : word));
      return `| \`${[name, ...shown].join(' ')}\` | ${summary.replaceAll('|', '\\|')} |\n`;
    });
  return `# Helpers

Written \`{{ name a b key=value }}\` in templates, and \`a | name(b, key=value)\` or \`name(a, b)\` in conditions. What stands in
brackets may be left out; \`key=…\` can only be given by name; \`...\` takes any number. Besides these there are \`default\`,
\`defined\`, \`mandatory\`, \`ternary\`, \`expr\` and the helpers for operators, see [templates](templates.md).

| helper | what it gives |
| ------ | ------------- |
${rows.join('')}`;
}

test('docs/helpers.md lists every helper', async () => {
  await expect(helperPage()).toMatchFileSnapshot('../../../docs/helpers.md');
});
