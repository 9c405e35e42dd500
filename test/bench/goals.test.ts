import { describe, expect, it, test } from 'vitest';
import { judge, type Verdict } from './goals.ts';
import { benchResults, caseResult, sample } from './sample-results.ts';

function verdictOf(results: Parameters<typeof judge>[0], goal: string): Verdict | undefined {
  return judge(results).find((verdict) => verdict.goal.includes(goal));
}

test('what was not measured is neither met nor missed', () => {
  for (const { measured, met } of judge(benchResults({}))) {
    expect(measured).toBeUndefined();
    expect(met).toBeUndefined();
  }
});

test.each([
  [300, 12_000, '40.0 times', true],
  [300, 11_999, '40.0 times', false],
  [1000, 13_400, '13.4 times', false],
])('%d ms against %d ms of ansible-core', (ours, theirs, measured, met) => {
  // The middle one counts, whatever the others are.
  const samples = { mooring: [ours, ours * 9, 1].map((ms) => sample(ms)), ansible: [sample(theirs)] };
  const results = benchResults({ cases: [caseResult('converged-1', { samples })] });
  expect(verdictOf(results, 'converged-1: faster than ansible-core')).toMatchObject({ measured, met });
});

test('what is missing to a goal is told apart from what nobody can win', () => {
  const samples = { mooring: [sample(400)], 'mooring-kept': [sample(200)], floor: [sample(250)] };
  const results = benchResults({
    cases: [caseResult('converged-1', { samples: { ...samples, ansible: [sample(8000)] } })],
  });
  expect(verdictOf(results, 'converged-1: faster than ansible-core')).toMatchObject({
    measured: '20.0 times (--persist: 40.0, bare script: 32.0)',
    met: false,
  });
});

test.each([
  [350, true],
  [360, false],
])('%d ms against 1.5 times the script and start-up', (ours, met) => {
  const floor = [sample(300, { connectMs: 80, insideMs: 100 })];
  const samples = { mooring: [sample(ours)], floor, check: [sample(205)] };
  const results = benchResults({ cases: [caseResult('converged-1', { samples })] });
  expect(verdictOf(results, 'converged-1: no more than 1.5')).toMatchObject({
    wanted: '1.5 × 100 + 205 = 355 ms',
    met,
  });
});

describe('round trips', () => {
  const near = caseResult('converged-1', {
    samples: { mooring: [sample(300)], floor: [sample(250, { connectMs: 100 })] },
  });

  it.each([
    [300 + 9 * 80 + 3 * 80, '3.00 round trips', true],
    [300 + 9 * 80 + 4 * 80, '4.00 round trips', false],
  ])('%d ms at 80 ms, nine round trips for connecting', (ours, measured, met) => {
    const floor = [sample(1000, { connectMs: 100 + 9 * 80 })];
    const far = caseResult('distant-30', { samples: { mooring: [sample(ours)], floor } });
    const results = benchResults({ cases: [near, far] });
    expect(verdictOf(results, '30 tasks, distant')).toMatchObject({ measured, met });
  });
});

describe('many hosts', () => {
  it('says why a thousand hosts did not complete', () => {
    const failures = { mooring: 'host7: unreachable=1 failed=0' };
    const results = benchResults({ cases: [caseResult('hosts-1000', { failures })] });
    expect(verdictOf(results, '1,000 hosts')).toMatchObject({ measured: failures.mooring, met: false });
  });

  it.each([
    [229, true],
    [231, false],
  ])('%d MiB for 200 hosts', (mib, met) => {
    const samples = { mooring: [sample(1000, { maxRssKiB: mib * 1024 })] };
    const results = benchResults({ cases: [caseResult('hosts-200', { samples })] });
    expect(verdictOf(results, '200 hosts: memory')).toMatchObject({ met });
  });
});

test.each([
  [22, true],
  [36, false],
])('%d processes, ten of them of the playbook', (count, met) => {
  const results = benchResults({ cases: [caseResult('converged-1', { processes: { mooring: count } })] });
  expect(verdictOf(results, 'processes on the target')).toMatchObject({ met });
});

test.each([
  [[100, 120, 160], true],
  [[100, 120, 190], false],
])('memory of %j MiB for all, twice and four times the hosts', (sizes, met) => {
  const commands = ['inventory-ini', 'twice-ini', 'fourfold-ini'].map((id, index) => ({
    id,
    title: id,
    samples: [sample(500, { maxRssKiB: (sizes[index] ?? 0) * 1024 })],
  }));
  expect(verdictOf(benchResults({ commands }), 'grows no faster than it (ini)')).toMatchObject({ met });
});
