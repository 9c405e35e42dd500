#!/usr/bin/env node
'use strict';

const { loadProgram } = require('./program.js');

// A reader that has gone (`mooring doc --list | head -1`) ends the output, never the run.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

void run(process.argv.slice(2));

async function run(words) {
  const program = loadProgram();
  if (!program) {
    process.stderr.write('mooring: not built yet: run `npm run build` in its folder first\n');
    process.exit(250);
  }
  await program.main(words);
  if (words[0] === 'run') program.keep();
  await Promise.all([process.stdout, process.stderr].map(drained));
  // Whatever still holds the event loop (an agent's socket, a timer) has nothing left to do.
  process.exit();
}

/** Settles once all that was written has reached the reader, however slow, or the reader is gone. */
function drained(stream) {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}
