import { TemplateError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { type Helper, helper, numberOf, textOf } from './helper.ts';

/** Points in time: seconds since 1970, written and read. */
export const times: readonly Helper[] = [
  helper(
    'strftime',
    ['format', 'second?', 'utc?'],
    'A time, in seconds since 1970, as text: `strftime "%Y-%m-%d" ansible_facts.date_time.epoch_int`.',
    ([format, second, utc]) => written(textOf(format), secondsOf(second), utc === true),
  ),
  helper(
    'to_datetime',
    ['text', 'format?'],
    'The time of a text such as 2026-11-22 20:45:00, in seconds since 1970 (UTC): two can be subtracted.',
    ([text, format = '%Y-%m-%d %H:%M:%S']) => read(textOf(text), textOf(format)),
  ),
];

function secondsOf(second: Value | undefined): number {
  if (second === undefined || second === null) {
    throw new TemplateError('needs the time to write', {
      hint: 'ansible_facts.date_time.epoch_int is the time at which facts were gathered; the clock itself would make every run another',
    });
  }
  return typeof second === 'string' && /^\d+(?:\.\d+)?$/.test(second) ? Number(second) : numberOf(second);
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

type Written = (time: Date) => string;

const directives: Readonly<Record<string, Written>> = {
  Y: (time) => String(time.getUTCFullYear()).padStart(4, '0'),
  y: (time) => two(time.getUTCFullYear() % 100),
  m: (time) => two(time.getUTCMonth() + 1),
  d: (time) => two(time.getUTCDate()),
  H: (time) => two(time.getUTCHours()),
  I: (time) => two(((time.getUTCHours() + 11) % 12) + 1),
  M: (time) => two(time.getUTCMinutes()),
  S: (time) => two(time.getUTCSeconds()),
  p: (time) => (time.getUTCHours() < 12 ? 'AM' : 'PM'),
  j: (time) => String(dayOfYear(time)).padStart(3, '0'),
  A: (time) => days[time.getUTCDay()] ?? '',
  a: (time) => (days[time.getUTCDay()] ?? '').slice(0, 3),
  B: (time) => months[time.getUTCMonth()] ?? '',
  b: (time) => (months[time.getUTCMonth()] ?? '').slice(0, 3),
  w: (time) => String(time.getUTCDay()),
  u: (time) => String(time.getUTCDay() || 7),
  F: (time) => time.toISOString().slice(0, 10),
  T: (time) => time.toISOString().slice(11, 19),
  '%': () => '%',
};

/** @param utc else in the time zone of the control node */
function written(format: string, seconds: number, utc: boolean): string {
  const time = new Date(Math.floor(seconds) * 1000);
  if (Number.isNaN(time.getTime())) throw new TemplateError('needs a time in seconds since 1970');
  const offset = utc ? 0 : -time.getTimezoneOffset();
  const shown = new Date(time.getTime() + offset * 60_000);
  return format.replaceAll(/%(.)/gs, (_, letter: string) => {
    if (letter === 's') return String(Math.floor(seconds));
    if (letter === 'z') return zone(offset);
    const write = directives[letter];
    if (write) return write(shown);
    throw new TemplateError(`does not know %${letter}`, {
      hint: `one of ${Object.keys(directives).join(' ')} s z`,
    });
  });
}

const readable: Readonly<Record<string, string>> = {
  Y: String.raw`(?<Y>\d{4})`,
  m: String.raw`(?<m>\d{1,2})`,
  d: String.raw`(?<d>\d{1,2})`,
  H: String.raw`(?<H>\d{1,2})`,
  M: String.raw`(?<M>\d{1,2})`,
  S: String.raw`(?<S>\d{1,2})`,
  f: String.raw`(?<f>\d{1,6})`,
  z: String.raw`(?<z>Z|[-+]\d\d:?\d\d)`,
  '%': '%',
};

function read(text: string, format: string): number {
  const shape = format.replaceAll(/%(.)|[.*+?^${}()|[\]\\/-]/gs, (piece, letter: string | undefined) => {
    if (letter === undefined) return `\\${piece}`;
    const pattern = readable[letter];
    if (pattern) return pattern;
    throw new TemplateError(`cannot read %${letter}`, { hint: `one of ${Object.keys(readable).join(' ')}` });
  });
  const found = new RegExp(`^${shape}$`).exec(text)?.groups;
  if (!found) throw new TemplateError(`needs a time written as ${format}, not ${JSON.stringify(text)}`);
  const part = (name: string, usual: number) => Number(found[name] ?? usual);
  const [month, day] = [part('m', 1) - 1, part('d', 1)];
  const time = new Date(Date.UTC(part('Y', 1900), month, day, part('H', 0), part('M', 0), part('S', 0)));
  if (time.getUTCMonth() !== month || time.getUTCDate() !== day) {
    throw new TemplateError(`knows no such day: ${JSON.stringify(text)}`);
  }
  return time.getTime() / 1000 + Number(`0.${found['f'] ?? 0}`) - zoneSeconds(found['z'] ?? 'Z');
}

function dayOfYear(time: Date): number {
  const start = Date.UTC(time.getUTCFullYear(), 0, 1);
  return Math.floor((time.getTime() - start) / 86_400_000) + 1;
}

function zone(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function zoneSeconds(text: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([-+])(\d\d):?(\d\d)$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
