/**
 * The names a host line stands for: `www[01:50].example.com`, `db-[a:f]`, `n[1:9:2]`, several of them.
 *
 * @returns the names in order, or a sentence about what is wrong
 */
export function expandHostRange(pattern: string): string[] | string {
  const open = pattern.indexOf('[');
  if (open === -1) return [pattern];
  const close = pattern.indexOf(']', open);
  if (close === -1) return 'the [ has no matching ]';
  const head = pattern.slice(0, open);
  const range = expandRange(pattern.slice(open + 1, close));
  if (typeof range === 'string') return range;
  const tails = expandHostRange(pattern.slice(close + 1));
  if (typeof tails === 'string') return tails;
  return range.flatMap((item) => tails.map((tail) => `${head}${item}${tail}`));
}

/** Splits `host:port` and `[v6]:port`; a bare IPv6 address has no port. */
export function splitPort(text: string): { host: string; port: number | undefined } {
  const match =
    /^\[([0-9A-Fa-f:.%\w]*:[0-9A-Fa-f:.%\w]*:[^\]]*)\](?::(\d+))?$/.exec(text) ??
    /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(text);
  if (!match) return { host: text, port: undefined };
  return { host: match[1] ?? text, port: match[2] === undefined ? undefined : Number(match[2]) };
}

const maxHosts = 100_000;

function expandRange(text: string): string[] | string {
  const parts = text.split(':');
  const [begin = '', end = '', step = '1'] = parts;
  if (parts.length < 2 || parts.length > 3 || end === '')
    return `[${text}] is no range like [01:50] or [a:f]`;
  if (!/^\d+$/.test(step) || Number(step) === 0)
    return `the step of [${text}] must be a whole number above 0`;
  const from = begin === '' ? '0' : begin;
  if (/^\d+$/.test(from) && /^\d+$/.test(end)) return numbers(text, from, end, Number(step));
  if (/^[A-Za-z]$/.test(from) && /^[A-Za-z]$/.test(end)) return letters(text, from, end, Number(step));
  return `[${text}] must run from number to number or from letter to letter`;
}

function numbers(text: string, from: string, end: string, step: number): string[] | string {
  const padded = from.length > 1 && from.startsWith('0');
  if (padded && from.length !== end.length) {
    return `both ends of [${text}] must have the same number of digits`;
  }
  const first = Number(from);
  const last = Number(end);
  if (first > last) return `[${text}] runs backwards`;
  if ((last - first) / step > maxHosts) return `[${text}] stands for more than ${maxHosts} hosts`;
  const names: string[] = [];
  for (let number = first; number <= last; number += step) {
    names.push(padded ? String(number).padStart(from.length, '0') : String(number));
  }
  return names;
}

function letters(text: string, from: string, end: string, step: number): string[] | string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const first = alphabet.indexOf(from);
  const last = alphabet.indexOf(end);
  if (first > last) return `[${text}] runs backwards`;
  return [...alphabet.slice(first, last + 1)].filter((_letter, index) => index % step === 0);
}
