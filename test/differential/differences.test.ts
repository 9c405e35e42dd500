import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoSshd } from '../integration/sshd.ts';
import { allCases, sample } from './cases/index.ts';
import { mooringRun } from './mooring-program.ts';
import { type Site, startSite } from './site.ts';

const page = readFileSync(new URL('../../docs/ansible-differences.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => `${name}`);
/** Rows about what the comparison of all cases leaves out; they are tested here. */
const here = ['idle-hosts', 'gather-facts'];

describe('the table of differences', () => {
  it('has a case for each row, and a row for each case that differs', () => {
    const marked = new Set(allCases.flatMap(({ differs }) => (differs ? [differs.row] : [])));
    expect([...marked, ...here].sort()).toEqual([...rows].sort());
  });

  it('is about enough: cases, and the ten of the sample', () => {
    expect(new Set(allCases.map(({ title }) => title)).size).toBe(allCases.length);
    expect(allCases.length).toBeGreaterThanOrEqual(120);
    expect(sample).toHaveLength(10);
  });
});

describe.skipIf(whyNoSshd())('what the comparison leaves out', () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());

  it('lists hosts that had nothing to do in the recap, and gathers no facts unasked', async () => {
    const play = '- hosts: web\n  tasks:\n    - { log: one, run_once: true }\n';
    const { said } = await site.run({ title: 'idle hosts', play }, mooringRun);
    expect(said).toMatch(/^h1 +: ok=1 /m);
    expect(said).toMatch(/^h2 +: ok=0 +changed=0 /m);
    expect(said).not.toContain('Gathering');
  });
});
