/** One `key=value` of a line, or a bare word; `offset` is where the value starts in the text. */
export interface KeyValueToken {
  readonly key: string | undefined;
  readonly value: string;
  readonly offset: number;
}

/**
 * Splits text such as `name=nginx state="present"` into its parts. Quotes and `{{ … }}` keep spaces
 * together; quotes around a whole value are taken off.
 *
 * @returns the tokens, or undefined where a quote or `{{` is not closed
 */
export function splitKeyValues(text: string): KeyValueToken[] | undefined {
  const words = splitWords(text);
  return words?.map(({ word, offset }) => {
    const match = /^([A-Za-z_][\w.-]*)=(.*)$/s.exec(word);
    if (!match) return { key: undefined, value: unquote(word), offset };
    const [, key = '', value = ''] = match;
    const quoted = unquote(value) === value ? 0 : 1;
    return { key, value: unquote(value), offset: offset + key.length + 1 + quoted };
  });
}

interface Word {
  readonly word: string;
  readonly offset: number;
}

function splitWords(text: string): Word[] | undefined {
  const words: Word[] = [];
  let start = -1;
  let quote = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (start === -1 && /\s/.test(character)) continue;
    if (start === -1) start = at;
    if (character === '\\' && quote !== "'" && depth === 0) at++;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (text.startsWith('{{', at)) depth++;
    else if (text.startsWith('}}', at) && depth > 0) depth--;
    else if (depth === 0 && (character === '"' || character === "'")) quote = character;
    else if (depth === 0 && /\s/.test(character)) {
      words.push({ word: text.slice(start, at), offset: start });
      start = -1;
    }
  }
  if (quote !== '' || depth > 0) return undefined;
  if (start !== -1) words.push({ word: text.slice(start), offset: start });
  return words;
}

function unquote(word: string): string {
  const first = word[0];
  if (word.length < 2 || (first !== '"' && first !== "'") || word.at(-1) !== first) return word;
  const inner = word.slice(1, -1);
  return first === '"' ? inner.replaceAll(/\\(["\\])/g, '$1') : inner;
}
