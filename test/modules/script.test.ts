import { expect, it } from 'vitest';
import { script } from '../../modules/script.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const host = fakeHost({ local: { 'a b.sh': '#!/bin/sh\n', 'dir/x': '' } });

it('stages the file and starts it with its arguments', async () => {
  const plan = await readAndPlan(script, { cmd: "'a b.sh' --from '1 2'" }, host);
  expect(plan.steps).toMatchObject([
    {
      kind: 'run',
      user: true,
      script: `exec "$MOORING_STAGE"/script --from '1 2'`,
      stage: [{ name: 'script', content: { localFile: '/control/a b.sh' }, mode: '0700' }],
    },
  ]);
});

it('starts it by another program where one is given', async () => {
  const plan = await readAndPlan(script, { cmd: "'a b.sh'", executable: 'python3 -u' }, host);
  expect(plan.steps).toMatchObject([{ script: 'exec python3 -u "$MOORING_STAGE"/script' }]);
});

it.each(['', 'dir', 'missing.sh'])('refuses %j', async (cmd) => {
  await expect(readAndPlan(script, { cmd }, host)).rejects.toThrow();
});
