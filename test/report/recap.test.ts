import { expect, test } from 'vitest';
import { duration, recapLines } from '../../src/report/recap.ts';

const host = { ok: 3, changed: 1, unreachable: 0, failed: 0, skipped: 2, rescued: 0, ignored: 0, unknown: 0 };

test('prints the counts in the form people grep', () => {
  const [line] = recapLines({
    event: 'recap',
    hosts: { h1: host },
    durationMs: 5,
    exitCode: 0,
    check: false,
  });
  expect(line).toMatch(/^h1 +: ok=3 +changed=1 +unreachable=0 +failed=0 +skipped=2 +rescued=0 +ignored=0$/);
});

test('adds what was decided at run time in check mode', () => {
  const recap = {
    event: 'recap',
    hosts: { h1: { ...host, unknown: 4 } },
    durationMs: 5,
    exitCode: 0,
  } as const;
  const lines = recapLines({ ...recap, check: true, exact: 37, unknown: 4 });
  expect(lines[0]).toMatch(/ignored=0 unknown=4$/);
  expect(lines.at(-1)).toBe('check mode: 41 tasks: 37 exact, 4 decided at run time');
});

test.each([
  [850, '850 ms'],
  [12_340, '12.3 s'],
  [245_000, '4 min 05 s'],
])('writes %d milliseconds as %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});
