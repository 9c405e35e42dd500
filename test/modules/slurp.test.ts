import { expect, it } from 'vitest';
import { slurp } from '../../modules/slurp.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const host = fakeHost({ files: { '/key': Buffer.from([0, 255, 10]), '/big': 'x'.repeat(11 * 1024 * 1024) } });

it('returns the bytes', async () => {
  const values = { content: 'AP8K', encoding: 'base64', source: '/key' };
  expect(await readAndPlan(slurp, { src: '/key' }, host)).toEqual({ steps: [], values });
});

it('fails for what is not there or too large', async () => {
  expect((await readAndPlan(slurp, { src: '/no' }, host)).failure).toMatch(/not found/);
  expect((await readAndPlan(slurp, {}, host)).failure).toMatch(/required/);
  await expect(readAndPlan(slurp, { path: '/big' }, host)).rejects.toThrow(/larger/);
});
