import standaloneCode from 'ajv/dist/standalone/index.js';
import { type Plugin, transform } from 'esbuild';
import { createSourceAjv, schemaKey } from '../src/util/schema.ts';

const namespace = 'compiled-schema';

/** JavaScript (CommonJS) whose `module.exports` validates as `compileSchema` does. */
export function validatorCode(schema: object): string {
  const ajv = createSourceAjv();
  return standaloneCode.default(ajv, ajv.compile(schema));
}

/**
 * Puts the validators of schemas into the bundle, each as a file of its own that is run when it is first needed: ajv
 * would take 15 ms for those of a small playbook.
 *
 * @param root folder in which ajv's own runtime is found
 */
export function compiledSchemas(schemas: readonly object[], root: string): Plugin {
  const byKey = new Map(schemas.map((schema) => [schemaKey(schema), schema]));
  const cases = [...byKey.keys()].map((key) => `case '${key}': return require('${namespace}:${key}');`);
  return {
    name: 'compiled schemas',
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /[/\\]util[/\\]compiled-schemas\.ts$/ }, () => ({
        contents: `export function compiledSchema(key) { switch (key) { ${cases.join('\n')} } }`,
        resolveDir: root,
      }));
      onResolve({ filter: new RegExp(`^${namespace}:`) }, ({ path }) => ({
        path: path.slice(namespace.length + 1),
        namespace,
      }));
      onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const { code } = await transform(validatorCode(byKey.get(path) ?? {}), { minify: true });
        return { contents: code, resolveDir: root };
      });
    },
  };
}
