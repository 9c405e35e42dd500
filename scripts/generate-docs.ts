import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modules } from '../modules/index.ts';
import { moduleDocs } from '../src/docs/module-docs.ts';

const folder = new URL('../docs/modules', import.meta.url).pathname;
const check = process.argv.includes('--check');
const unique = [...new Set(modules.values())].sort((a, b) => (a.name < b.name ? -1 : 1));
const index = `# Modules\n\n${unique.map((module) => `- [${module.name}](${module.name}.md): ${module.summary}\n`).join('')}`;
const pages = new Map([
  ['README.md', index],
  ...unique.map((module) => [`${module.name}.md`, moduleDocs(module)] as const),
]);

mkdirSync(folder, { recursive: true });
const stale = [...pages].filter(
  ([name, text]) => !existsSync(join(folder, name)) || readFileSync(join(folder, name), 'utf8') !== text,
);
const extra = readdirSync(folder).filter((name) => !pages.has(name));
if (check) {
  const names = [...stale.map(([name]) => name), ...extra];
  if (names.length > 0) {
    process.stderr.write(
      `docs/modules is not what the declarations say: ${names.join(', ')}. Run: npm run docs\n`,
    );
    process.exitCode = 1;
  }
} else {
  for (const [name, text] of stale) writeFileSync(join(folder, name), text);
  for (const name of extra) rmSync(join(folder, name));
  process.stdout.write(`${stale.length} pages written, ${extra.length} removed, ${pages.size} in all\n`);
}
