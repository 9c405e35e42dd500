import { builtinModules, createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const namespace = 'lean-package';
const require = createRequire(import.meta.url);

/**
 * Packages as the program uses them, for the bundle: parts that nobody calls are left out, parts that hardly anybody
 * needs are run when they are needed. Each costs some milliseconds of every start otherwise.
 */
const packages: Readonly<Record<string, string>> = {
  // The help is plain ASCII: counting its columns needs none of Unicode's tables.
  'string-width': 'export default (text) => text.length;',
  // Neither the server nor the key generator, nor agents for HTTP (which load all of TLS).
  ssh2: `
    const { BaseAgent, createAgent } = require('ssh2/lib/agent.js');
    const { parseKey } = require('ssh2/lib/protocol/keyParser.js');
    module.exports = { Client: require('ssh2/lib/client.js'), BaseAgent, createAgent, utils: { parseKey } };`,
  // Templates are parsed by it, and evaluated by our own code.
  handlebars: `
    import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
    export default { parse };`,
  // The schemas of modules are compiled already: only what a role or a test says needs it.
  ajv: `export class Ajv { constructor(options) { return new (require('ajv/dist/ajv.js').Ajv)(options); } }`,
};

/** Parts of Node that most runs do without, and that our own code asks for by name only when it uses them. */
const builtins = ['child_process', 'http', 'tls', 'zlib', 'readline'];

/** @param root folder in which the packages are found */
export function leanPackages(root: string): Plugin {
  return {
    name: 'lean packages',
    setup({ onLoad, onResolve }) {
      for (const name of Object.keys(packages)) {
        onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace }));
      }
      onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: packages[path] ?? '',
        resolveDir: root,
      }));
      onResolve({ filter: new RegExp(`^node:(${builtins.join('|')})$`) }, ({ path, kind, importer }) =>
        // What a package destructures at once would be loaded at once anyway.
        kind === 'import-statement' && !importer.includes('node_modules')
          ? { path: path.slice('node:'.length), namespace: 'lazy-builtin' }
          : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({ contents: lazyBuiltin(path) }));
    },
  };
}

/** A module of Node that is loaded when the first of its names is used. */
function lazyBuiltin(name: string): string {
  if (!builtinModules.includes(name)) throw new Error(`Node has no module ${name}`);
  const names = Object.keys(require(`node:${name}`) as object).filter((key) => /^\w+$/.test(key));
  const getters = names.map((key) => `get ${key}() { return require('node:${name}').${key}; },`);
  return `module.exports = {\n${getters.join('\n')}\n};`;
}
