import { expect, it } from 'vitest';
import { group } from '../../modules/group.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

it.each<[object, { gid: number } | undefined, readonly string[] | undefined]>([
  [{}, { gid: 5 }, undefined],
  [{ gid: 5 }, { gid: 5 }, undefined],
  [{}, undefined, ['groupadd', 'g']],
  [{ gid: 10000, system: true }, undefined, ['groupadd', '-g', '10000', '-r', 'g']],
  [{ gid: 6, non_unique: true }, { gid: 5 }, ['groupmod', '-g', '6', '-o', 'g']],
  [{ state: 'absent' }, { gid: 5 }, ['groupdel', 'g']],
  [{ state: 'absent' }, undefined, undefined],
])('%j on %j runs %j', async (params, entry, argv) => {
  const host = fakeHost(entry ? { groups: { g: entry } } : {});
  const plan = await readAndPlan(group, { name: 'g', ...params }, host);
  expect(plan.steps).toMatchObject(argv ? [{ argv }] : []);
});

it('predicts the group and registers its number', async () => {
  const plan = await readAndPlan(group, { name: 'g', gid: 7 }, fakeHost());
  expect(plan.steps[0]?.predicts).toEqual([{ kind: 'group', name: 'g', present: true }]);
  expect(plan.values).toEqual({ name: 'g', gid: 7 });
});
