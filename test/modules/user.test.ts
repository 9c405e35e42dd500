import { expect, it } from 'vitest';
import { user } from '../../modules/user.ts';
import type { UserEntry } from '../../src/module/index.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const groups = { docker: { gid: 998 }, adm: { gid: 4 }, staff: { gid: 50 }, alice: { gid: 1000 } };
const alice: Partial<UserEntry> = {
  uid: 1000,
  gid: 1000,
  comment: 'Alice',
  groups: ['docker'],
  shell: '/bin/sh',
};
const hash = '$y$j9T$salt$hashhashhash';

it.each<[object, readonly string[][]]>([
  [{ comment: 'Alice', shell: '/bin/sh', uid: 1000, group: 'alice', home: '/home/alice' }, []],
  [{ group: 1000 }, []],
  [{ groups: ['docker'] }, []],
  [{ groups: ['docker', 'alice'] }, []],
  [{ groups: 'docker', append: true }, []],
  [{ groups: ['adm'], append: true }, [['usermod', '-a', '-G', 'adm', 'alice']]],
  [{ groups: ['adm', 'docker'] }, [['usermod', '-G', 'adm,docker', 'alice']]],
  [{ groups: [] }, [['usermod', '-G', '', 'alice']]],
  [{ shell: '/bin/bash', comment: 'A' }, [['usermod', '-c', 'A', '-s', '/bin/bash', 'alice']]],
  [{ home: '/srv/a', move_home: true }, [['usermod', '-d', '/srv/a', '-m', 'alice']]],
  [{ uid: 5, non_unique: true }, [['usermod', '-u', '5', '-o', 'alice']]],
  [{ group: 'staff' }, [['usermod', '-g', 'staff', 'alice']]],
  [{ state: 'absent' }, [['userdel', 'alice']]],
  [{ state: 'absent', remove: true, force: true }, [['userdel', '-r', '-f', 'alice']]],
  [{ password: hash }, []],
  [{ password_lock: true }, [['usermod', '-L', 'alice']]],
  [{ password_lock: false }, []],
])('changes alice for %j by %j', async (params, argvs) => {
  const commands = { 'getent shadow alice': `alice:${hash}:19000:0:99999:7:::\n` };
  const host = fakeHost({ users: { alice }, groups, commands });
  const plan = await readAndPlan(user, { name: 'alice', ...params }, host);
  expect(plan.failure).toBeUndefined();
  expect(plan.steps.map((step) => ('argv' in step ? step.argv : step))).toEqual(argvs);
});

it.each<[object, readonly string[]]>([
  [{}, ['useradd', '-m', 'bob']],
  [{ uid: 10000, system: true, create_home: false }, ['useradd', '-u', '10000', '-M', '-r', 'bob']],
  [
    { groups: ['docker', 'adm'], group: 'staff' },
    ['useradd', '-g', 'staff', '-G', 'docker,adm', '-m', 'bob'],
  ],
  [
    { comment: 'B', home: '/b', shell: '/bin/bash' },
    ['useradd', '-c', 'B', '-d', '/b', '-s', '/bin/bash', '-m', 'bob'],
  ],
])('creates bob for %j by %j', async (params, argv) => {
  const plan = await readAndPlan(user, { name: 'bob', ...params }, fakeHost({ groups }));
  expect(plan.steps).toMatchObject([{ argv }]);
  expect(plan.steps[0]?.predicts).toContainEqual({ kind: 'user', name: 'bob', present: true });
});

it('takes a group of the same name as primary group', async () => {
  const plan = await readAndPlan(user, { name: 'alice' }, fakeHost({ groups }));
  expect(plan.steps).toMatchObject([{ argv: ['useradd', '-g', 'alice', '-m', 'alice'] }]);
});

it.each([
  ['$6$other', '$6$other', 0],
  ['$6$other', '$6$more', 1],
  ['!$6$other', '$6$other', 0],
])('with %j in shadow and %j wanted sets %i passwords', async (shadow, password, count) => {
  const host = fakeHost({ users: { alice }, commands: { 'getent shadow alice': `alice:${shadow}:1\n` } });
  const plan = await readAndPlan(user, { name: 'alice', password }, host);
  expect(plan.steps).toHaveLength(count);
  const later = await readAndPlan(user, { name: 'alice', password, update_password: 'on_create' }, host);
  expect(later.steps).toEqual([]);
});

it('hands a password over on standard input only', async () => {
  const host = fakeHost({ commands: { 'getent shadow bob': { exitCode: 2 } } });
  const plan = await readAndPlan(user, { name: 'bob', password: hash }, host);
  expect(plan.steps[1]).toMatchObject({ argv: ['chpasswd', '-e'], stdin: { text: `bob:${hash}\n` } });
  expect(JSON.stringify(plan.steps.map((step) => [step.summary, step.diff]))).not.toContain(hash);
});

it.each([
  [{ password: 'plain text' }, /^password must be a hash/],
  [{ groups: ['nope'] }, /^there is no group nope; make it first$/],
  [{ group: 'nope' }, /^there is no group nope/],
])('refuses %j', async (params, failure) => {
  const host = fakeHost({ answer: () => ({ exitCode: 2 }) });
  expect((await readAndPlan(user, { name: 'bob', ...params }, host)).failure).toMatch(failure);
});
