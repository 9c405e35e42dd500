// Harbor's cron expressions: six fields, seconds first, in UTC. A minute is the finest it takes.

import { badRequest } from '../http.ts';

/** @throws HarborError for what Harbor refuses in a scheduled policy */
export function checkCron(cron = ''): void {
  if (cron === '') throw badRequest('the cron string cannot be empty when the trigger type is scheduled');
  const parts = cron.split(' ');
  const valid = parts.length === 6 && parts.every((part, index) => valuesOf(part, index) !== undefined);
  if (!valid) throw badRequest(`invalid cron string for scheduled trigger: ${cron}`);
  if (parts[0] !== '0')
    throw badRequest('the 1st field (indicating Seconds of time) of the cron setting must be 0');
  if (parts[1] === '*')
    throw badRequest('* is not allowed for the Minutes field of the cron setting of replication policy');
}

/** Whether an expression that was checked means this minute. */
export function isDue(cron: string, moment: Date): boolean {
  const [, minute, hour, day, month, weekday] = cron.split(' ').map(valuesOf);
  const fits = (values: ReadonlySet<number> | undefined, value: number): boolean =>
    values?.has(value) === true;
  return (
    fits(minute, moment.getUTCMinutes()) &&
    fits(hour, moment.getUTCHours()) &&
    fits(day, moment.getUTCDate()) &&
    fits(month, moment.getUTCMonth() + 1) &&
    fits(weekday, moment.getUTCDay())
  );
}

const ranges = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

/** The values a field allows, undefined where it is none. */
function valuesOf(field: string, index: number): ReadonlySet<number> | undefined {
  const [low, high] = ranges[index] ?? [0, -1];
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const found = /^(?:\*|\?|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item);
    if (found === null) return undefined;
    const [, first, last, step] = found;
    const from = first === undefined ? low : Number(first);
    const to = last !== undefined ? Number(last) : first === undefined || step !== undefined ? high : from;
    if (from < low || to > high || from > to || step === '0') return undefined;
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}
