import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoSshd } from '../integration/sshd.ts';
import { hashOf } from './case.ts';
import { allCases } from './cases/index.ts';
import { mooringRun } from './mooring-program.ts';
import { readRecorded } from './recorded.ts';
import { type Site, startSite } from './site.ts';

const recorded = readRecorded();

/** Every case runs here and is compared with what ansible-playbook did when it was last asked. */
describe.skipIf(whyNoSshd())('what Ansible was recorded to do, Mooring does', () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());

  it.each(allCases.map((one) => [one.title, one] as const))('%s', async (title, one) => {
    const { asked, ...theirs } = recorded[title] ?? {};
    expect(asked, 'asked as recorded; npm run differential:record asks anew').toBe(hashOf(one));
    const { said, ...ours } = await site.run(one, mooringRun);
    expect(ours, said).toEqual({ ...theirs, ...one.differs?.here });
    if (one.differs) expect(ours, 'it still differs').not.toEqual(theirs);
  });
});
