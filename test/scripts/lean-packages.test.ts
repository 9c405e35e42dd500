import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { patched, patches } from '../../scripts/lean-packages.ts';

const files = [...new Set(patches.map(({ file }) => file))];
const textOf = (file: string) => readFileSync(new URL(`../../node_modules/${file}`, import.meta.url), 'utf8');

describe('the statements of packages that the bundle has otherwise', () => {
  test.each(files)('%s has each of them once, and is changed there alone', (file) => {
    const before = textOf(file);
    let after = patched(before, file);
    for (const { from, to } of patches.filter((patch) => patch.file === file)) {
      expect(after).not.toContain(from);
      after = after.replace(to, () => from);
    }
    expect(after).toBe(before);
  });

  test('a version of a package without them fails the build, naming file and statement', () => {
    expect(() => patched('yargs.help();', 'yargs/build/lib/yargs-factory.js')).toThrow(
      'yargs/build/lib/yargs-factory.js should have once: yargs.version();',
    );
  });
});
