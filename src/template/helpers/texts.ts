import { TemplateError } from '../../model/errors.ts';
import { isMap, type Value } from '../../model/value.ts';
import { quoteWord } from '../../util/shell.ts';
import { toRegExp } from '../tests.ts';
import { toText } from '../text.ts';
import { type Helper, helper, listOf, numberOf, textOf } from './helper.ts';
import { attributeOf } from './lists.ts';

/** Helpers over text. */
export const texts: readonly Helper[] = [
  helper('lower', ['text'], 'Lower case.', ([text]) => textOf(text).toLowerCase()),
  helper('upper', ['text'], 'Upper case.', ([text]) => textOf(text).toUpperCase()),
  helper('capitalize', ['text'], 'First letter upper case, the others lower case.', ([text]) =>
    capitalize(textOf(text)),
  ),
  helper('title', ['text'], 'Each word with a capital letter.', ([text]) =>
    textOf(text).replaceAll(/[^\s\-([{<]+/g, capitalize),
  ),
  helper(
    'format',
    ['text', '...values'],
    'Values put in for `%s`, `%d`, `%.2f`, `%03d`, `%x`: `format "%s-%03d" name 7`.',
    ([text, ...values]) => format(textOf(text), values),
  ),
  helper(
    'trim',
    ['text', 'characters?'],
    'Without white space (or the characters) at both ends.',
    ([text, letters]) => trim(textOf(text), letters === undefined ? undefined : textOf(letters)),
  ),
  helper(
    'replace',
    ['text', 'old', 'new', 'count?'],
    'Every `old` (or the first `count`) replaced.',
    replace,
  ),
  helper(
    'regex_replace',
    ['text', 'pattern', 'replacement?', 'ignorecase?', 'multiline?'],
    'Every match of a pattern replaced; `\\1` and `\\g<name>` are groups.',
    regexReplace,
  ),
  helper(
    'regex_search',
    ['text', 'pattern', '...groups', '*ignorecase', '*multiline'],
    'The first match, a list of the named groups (`"\\\\1"`), or null.',
    ([text, pattern, ...groups], keywords) =>
      regexSearch(textOf(text), toRegExp(textOf(pattern), flagsOf(keywords)), groups),
  ),
  helper(
    'regex_findall',
    ['text', 'pattern', 'multiline?', 'ignorecase?'],
    'Every match; with one group its text, with several a list of each.',
    ([text, pattern, multiline, ignoreCase]) =>
      findAll(textOf(text), toRegExp(textOf(pattern), letters(ignoreCase, multiline))),
  ),
  helper('regex_escape', ['text'], 'Text made safe inside a pattern.', ([text]) =>
    textOf(text).replaceAll(/[\s#$&()*+\-.?[\\\]^{|}~]/g, '\\$&'),
  ),
  helper(
    'split',
    ['text', 'separator?'],
    'A list; without a separator at runs of white space.',
    ([text, separator]) =>
      separator === undefined || separator === null
        ? textOf(text)
            .split(/\s+/)
            .filter((word) => word !== '')
        : textOf(text).split(textOf(separator)),
  ),
  helper('splitlines', ['text'], 'A list of the lines.', ([text]) =>
    textOf(text).replace(/\n$/, '').split(/\r?\n/),
  ),
  helper('join', ['list', 'separator?', 'attribute?'], 'Items as one text.', ([list, separator, attribute]) =>
    joined(list)
      .map((item) => textOf(attribute === undefined ? item : attributeOf(item, textOf(attribute))))
      .join(textOf(separator)),
  ),
  helper('string', ['value'], 'As text.', ([value]) => toText(value ?? null)),
  helper('quote', ['text'], 'Quoted as one word for a shell.', ([text]) => quoteWord(textOf(text)) || "''"),
  helper(
    'indent',
    ['text', 'width?', 'first?', 'blank?'],
    'Each line but the first (or also the first) moved right, 4 spaces if not said.',
    ([text, width = 4, first = false, blank = false]) => {
      const space = typeof width === 'string' ? width : ' '.repeat(numberOf(width));
      const lines = textOf(text).split('\n');
      return lines
        .map((line, index) => {
          const stays = index === 0 ? first !== true : line === '' && blank !== true;
          return stays ? line : space + line;
        })
        .join('\n');
    },
  ),
  helper(
    'comment',
    ['text', 'decoration?'],
    'Each line behind `# `, an empty one before and after.',
    ([text, decoration = '# ']) =>
      ['', ...textOf(text).split('\n'), '']
        .map((line) => `${textOf(decoration)}${line}`.trimEnd())
        .join('\n'),
  ),
];

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}

function format(text: string, values: readonly (Value | undefined)[]): string {
  let next = 0;
  const shown = text.replaceAll(
    /%([-0+ ]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g,
    (_, flags: string, width: string, digits: string | undefined, letter: string) => {
      if (letter === '%') return '%';
      const value = values[next++];
      if (value === undefined) throw new TemplateError('needs a value for each % sign');
      const written = formatOne(letter, value, digits);
      const sign = flags.includes('+') && typeof value === 'number' && value >= 0 ? '+' : '';
      if (flags.includes('-')) return (sign + written).padEnd(Number(width));
      return flags.includes('0') && letter !== 's'
        ? sign + written.padStart(Number(width) - sign.length, '0')
        : (sign + written).padStart(Number(width));
    },
  );
  if (next < values.length) throw new TemplateError('has more values than % signs');
  return shown;
}

function formatOne(letter: string, value: Value, digits: string | undefined): string {
  switch (letter) {
    case 's':
      return toText(value).slice(0, digits === undefined ? undefined : Number(digits));
    case 'd':
    case 'i':
      return String(Math.trunc(numberOf(value)));
    case 'f':
      return numberOf(value).toFixed(digits === undefined ? 6 : Number(digits));
    case 'x':
      return Math.trunc(numberOf(value)).toString(16);
    case 'X':
      return Math.trunc(numberOf(value)).toString(16).toUpperCase();
    case 'o':
      return Math.trunc(numberOf(value)).toString(8);
    default:
      throw new TemplateError(`does not know %${letter}`, { hint: 'one of %s %d %f %x %o' });
  }
}

function trim(text: string, characters: string | undefined): string {
  if (characters === undefined) return text.trim();
  const letters = [...text];
  const start = letters.findIndex((letter) => !characters.includes(letter));
  const end = letters.findLastIndex((letter) => !characters.includes(letter));
  return start < 0 ? '' : letters.slice(start, end + 1).join('');
}

function replace([text, old, replacement, count]: readonly (Value | undefined)[]): string {
  // As Python: nothing stands between all letters, and at both ends.
  const parts = old === '' ? ['', ...textOf(text), ''] : textOf(text).split(textOf(old));
  const most = count === undefined ? parts.length : numberOf(count);
  return parts.reduce(
    (done, part, index) => done + (index <= most ? textOf(replacement) : textOf(old)) + part,
  );
}

function regexReplace([text, pattern, replacement, ignoreCase, multiline]: readonly (
  | Value
  | undefined
)[]): string {
  const regExp = toRegExp(textOf(pattern), `g${letters(ignoreCase, multiline)}`);
  // JavaScript's own group signs are no signs here: only Python's are.
  const shape = textOf(replacement)
    .replaceAll('$', '$$$$')
    .replaceAll(/\\g<(\w+)>/g, (_, name: string) => (/^\d+$/.test(name) ? `$${name}` : `$<${name}>`))
    .replaceAll(/\\(\d{1,2})/g, (_, group: string) => (group === '0' ? '$&' : `$${group}`));
  return textOf(text).replaceAll(regExp, shape);
}

function regexSearch(text: string, pattern: RegExp, groups: readonly (Value | undefined)[]): Value {
  const match = pattern.exec(text);
  if (!match) return null;
  if (groups.length === 0) return match[0];
  return groups.map((group) => {
    const name = textOf(group).replace(/^\\(?:g<(\w+)>|(\d+))$/, '$1$2');
    const found = /^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name];
    if (found === undefined) throw new TemplateError(`has no group "${name}"`);
    return found;
  });
}

function findAll(text: string, pattern: RegExp): Value {
  return [...text.matchAll(new RegExp(pattern, `g${pattern.flags}`))].map((match) => {
    if (match.length === 1) return match[0];
    return match.length === 2 ? (match[1] ?? '') : match.slice(1).map((group) => group ?? '');
  });
}

function flagsOf(keywords: ReadonlyMap<string, Value>): string {
  return letters(keywords.get('ignorecase'), keywords.get('multiline'));
}

function letters(ignoreCase: Value | undefined, multiline: Value | undefined): string {
  return `${ignoreCase === true ? 'i' : ''}${multiline === true ? 'm' : ''}`;
}

/** Text joins by its letters in Jinja; nobody means that. */
function joined(value: Value | undefined): readonly Value[] {
  if (typeof value === 'string') return [value];
  return isMap(value) ? Object.keys(value) : listOf(value);
}
