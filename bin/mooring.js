#!/usr/bin/env node
import { existsSync } from 'node:fs';

const entry = new URL('../dist/src/cli/main.js', import.meta.url);
if (!existsSync(entry)) {
  process.stderr.write('mooring: not built yet: run `npm run build` in its folder first\n');
  process.exit(250);
}
// A reader that has gone (`mooring doc --list | head -1`) ends the output, never the run.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const { main } = await import(entry.href);
await main(process.argv.slice(2));
await Promise.all([process.stdout, process.stderr].map(drained));
// Whatever still holds the event loop (an agent's socket, a timer) has nothing left to do.
process.exit();

/** Settles once all that was written has reached the reader, however slow, or the reader is gone. */
function drained(stream) {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}
