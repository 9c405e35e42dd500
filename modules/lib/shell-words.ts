import { ParamsError } from '../../src/module/index.ts';

/**
 * Splits a line into words by the quoting rules of a POSIX shell (POSIX.1-2017, 2.2). Nothing is
 * expanded: `$HOME`, `*` and `~` stay as they are written.
 *
 * @param line e.g. `/bin/echo 'two words' \# three`
 * @returns the words, quotes removed
 * @throws ParamsError where a quote is not closed or the line ends in a backslash
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < line.length; ) {
    const part = nextPart(line, index);
    index = part.end;
    if (part.separator) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + part.text;
    }
  }
  return word === undefined ? words : [...words, word];
}

interface Part {
  readonly separator: boolean;
  readonly text: string;
  readonly end: number;
}

function nextPart(line: string, index: number): Part {
  const char = line.charAt(index);
  if (/\s/.test(char)) return { separator: true, text: '', end: index + 1 };
  if (char === "'") return singleQuoted(line, index);
  if (char === '"') return doubleQuoted(line, index);
  if (char !== '\\') return { separator: false, ...plainText(line, index) };
  if (index + 1 >= line.length) throw new ParamsError(`"${line}" ends in a backslash`);
  const escaped = line.charAt(index + 1);
  return { separator: false, text: escaped === '\n' ? '' : escaped, end: index + 2 };
}

/** Up to what has a meaning: most lines are little else. */
function plainText(line: string, start: number): { text: string; end: number } {
  plain.lastIndex = start;
  const text = plain.exec(line)?.[0] ?? line.charAt(start);
  return { text, end: start + text.length };
}

const plain = /[^\s'"\\]+/y;

function singleQuoted(line: string, start: number): Part {
  const close = line.indexOf("'", start + 1);
  if (close < 0) throw unclosed(line, "'");
  return { separator: false, text: line.slice(start + 1, close), end: close + 1 };
}

function doubleQuoted(line: string, start: number): Part {
  let text = '';
  for (let index = start + 1; index < line.length; index++) {
    const char = line.charAt(index);
    if (char === '"') return { separator: false, text, end: index + 1 };
    const next = line.charAt(index + 1);
    if (char === '\\' && next !== '' && '$`"\\\n'.includes(next)) {
      text += next === '\n' ? '' : next;
      index += 1;
    } else {
      text += char;
    }
  }
  throw unclosed(line, '"');
}

function unclosed(line: string, quote: string): ParamsError {
  return new ParamsError(`a quote (${quote}) in "${line}" is not closed`);
}
