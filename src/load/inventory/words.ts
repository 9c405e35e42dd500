/** A word of a line after quotes and escapes are taken off, and where it starts. */
export interface Word {
  readonly text: string;
  readonly offset: number;
}

export interface SplitLine {
  readonly words: readonly Word[];
  /** Offset of a `#` that ends a word it is glued to: what follows it is lost. */
  readonly gluedComment: number | undefined;
}

/**
 * Splits a line the way a POSIX shell does, `#` starting a comment wherever it stands unquoted: so
 * Ansible reads host lines of INI inventories.
 *
 * @returns undefined where a quote is not closed
 */
export function splitLine(line: string): SplitLine | undefined {
  if (!/["'\\#]/.test(line)) return { words: plainWords(line), gluedComment: undefined };
  const words: Word[] = [];
  let word: { text: string; offset: number } | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    if (quote === '' && /\s/.test(character)) {
      if (word) words.push(word);
      word = undefined;
      continue;
    }
    if (quote === '' && character === '#') {
      if (word) words.push(word);
      return { words, gluedComment: word ? at : undefined };
    }
    word ??= { text: '', offset: at };
    if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    else if (character === '\\' && isEscape(quote, line[at + 1])) word.text += line[++at] ?? '';
    else word.text += character;
  }
  if (quote !== '') return undefined;
  if (word) words.push(word);
  return { words, gluedComment: undefined };
}

function plainWords(line: string): Word[] {
  return Array.from(line.matchAll(/\S+/g), (match) => ({ text: match[0], offset: match.index }));
}

/** Outside quotes a backslash keeps any character, in double quotes only `"` and itself. */
function isEscape(quote: string, next: string | undefined): boolean {
  if (quote === '') return next !== undefined;
  return quote === '"' && (next === '"' || next === '\\');
}
