import type { BenchResults, CaseResult, Sample } from './results.ts';

export function sample(wallMs: number, more: Partial<Sample> = {}): Sample {
  return { wallMs, userMs: wallMs / 2, systemMs: 10, maxRssKiB: 102_400, ...more };
}

export function caseResult(id: string, more: Partial<CaseResult>): CaseResult {
  return { id, title: `the case ${id}`, hosts: 1, samples: {}, processes: {}, failures: {}, ...more };
}

export function benchResults(more: Partial<BenchResults>): BenchResults {
  return { date: '2001-02-03', machine: { node: 'v0' }, cases: [], commands: [], ...more };
}
