import { expect, test } from 'vitest';
import type { TaskResult } from '../../src/model/result.ts';
import { resultLines } from '../../src/report/result-lines.ts';

const base: TaskResult = { outcome: 'ok', values: {}, diff: [], steps: [], warnings: [], durationMs: 1 };
const quiet = { verbosity: 0, diff: false };

const cases: readonly [string, TaskResult & { label?: string }, readonly string[]][] = [
  ['ok', base, ['ok: [h1]']],
  ['changed', { ...base, outcome: 'changed' }, ['changed: [h1]']],
  ['a loop item', { ...base, outcome: 'changed', label: 'x' }, ['changed: [h1] => (item=x)']],
  ['skipped', { ...base, outcome: 'skipped', message: 'Conditional result was False' }, ['skipping: [h1]']],
  [
    'failed, message first',
    { ...base, outcome: 'failed', values: { rc: 1, msg: 'no such package', failed: true } },
    ['fatal: [h1]: FAILED! => { "msg": "no such package", "rc": 1 }'],
  ],
  [
    'a failed item',
    { ...base, outcome: 'failed', label: 'x', values: { msg: 'no' } },
    ['failed: [h1] (item=x) => { "msg": "no" }'],
  ],
  [
    'an ignored failure',
    { ...base, outcome: 'failed', ignored: true, values: { msg: 'no' } },
    ['fatal: [h1]: FAILED! => { "msg": "no" }', '...ignoring'],
  ],
  [
    'unreachable',
    { ...base, outcome: 'unreachable', message: 'connection refused' },
    ['fatal: [h1]: UNREACHABLE! => { "msg": "connection refused" }'],
  ],
  [
    'unknown',
    { ...base, outcome: 'unknown', message: 'needs x' },
    ['unknown: [h1] decided at run time: needs x'],
  ],
];

test.each(cases)('prints %s as Ansible users grep it', (_name, result, lines) => {
  expect(resultLines('h1', result, quiet)).toEqual(lines);
});

test('shows a diff before the result only when asked to', () => {
  const result: TaskResult = {
    ...base,
    outcome: 'changed',
    diff: [{ header: '/etc/x', before: 'a\n', after: 'b\n' }],
  };
  expect(resultLines('h1', result, quiet)).toEqual(['changed: [h1]']);
  const shown = ['--- before: /etc/x', '+++ after: /etc/x', '@@ -1,1 +1,1 @@', '-a', '+b', 'changed: [h1]'];
  expect(resultLines('h1', result, { verbosity: 0, diff: true })).toEqual(shown);
  expect(resultLines('h1', { ...result, showDiff: true }, quiet)).toEqual(shown);
});
