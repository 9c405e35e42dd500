/** So many characters wait for the end of the turn at most. */
const mostHeld = 16_384;

let held = '';
let isPlanned = false;

/**
 * Writes to standard output, at the end of this turn of the event loop and with all that is written until then: a
 * converged play of many hosts is hundreds of lines in one turn, and each write costs as much as a task of it.
 */
export function writeBatched(text: string): void {
  held += text;
  if (held.length >= mostHeld) {
    flushStdout();
  } else if (!isPlanned) {
    isPlanned = true;
    setImmediate(flushStdout);
    process.once('exit', flushStdout);
  }
}

/** Writes what is held now: before anything else is written to the terminal. */
export function flushStdout(): void {
  if (isPlanned) process.off('exit', flushStdout);
  isPlanned = false;
  if (held === '') return;
  const text = held;
  held = '';
  process.stdout.write(text);
}
