import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLimit } from '../../src/util/limit.ts';
import { whyNoSshd } from '../integration/sshd.ts';
import { hasProgram } from '../support/programs.ts';
import type { Case, Outcome } from './case.ts';
import { allCases, sample } from './cases/index.ts';
import { mooringRun } from './mooring-program.ts';
import { ansiblePlaybook, type Site, startSite } from './site.ts';

const wanted = process.env['MOORING_DIFFERENTIAL'];
const cases = wanted === 'sample' ? sample : wanted ? allCases : [];
const limit = createLimit(2);

/**
 * Each case through both programs now: MOORING_DIFFERENTIAL=1 for all of them, =sample for ten. Fails where it is
 * asked for and cannot run.
 */
describe.runIf(wanted)('what Ansible does, Mooring does', () => {
  let site: Site;
  let answers: Map<Case, Promise<Outcome>>;
  beforeAll(async () => {
    expect(whyNoSshd()).toBeUndefined();
    expect(hasProgram('ansible-playbook'), 'ansible-core is installed').toBe(true);
    site = await startSite();
    const { run } = site;
    answers = new Map(cases.map((one) => [one, limit(() => run(one, ansiblePlaybook(site)))]));
  });
  afterAll(() => site?.stop());

  it.each(cases.map((one) => [one.title, one] as const))('%s', { timeout: 200_000 }, async (_, one) => {
    const { said: _said, ...theirs } = { said: '', ...(await answers.get(one)) };
    const { said, ...ours } = await site.run(one, mooringRun);
    expect(ours, said).toEqual({ ...theirs, ...one.differs?.here });
  });
});
