import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { modules } from '../../modules/index.ts';
import { lazyModules } from '../../scripts/lazy-modules.ts';
import type { Module } from '../../src/module/index.ts';

const require = createRequire(import.meta.url);

/** The modules as they are in the bundle. */
async function bundled(): Promise<ReadonlyMap<string, Module>> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../modules/index.ts', import.meta.url))],
    ...{ bundle: true, write: false, platform: 'node', format: 'cjs', logLevel: 'error' },
    packages: 'external',
    plugins: [lazyModules(modules)],
  });
  const module = { exports: {} as { modules: ReadonlyMap<string, Module> } };
  new Function('module', 'exports', 'require', outputFiles[0]?.text ?? '')(module, module.exports, require);
  return module.exports.modules;
}

describe('the modules of the bundle', () => {
  let lazy: ReadonlyMap<string, Module>;
  beforeAll(async () => {
    lazy = await bundled();
  });

  it('are the same, by the same names in the same order', () => {
    expect([...lazy.keys()]).toEqual([...modules.keys()]);
    for (const [name, { paramsSchema, kind }] of modules) {
      expect([name, lazy.get(name)?.paramsSchema, lazy.get(name)?.kind]).toEqual([name, paramsSchema, kind]);
    }
    expect([...lazy.values()].map(({ name }) => name)).toEqual([...modules.values()].map(({ name }) => name));
    expect([...lazy].map(([name, module]) => [name, module.name])).toEqual(
      [...modules].map(([name, module]) => [name, module.name]),
    );
  });

  it('are made once, whatever they are called', () => {
    for (const module of new Set(modules.values())) {
      for (const alias of module.aliases ?? []) expect(lazy.get(alias)).toBe(lazy.get(module.name));
      expect(lazy.get(module.name)).toBe(lazy.get(module.name));
    }
  });

  it('are told apart from names that nobody has', () => {
    expect([lazy.has('copy'), lazy.has('copie'), lazy.get('copie')]).toEqual([true, false, undefined]);
  });
});

describe('a module that is not where its name says', () => {
  it('fails the build', async () => {
    const [first] = modules.values();
    const other = new Map([['other_name', { ...first, name: 'other_name' } as Module]]);
    const building = build({
      entryPoints: [fileURLToPath(new URL('../../modules/index.ts', import.meta.url))],
      ...{ bundle: true, write: false, platform: 'node', format: 'cjs', logLevel: 'silent' },
      packages: 'external',
      plugins: [lazyModules(other)],
    });
    await expect(building).rejects.toThrow('modules/index.ts does not import otherName from ./other_name.ts');
  });
});
