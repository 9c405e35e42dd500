import { readFile } from 'node:fs/promises';
import { builtinModules, createRequire } from 'node:module';
import { constants as zlibConstants } from 'node:zlib';
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
  // Tells ssh2 whether AES is slow here, which hardly matters for commands and small files.
  'cpu-features': 'module.exports = () => undefined;',
  // Templates are parsed by it, and evaluated by our own code.
  handlebars: `
    import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
    export default { parse };`,
  // The schemas of modules are compiled already: only what a role or a test says needs it.
  ajv: `export class Ajv { constructor(options) { return new (require('ajv/dist/ajv.js').Ajv)(options); } }`,
};

interface Patch {
  /** How the path of the file ends. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Single statements of packages that take time in every start and are of use in hardly any. The build fails where
 * another version of the package has something else there.
 */
export const patches: readonly Patch[] = [
  {
    file: 'ssh2/lib/agent.js',
    from: "const { execFile, spawn } = require('child_process');",
    to: "const execFile = (...args) => require('child_process').execFile(...args), spawn = (...args) => require('child_process').spawn(...args);",
  },
  {
    file: 'ssh2/lib/client.js',
    from: "const { lookup: dnsLookup } = require('dns');",
    to: "const dnsLookup = (...args) => require('dns').lookup(...args);",
  },
  // Nobody asks for compression. The class of the handle is found when one is made.
  {
    file: 'ssh2/lib/protocol/zlib.js',
    from: "} = require('zlib');\nconst ZlibHandle = createInflate()._handle.constructor;",
    to: `} = { createInflate: () => require('zlib').createInflate(), constants: ${JSON.stringify(zlibConstants)} };`,
  },
  {
    file: 'ssh2/lib/protocol/zlib.js',
    from: 'new ZlibHandle(mode)',
    to: 'new (createInflate()._handle.constructor)(mode)',
  },
  // Nobody opens an SFTP session: its 3,000 lines are not in the bundle at all.
  {
    file: 'ssh2/lib/client.js',
    from: "const { SFTP } = require('./protocol/SFTP.js');",
    to: 'const SFTP = undefined;',
  },
  {
    file: 'ssh2/lib/utils.js',
    from: "const { SFTP } = require('./protocol/SFTP.js');",
    to: 'const SFTP = undefined;',
  },
  // Only the keys of OpenSSH that have a passphrase.
  {
    file: 'ssh2/lib/protocol/keyParser.js',
    from: "const bcrypt_pbkdf = require('bcrypt-pbkdf').pbkdf;",
    to: "const bcrypt_pbkdf = (...args) => require('bcrypt-pbkdf').pbkdf(...args);",
  },
  // A WebAssembly module with 16 MB of its own, for which each login waits: only where the native one is not there.
  {
    file: 'ssh2/lib/protocol/crypto.js',
    from: 'try {\n        POLY1305_WASM_MODULE = await',
    to: 'try {\n        if (ChaChaPolyCipher) return resolve();\n        POLY1305_WASM_MODULE = await',
  },
  // Each packet is filled up with a few random bytes: taken from those that OpenSSL is asked for at once.
  {
    file: 'ssh2/lib/protocol/crypto.js',
    from: "  createCipheriv, createDecipheriv, createHmac, randomFillSync, timingSafeEqual\n} = require('crypto');",
    to: `  createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual
} = require('crypto');
let randomPool = randomBytes(0);
function randomFillSync(packet, start, length) {
  if (randomPool.length < length) randomPool = randomBytes(4096);
  randomPool.copy(packet, start, 0, length);
  randomPool = randomPool.subarray(length);
}`,
  },
  // OpenSSL 3 looks for a reader or writer of DER for each key, which takes longer than what is done with it; a JSON Web
  // Key (RFC 8037) has the bare bytes.
  {
    file: 'ssh2/lib/protocol/kex.js',
    from: `const key = this._keys.publicKey.export({ type: 'spki', format: 'der' });
      return key.slice(-32); // HACK: avoids parsing DER/BER header`,
    to: "return Buffer.from(this._keys.publicKey.export({ format: 'jwk' }).x, 'base64url');",
  },
  {
    file: 'ssh2/lib/protocol/kex.js',
    from: `            key: asnWriter.buffer,
            type: 'spki',
            format: 'der',`,
    to: `            key: { kty: 'OKP', crv: 'X25519', x: otherPublicKey.toString('base64url') },
            format: 'jwk',`,
  },
  {
    file: 'ssh2/lib/protocol/keyParser.js',
    from: 'return verify_(algo, data, pem, signature);',
    to: `return verify_(algo, data, this.type === 'ssh-ed25519' ? require('crypto').createPublicKey({
            key: { kty: 'OKP', crv: 'Ed25519', x: this.getPublicSSH().toString('base64url', 19) },
            format: 'jwk',
          }) : pem, signature);`,
  },
  // Every Node that we run on signs with Ed25519, unless its OpenSSL is held to FIPS 140.
  {
    file: 'ssh2/lib/protocol/constants.js',
    from: 'const eddsaSupported = (() => {',
    to: 'const eddsaSupported = crypto.getFips() === 0 || (() => {',
  },
  // It looks for a package.json in all folders above, and throws and catches an error with a stack trace where there
  // is none; src/cli says the version itself.
  { file: 'yargs/build/lib/yargs-factory.js', from: 'yargs.version();', to: 'void yargs;' },
];

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
      for (const file of new Set(patches.map((patch) => patch.file))) {
        onLoad({ filter: new RegExp(`/${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => ({
          contents: patched(await readFile(path, 'utf8'), file),
          loader: 'js',
        }));
      }
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

/** @throws Error where the text of a patch is not in the file exactly once */
export function patched(text: string, file: string): string {
  return patches
    .filter((patch) => patch.file === file)
    .reduce((before, { from, to }) => {
      const [start, end, more] = before.split(from);
      if (start === undefined || end === undefined || more !== undefined) {
        throw new Error(`lean-packages.ts: ${file} should have once: ${from}`);
      }
      return `${start}${to}${end}`;
    }, text);
}

/** A module of Node that is loaded when the first of its names is used. */
function lazyBuiltin(name: string): string {
  if (!builtinModules.includes(name)) throw new Error(`Node has no module ${name}`);
  const names = Object.keys(require(`node:${name}`) as object).filter((key) => /^\w+$/.test(key));
  const getters = names.map((key) => `get ${key}() { return require('node:${name}').${key}; },`);
  return `module.exports = {\n${getters.join('\n')}\n};`;
}
