import { expect, test } from 'vitest';
import { chartSvg } from './chart.ts';
import { reportText } from './report.ts';
import { benchResults, caseResult, sample } from './sample-results.ts';

const results = benchResults({
  cases: [
    caseResult('converged-1', {
      title: 'work on 1 host',
      samples: { mooring: [sample(300)], ansible: [sample(12_000), sample(15_000)] },
      processes: { mooring: 20 },
      failures: { mitogen: 'it gave up' },
    }),
    caseResult('converged-10', { title: 'work on 10 hosts', samples: { mooring: [sample(900)] } }),
  ],
  commands: [{ id: 'version', title: 'mooring --version', samples: [sample(110)] }],
});

test('the report tells figures, failures and verdicts', () => {
  const lines = reportText(results).split('\n');
  expect(lines).toContain('| mooring run | 0.300 | 0.300–0.300 | 1 | 0.160 | 100 | 1.00 | 20 |');
  expect(lines).toContain('| ansible-playbook | 13.5 | 12.0–15.0 | 2 | 6.76 | 100 | 45.0 |  |');
  expect(lines).toContain('| Mitogen for Ansible | failed: it gave up |');
  expect(lines).toContain('| --version | under 150 ms | 110 ms | met |');
  expect(lines).toContain('| converged-1: faster than ansible-core | at least 40 times | 45.0 times | met |');
});

test('bars are as long as their times, and told in words', () => {
  const svg = chartSvg(results, ['converged-1', 'converged-10', 'unmeasured']);
  const bars = [...svg.matchAll(/<rect class="(\w+)" x="170" y="\d+" width="([\d.]+)"/g)];
  expect(bars.map(([, name, width]) => [name, Number(width)])).toEqual([
    ['mooring', 10.2],
    ['ansible', 460],
    ['mooring', 460],
  ]);
  expect(svg).toContain('>0.300 s</text>');
  expect(svg).toContain('>13.5 s  × 45.0</text>');
  expect(svg).toContain('prefers-color-scheme: dark');
  expect(svg).not.toContain('unmeasured');
});

test('the picture is well-formed', () => {
  const svg = chartSvg(results, ['converged-1']);
  const open: string[] = [];
  for (const [, closing, name = '', rest = ''] of svg.matchAll(/<(\/?)(\w+)([^>]*)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!rest.endsWith('/')) open.push(name);
  }
  expect(open).toEqual([]);
});
