/**
 * Loads the bundle that `npm run build` makes. What V8 compiled of it is kept beside it, one file for each build and
 * version of Node: with it the program starts in a third of the time.
 */
'use strict';

const { closeSync, fstatSync, openSync, readSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// What Node has compiled of its own parts is good for V8's flags at its start only. So those that nearly every command
// needs are loaded before others are set: afterwards they would take five times as long.
for (const part of [
  'assert',
  'crypto',
  'events',
  'fs/promises',
  'net',
  'os',
  'perf_hooks',
  'stream',
  'timers/promises',
  'url',
  'util',
]) {
  require(`node:${part}`);
}

// A run mostly ends before it is worth while to have V8 optimize what it runs through, which takes a quarter of its CPU
// time and a core that the hosts' answers wait for: only what is really hot is optimized (default 67584). What was
// compiled under other flags V8 refuses, so this stands before all that loads or saves it.
setFlagsFromString('--interrupt-budget=1000000');
// The space for what is new grows in one step to what a run needs, not in five with a collection each: a seventh of the
// CPU time of a run on one host.
setFlagsFromString('--semi-space-growth-factor=16');
// What is old is looked through when there is as much of it as V8 allows, not well before: a run mostly ends before that.
setFlagsFromString('--incremental-marking-hard-trigger=100');
setFlagsFromString('--incremental-marking-soft-trigger=100');

const folder = join(__dirname, '../dist');
const bundle = join(folder, 'mooring.cjs');

/**
 * @returns `main` of src/cli/main.ts, and `keep` to call at the end of a run; undefined where nothing is built
 */
exports.loadProgram = () => {
  const bytes = readOrNothing(bundle);
  if (bytes === undefined) return undefined;
  const source = bytes.latin1Slice();
  // Its first line names the build: what was compiled of another one is never taken for this one's.
  const build = /^\/\/ build (\w+)\n/.exec(source)?.[1];
  const cache = join(folder, `mooring.${build}.${process.version}-${process.arch}.cache`);
  const cachedData = readOrNothing(cache, bytes);
  const script = new Script(source, { filename: bundle, ...(cachedData ? { cachedData } : {}) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, dirname(bundle));
  // One that V8 refused is left alone: this process has other flags than the one that wrote it.
  return { main: module.exports.main, keep: () => cachedData ?? save(cache, script.createCachedData()) };
};

/** What is in a file, in the memory of what was read before where that is enough: fresh memory costs more than reading. */
function readOrNothing(path, memory = Buffer.alloc(0)) {
  let file;
  try {
    file = openSync(path);
    const { size } = fstatSync(file);
    const bytes = memory.length < size ? Buffer.allocUnsafeSlow(size) : memory.subarray(0, size);
    return readSync(file, bytes) === size ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whole or not at all; where the folder belongs to somebody else, it is done without. */
function save(path, data) {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, data);
    renameSync(temporary, path);
  } catch {
    return undefined;
  }
  return data;
}
