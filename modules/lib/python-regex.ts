import { ParamsError } from '../../src/module/index.ts';

/** For the docs of each module that takes a pattern. */
export const regexNote =
  "Patterns are JavaScript's; Python's `(?P<name>…)`, `(?P=name)`, `\\A`, `\\Z`, `{,n}` and flags in front (`(?i)`, `(?m)`, `(?s)`) are understood too, and `\\1`, `\\g<1>`, `\\g<name>` in replacements.";

/**
 * Compiles a pattern as Ansible's users write it.
 *
 * @param pattern Python's or JavaScript's spelling
 * @param flags JavaScript's flags to add to those in front of the pattern
 * @throws ParamsError where it is not a pattern, or uses what JavaScript cannot do
 */
export function compilePattern(pattern: string, flags = ''): RegExp {
  const [, inline = '', rest = pattern] = /^\(\?([aiLmsux]+)\)([\s\S]*)$/.exec(pattern) ?? [];
  if (/[xL]/.test(inline)) {
    throw new ParamsError(`the flag in front of the pattern "${pattern}" is not supported`);
  }
  const all = new Set([...flags, ...inline.replaceAll(/[au]/g, '')]);
  try {
    return new RegExp(translate(rest), [...all].join(''));
  } catch (error) {
    throw new ParamsError(`"${pattern}" is not a regular expression`, { cause: error });
  }
}

/**
 * The text that a replacement comes to for one match (Python's `Match.expand`).
 *
 * @throws ParamsError where it names a group that the pattern does not have, or has a wrong escape
 */
export function expandReplacement(template: string, match: RegExpExecArray): string {
  return template.replaceAll(/\\(g<(\w+)>|\d{1,2}|[\s\S]|$)/g, (written, body: string, name?: string) => {
    const group = name ?? (/^\d/.test(body) ? body : undefined);
    if (group !== undefined) return groupText(match, group, written);
    const plain: Record<string, string> = {
      n: '\n',
      t: '\t',
      r: '\r',
      f: '\f',
      v: '\v',
      a: '\u0007',
      '\\': '\\',
    };
    const text = plain[body];
    if (text === undefined && /[A-Za-z]|^$/.test(body))
      throw new ParamsError(`wrong escape "${written}" in "${template}"`);
    return text ?? written;
  });
}

/** Replaces every match, as Python's `re.subn` does. */
export function replaceAll(text: string, pattern: RegExp, template: string): { text: string; count: number } {
  let count = 0;
  const global = new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`);
  let result = '';
  let end = 0;
  for (const match of text.matchAll(global)) {
    result += text.slice(end, match.index) + expandReplacement(template, match);
    end = match.index + match[0].length;
    count += 1;
  }
  return { text: result + text.slice(end), count };
}

function groupText(match: RegExpExecArray, name: string, written: string): string {
  const number = Number(name);
  if (Number.isNaN(number)) {
    if (!(name in (match.groups ?? {}))) throw new ParamsError(`the pattern has no group "${name}"`);
    return match.groups?.[name] ?? '';
  }
  if (number >= match.length) throw new ParamsError(`the pattern has no group for "${written}"`);
  return match[number] ?? '';
}

const tokens = /\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\(\?P<|\(\?P=\w+\)|\(\?#[^)]*\)|\{,\d+\}/g;

function translate(pattern: string): string {
  return pattern.replaceAll(tokens, (token) => {
    if (token === '\\A') return '(?<![\\s\\S])';
    if (token === '\\Z') return '(?![\\s\\S])';
    if (token === '(?P<') return '(?<';
    if (token.startsWith('(?P=')) return `\\k<${token.slice(4, -1)}>`;
    if (token.startsWith('(?#')) return '';
    if (token.startsWith('{,')) return `{0${token.slice(1)}`;
    // Python takes a bracket right after the opening one as itself, JavaScript as the end.
    return token.replace(/^(\[\^?)\](?=.)/s, '$1\\]');
  });
}
