import { expect, it } from 'vitest';
import { toCron, toSchedule } from '../../../../../modules/lib/harbor/v1/schedule.ts';

it.each([
  ['0 30 2 * * *', { type: 'Daily', offtime: 9000 }, '0 30 2 * * *'],
  ['0 0 0 * * *', { type: 'Daily', offtime: 0 }, '0 0 0 * * *'],
  ['  59  59 23 ?  * ? ', { type: 'Daily', offtime: 86399 }, '59 59 23 * * *'],
  ['0 0 2 * * 3', { type: 'Weekly', weekday: 3, offtime: 7200 }, '0 0 2 * * 3'],
  ['0 05 02 * * Mon', { type: 'Weekly', weekday: 1, offtime: 7500 }, '0 5 2 * * 1'],
  ['0 0 2 * * 0', { type: 'Weekly', weekday: 7, offtime: 7200 }, '0 0 2 * * 0'],
  ['0 0 2 ? * 7', { type: 'Weekly', weekday: 7, offtime: 7200 }, '0 0 2 * * 0'],
] as const)('"%s" is %j, and back it is "%s"', (cron, schedule, back) => {
  expect(toSchedule(cron)).toEqual(schedule);
  expect(toCron(schedule)).toBe(back);
});

it.each([
  '',
  '30 2 * * *',
  '0 */5 * * * *',
  '0 0 1-5 * * *',
  '0 0 2 1 * *',
  '0 0 2 * 6 *',
  '0 0 2 * * 1,2',
  '0 0 2 * * 8',
  '0 60 2 * * *',
  '0 0 24 * * *',
  '0 0 2 * * * 2026',
])('"%s" is refused', (cron) => {
  expect(() => toSchedule(cron)).toThrow(`Harbor 1.5 cannot run a rule at "${cron}"`);
});
