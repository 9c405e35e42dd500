import { ParamsError } from '../../../../src/module/index.ts';

/** When a scheduled rule of 1.5 runs: daily or weekly, seconds after midnight UTC; weekday 1 (Monday) to 7. */
export interface Schedule {
  readonly type: 'Daily' | 'Weekly';
  readonly weekday?: number;
  readonly offtime: number;
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * @param cron six fields, seconds first, in UTC
 * @throws ParamsError where it is more than one time a day or a week
 */
export function toSchedule(cron: string): Schedule {
  const [second, minute, hour, day, month, weekday, ...rest] = cron.trim().split(/\s+/);
  const at = [timePart(hour, 23), timePart(minute, 59), timePart(second, 59)] as const;
  const isDaily = rest.length === 0 && isAny(day) && isAny(month);
  const [h, m, s] = at;
  if (!isDaily || h === undefined || m === undefined || s === undefined) throw refused(cron);
  const offtime = h * 3600 + m * 60 + s;
  if (isAny(weekday)) return { type: 'Daily', offtime };
  const number = weekdayNumber(weekday);
  if (number === undefined) throw refused(cron);
  return { type: 'Weekly', weekday: number === 0 ? 7 : number, offtime };
}

/** The cron of a schedule, as {@link toSchedule} takes it. */
export function toCron({ type, weekday = 0, offtime }: Schedule): string {
  const time = [offtime % 60, Math.floor(offtime / 60) % 60, Math.floor(offtime / 3600)].join(' ');
  return `${time} * * ${type === 'Weekly' ? weekday % 7 : '*'}`;
}

function isAny(field: string | undefined): boolean {
  return field === '*' || field === '?';
}

function timePart(field: string | undefined, most: number): number | undefined {
  const value = /^\d{1,2}$/.test(field ?? '') ? Number(field) : undefined;
  return value !== undefined && value <= most ? value : undefined;
}

function weekdayNumber(field: string | undefined): number | undefined {
  const named = days.indexOf((field ?? '').toLowerCase());
  if (named >= 0) return named;
  return /^[0-7]$/.test(field ?? '') ? Number(field) % 7 : undefined;
}

function refused(cron: string): ParamsError {
  return new ParamsError(`Harbor 1.5 cannot run a rule at "${cron}"`, {
    hint: 'daily or weekly at one time, in six fields and UTC: "0 30 2 * * *", "0 30 2 * * 1"',
  });
}
