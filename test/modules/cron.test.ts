import { expect, it } from 'vitest';
import { cron } from '../../modules/cron.ts';
import type { Plan } from '../../src/module/index.ts';
import { type FakeReply, fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const table =
  '# mine\nMAILTO=root\n#Ansible: old\n0 5 * * * /old\n#Mooring: b\n*/5 1 * * * /b\n@daily /other\n';

it.each<[object, string | undefined]>([
  [{ name: 'b', minute: '*/5', hour: 1, job: '/b' }, undefined],
  [{ name: 'old', minute: 0, hour: 5, job: '/old' }, undefined],
  [{ name: 'old', special_time: 'reboot', job: '/new' }, table.replace('0 5 * * * /old', '@reboot /new')],
  [{ name: 'b', minute: '*/5', hour: 1, job: '/b', disabled: true }, table.replace('*/5 1', '#*/5 1')],
  [{ name: 'c', job: '/c' }, `${table}#Mooring: c\n* * * * * /c\n`],
  [{ name: 'b', state: 'absent' }, table.replace('#Mooring: b\n*/5 1 * * * /b\n', '')],
  [{ name: 'c', state: 'absent' }, undefined],
  [{ name: 'PATH', env: true, job: '/bin' }, `PATH="/bin"\n${table}`],
  [{ name: 'MAILTO', env: true, job: 'me' }, table.replace('MAILTO=root', 'MAILTO="me"')],
  [{ name: 'MAILTO', env: true, state: 'absent' }, table.replace('MAILTO=root\n', '')],
])('%j', async (params, text) => {
  const { steps } = await plan(params);
  expect(steps).toMatchObject(text === undefined ? [] : [{ argv: ['crontab', '-'], stdin: { text } }]);
  if (text === undefined) return;
  expect(await plan(params, text)).toMatchObject({ steps: [] });
});

it('starts a crontab, for another user too', async () => {
  const host = fakeHost({
    commands: { 'crontab -u bob -l': { exitCode: 1, stderr: 'no crontab for bob\n' } },
  });
  const { steps } = await readAndPlan(cron, { name: 'c', job: '/c', user: 'bob' }, host);
  expect(steps).toMatchObject([
    { argv: ['crontab', '-u', 'bob', '-'], stdin: { text: '#Mooring: c\n* * * * * /c\n' } },
  ]);
});

it('writes files of /etc/cron.d with the user', async () => {
  const params = { name: 'c', job: '/c', cron_file: 'registry', hour: 3 };
  const { steps } = await readAndPlan(cron, params, fakeHost());
  expect(steps).toMatchObject([
    { path: '/etc/cron.d/registry', mode: '0644', content: { text: '#Mooring: c\n* 3 * * * root /c\n' } },
  ]);
  const done = fakeHost({ files: { '/etc/cron.d/registry': '#Mooring: c\n* 3 * * * root /c\n' } });
  expect(await readAndPlan(cron, params, done)).toMatchObject({ steps: [] });
});

it('puts a job back behind a marker that lost it', async () => {
  const { steps } = await plan({ name: 'a', job: '/a' }, '#Mooring: a\n#Mooring: b\n1 1 * * * /b\n');
  expect(steps).toMatchObject([
    { stdin: { text: '#Mooring: a\n* * * * * /a\n#Mooring: b\n1 1 * * * /b\n' } },
  ]);
});

it.each<[object, FakeReply, string]>([
  [{ name: 'a' }, '', 'job is needed for state present'],
  [{ name: 'a', job: '/a' }, { exitCode: 127 }, 'crontab is not there; install cron first'],
  [
    { name: 'a', job: '/a' },
    { exitCode: 1, stderr: 'must be privileged to use -u\n' },
    'must be privileged to use -u',
  ],
])('refuses %j', async (params, reply, failure) => {
  const host = fakeHost({ commands: { 'crontab -l': reply } });
  expect((await readAndPlan(cron, params, host)).failure).toBe(failure);
});

function plan(params: object, text = table): Promise<Plan> {
  return readAndPlan(cron, params, fakeHost({ commands: { 'crontab -l': text } }));
}
