import { ParamsError } from '../model/errors.ts';
import type { Value } from '../model/value.ts';

/** What a term of `with_sequence` says. */
interface Sequence {
  readonly start: number;
  readonly end: number;
  readonly stride: number;
  readonly format: string;
}

const example = 'with_sequence: start=1 end=5, count=4, or 0-10/2:host%02d';
const mostItems = 100_000;

/**
 * The items of one term of `with_sequence`: `start=1 end=5 stride=2 format=host%02d`, `count=4`, or the short
 * form `start-end/stride:format`.
 *
 * @returns the numbers as texts, formatted
 * @throws ParamsError for a term that says nothing, too much, or counts the wrong way
 */
export function sequenceItems(term: Value): readonly string[] {
  if (typeof term !== 'string' && typeof term !== 'number') {
    throw new ParamsError(`with_sequence takes text, not ${JSON.stringify(term)}`, { hint: example });
  }
  const sequence = shortForm(String(term).trim()) ?? longForm(String(term).trim());
  const { start, end, stride, format } = sequence;
  if (stride === 0) return [];
  if (stride > 0 && end < start) throw wrong(term, 'to count down, give a negative stride');
  if (stride < 0 && end > start) throw wrong(term, 'to count up, give a positive stride');
  const length = Math.floor((end - start) / stride) + 1;
  if (length > mostItems) throw wrong(term, `that would be ${length} items`);
  return Array.from({ length }, (_, index) => formatted(format, start + index * stride));
}

const number = '-?(?:0x[0-9a-f]+|0o[0-7]+|0|[1-9]\\d*)';
const short = new RegExp(`^(?:(${number})-)?(${number})(?:/(${number}))?(?::(.+))?$`, 'i');

function shortForm(term: string): Sequence | undefined {
  const match = short.exec(term);
  if (!match) return undefined;
  const [, start = '1', end = '', stride = '1', format = '%d'] = match;
  return { start: whole(start), end: whole(end), stride: whole(stride), format };
}

function longForm(term: string): Sequence {
  const given = new Map<string, string>();
  for (const word of term.split(/\s+/)) {
    const [, name = '', value = ''] = /^(\w+)=(.+)$/.exec(word) ?? [];
    if (!['start', 'end', 'count', 'stride', 'format'].includes(name))
      throw wrong(term, `"${word}" says nothing`);
    given.set(name, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  const numberOf = (name: string, fallback: number): number => {
    const text = given.get(name);
    if (text === undefined) return fallback;
    if (!new RegExp(`^${number}$`, 'i').test(text)) throw wrong(term, `${name} must be a whole number`);
    return whole(text);
  };
  const start = numberOf('start', 1);
  const stride = numberOf('stride', 1);
  const format = given.get('format') ?? '%d';
  if (given.has('end') === given.has('count')) throw wrong(term, 'give either end or count');
  if (given.has('end')) return { start, end: numberOf('end', 0), stride, format };
  const count = numberOf('count', 0);
  if (count === 0) return { start, end: start, stride: 0, format };
  return { start, end: start + (count - 1) * stride, stride, format };
}

/** Decimal, `0x1f` or `0o17`. */
function whole(text: string): number {
  return text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
}

/** One printf directive of a whole number: `%d`, `%02x`, `%5o`. */
function formatted(format: string, value: number): string {
  const directives = format.match(/%(?:[-+0# ]*\d*)[a-zA-Z]/g) ?? [];
  const match = /%([-0+]*)(\d*)([dixXo])/.exec(format);
  if (!match || directives.length !== 1) {
    throw new ParamsError(`with_sequence: "${format}" must hold one number such as %d or %02d`);
  }
  const [directive, flags = '', width = '0', kind = 'd'] = match;
  const radix = kind === 'o' ? 8 : kind.toLowerCase() === 'x' ? 16 : 10;
  const digits = Math.abs(value).toString(radix);
  const sign = value < 0 ? '-' : flags.includes('+') ? '+' : '';
  const body = kind === 'X' ? digits.toUpperCase() : digits;
  return format.replace(directive, () => padded(sign, body, flags, Number(width)));
}

function padded(sign: string, digits: string, flags: string, width: number): string {
  if (flags.includes('-')) return `${sign}${digits}`.padEnd(width);
  if (flags.includes('0')) return sign + digits.padStart(width - sign.length, '0');
  return `${sign}${digits}`.padStart(width);
}

function wrong(term: Value, reason: string): ParamsError {
  return new ParamsError(`with_sequence: cannot read "${String(term)}": ${reason}`, { hint: example });
}
