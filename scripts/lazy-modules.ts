import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import type { Module } from '../src/module/index.ts';

/**
 * Has the bundle make each module when it is first asked for: a playbook uses a few of some fifty, and what is never run
 * is not in V8's code cache either.
 *
 * @param modules every module by each of its names, as modules/index.ts exports them
 */
export function lazyModules(modules: ReadonlyMap<string, Module>): Plugin {
  return {
    name: 'lazy modules',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]modules[/\\]index\.ts$/ }, async ({ path }) => {
        const imports = await readFile(path, 'utf8');
        return { contents: contents(modules, imports), loader: 'ts' };
      });
    },
  };
}

function contents(modules: ReadonlyMap<string, Module>, imports: string): string {
  const entries = [...modules].map(([name, module]) => {
    const [exported, file] = placeOf(module, imports);
    return `[${JSON.stringify(name)}, () => require('${file}').${exported}],`;
  });
  return `${lazyMap}\nexport const modules = new LazyMap([\n${entries.join('\n')}\n]);\n`;
}

/** Files are called as their module is, and export it in camel case. */
function placeOf({ name }: Module, imports: string): readonly [exported: string, file: string] {
  const exported = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const file = `./${name}.ts`;
  if (!imports.includes(`import { ${exported} } from '${file}';`)) {
    throw new Error(`modules/index.ts does not import ${exported} from ${file}`);
  }
  return [exported, file];
}

const lazyMap = `
class LazyMap extends Map {
  #made = new Map();
  get(name) {
    if (!this.#made.has(name)) this.#made.set(name, super.get(name)?.());
    return this.#made.get(name);
  }
  *values() { for (const name of this.keys()) yield this.get(name); }
  *entries() { for (const name of this.keys()) yield [name, this.get(name)]; }
  forEach(action) { for (const [name, module] of this.entries()) action(module, name, this); }
  [Symbol.iterator]() { return this.entries(); }
}`;
