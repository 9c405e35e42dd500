/**
 * `npm run build [FOLDER]`: makes one file of src/ and modules/ and what they need of node_modules, and has V8's
 * compiled form of it written beside it.
 *
 * FOLDER, by default the project's, gets dist/; it must have bin/ and package.json.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { modules } from '../modules/index.ts';
import { compiledSchemas } from './compiled-schemas.ts';
import { lazyModules } from './lazy-modules.ts';
import { leanPackages } from './lean-packages.ts';
import { warmUp } from './warm-up.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? root);

/** ssh2's native part cannot be bundled; it is optional, and found in node_modules. */
const nativeParts: Plugin = {
  name: 'native parts',
  setup({ onResolve }) {
    const path = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';
    onResolve({ filter: /sshcrypto\.node$/ }, () => ({ path, external: true }));
  },
};

const schemas = [...new Set(modules.values())].map((module) => module.paramsSchema);

const { outputFiles } = await build({
  entryPoints: [join(root, 'src/cli/main.ts')],
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  mainFields: ['module', 'main'],
  define: { 'import.meta.url': 'bundleUrl' },
  // One expression, as bin/program.js runs it: putting it together there would copy all of it at each start.
  banner: {
    js:
      '(function (exports, require, module, __filename, __dirname) {\n' +
      "const bundleUrl = require('node:url').pathToFileURL(__filename).href;",
  },
  footer: { js: '})' },
  plugins: [nativeParts, leanPackages(root), compiledSchemas(schemas, root), lazyModules(modules)],
  logLevel: 'warning',
});
const code = outputFiles[0]?.text ?? '';
const dist = join(folder, 'dist');
mkdirSync(dist, { recursive: true });
removeOld();
const name = createHash('sha256').update(code).digest('hex').slice(0, 16);
const temporary = join(dist, `new.${process.pid}`);
writeFileSync(temporary, `// build ${name}\n${code}`);
renameSync(temporary, join(dist, 'mooring.cjs'));
await warmUp(folder);

function removeOld(): void {
  for (const entry of readdirSync(dist)) {
    if (entry !== 'mooring.cjs') rmSync(join(dist, entry), { recursive: true });
  }
}
