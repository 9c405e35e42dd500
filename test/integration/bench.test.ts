import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchResults } from '../bench/results.ts';
import { whyNoSshd } from './sshd.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe.skipIf(whyNoSshd() !== undefined)('the benchmark, without its peers', () => {
  const out = mkdtempSync(join(tmpdir(), 'mooring-bench-out-'));
  let results: BenchResults;
  let printed: string;

  beforeAll(async () => {
    const options = ['--quick', '--no-peers', '--no-commands', '--only', 'converged-1,first-1', '--out', out];
    const argv = ['--import', 'tsx', 'test/bench/run.ts', ...options];
    printed = (await promisify(execFile)(process.execPath, argv, { cwd: root })).stdout;
    results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  }, 180_000);
  afterAll(() => rmSync(out, { recursive: true }));

  it('measures Mooring and the bare script in turn', () => {
    const [converged] = results.cases;
    expect(converged).toMatchObject({ id: 'converged-1', failures: {} });
    expect(Object.keys(converged?.samples ?? {}).sort()).toEqual([
      'check',
      'floor',
      'mooring',
      'mooring-kept',
    ]);
    for (const sample of converged?.samples.mooring ?? []) {
      expect(sample.wallMs).toBeGreaterThan(50);
      expect(sample.userMs + sample.systemMs).toBeGreaterThan(50);
      expect(sample.maxRssKiB).toBeGreaterThan(30_000);
    }
    const [floor] = converged?.samples.floor ?? [];
    expect(floor?.insideMs).toBeGreaterThan(floor?.connectMs ?? Number.POSITIVE_INFINITY);
  });

  it('counts the processes that a run starts on its target', () => {
    const [converged, first] = results.cases;
    // sshd's, the shell and the ten of the commands; a check connects to nobody.
    expect(converged?.processes.floor).toBeGreaterThanOrEqual(13);
    expect(converged?.processes.mooring).toBeGreaterThanOrEqual(13);
    expect(converged?.processes.check).toBe(0);
    expect(first?.processes.mooring).toBeGreaterThan(converged?.processes.mooring ?? 0);
  });

  it('prints what it writes', () => {
    expect(printed).toBe(readFileSync(join(out, 'results.md'), 'utf8'));
    expect(printed).toContain(
      '| converged-1: faster than ansible-core | at least 40 times |  | not measured |',
    );
    expect(readFileSync(join(out, 'converged.svg'), 'utf8')).toContain('class="mooring"');
  });
});
