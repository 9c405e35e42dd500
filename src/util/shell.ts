/** Quotes one word for a POSIX shell (POSIX.1-2017, 2.2.2 single-quotes). */
export function quoteWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Quotes an argv so that a POSIX shell runs exactly it. */
export function quote(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}
