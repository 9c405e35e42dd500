import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apt } from '../../modules/apt.ts';
import type { Plan, RunStep } from '../../src/module/index.ts';
import { type FakeHost, type FakeHostSpec, fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/apt/${name}`, import.meta.url), 'utf8');

const simulateInstall = 'apt-get -s -q -y install nfs-common';
const age = (seconds: number): NonNullable<FakeHostSpec['scripts']> => [
  [/date \+%s/, `2000000 ${2000000 - seconds}\n`],
];

it('asks dpkg only where everything is installed', async () => {
  const host = fakeHost({ packages: { curl: '7.88', git: '2.39' } });
  expect(await readAndPlan(apt, { name: ['curl', 'git=2.*'] }, host)).toMatchObject({ steps: [] });
  expect(host.calls).toEqual([]);
});

it('installs what is missing, with versions in summary, diff and predictions', async () => {
  const host = fakeHost({
    packages: { curl: '7.88' },
    commands: { [simulateInstall]: fixture('install.txt') },
  });
  const step = onlyRun(await readAndPlan(apt, { name: ['curl', 'nfs-common'] }, host));
  expect(step.summary).toContain('nfs-common 1:2.6.2-4+deb12u1');
  expect(step.script).toContain(
    'apt-get -o DPkg::Lock::Timeout=$((limit - waited)) -q -y -o Dpkg::Use-Pty=0 ' +
      '-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install nfs-common &&',
  );
  expect(step.env).toMatchObject({ DEBIAN_FRONTEND: 'noninteractive' });
  expect(step.long).toBe(true);
  expect(step.predicts).toContainEqual({
    kind: 'package',
    name: 'rpcbind',
    installed: true,
    version: '1.2.6-6+b1',
  });
  expect(step.diff?.[0]).toMatchObject({ header: 'packages', before: '' });
});

it.each([
  [{ name: 'a', install_recommends: false }, '--no-install-recommends install a'],
  [{ name: 'a', install_recommends: true }, '--install-recommends install a'],
  [{ name: 'a', default_release: 'sid' }, '-t sid install a'],
  [{ name: 'a', allow_downgrade: true }, '--allow-downgrades install a'],
  [{ name: 'a', allow_change_held_packages: true }, '--allow-change-held-packages install a'],
  [{ name: 'a', state: 'latest', only_upgrade: true }, '--only-upgrade install a'],
  [{ name: 'a', autoremove: true, fail_on_autoremove: true }, '--auto-remove --no-remove install a'],
  [
    { name: 'a', force: true },
    '--allow-downgrades --allow-change-held-packages --allow-unauthenticated --allow-remove-essential install a',
  ],
  [{ name: 'a=3', allow_unauthenticated: true }, '--allow-unauthenticated install a=3'],
  [{ name: 'a/sid' }, 'install a/sid'],
  [{ name: 'a*' }, "install 'a*'"],
  [{ name: 'a', state: 'absent' }, 'remove a'],
  [{ name: 'a', state: 'absent', purge: true }, 'purge a'],
  [{ name: 'a', state: 'build-dep' }, 'build-dep a'],
  [{ state: 'fixed' }, '-f install'],
  [{ upgrade: 'yes' }, 'upgrade'],
  [{ upgrade: 'dist' }, 'dist-upgrade'],
  [{ autoremove: true, purge: true }, '--purge autoremove'],
])('asks apt for %j as `%s`', async (params, words) => {
  const installed =
    ['absent', 'latest'].includes(String('state' in params ? params.state : '')) || 'only_upgrade' in params;
  const wantedOther = 'name' in params && !installed ? {} : { a: '2' };
  const host = fakeHost({ packages: wantedOther, answer: () => 'Inst a [2] (3 Debian:12 [amd64])\n' });
  const step = onlyRun(await readAndPlan(apt, params, host));
  expect(host.calls).toEqual([`apt-get -s -q -y ${words}`]);
  expect(step.script).toContain(`--force-confold ${words} && { :; exit 0; }`);
});

it('is content where the simulation finds nothing to do', async () => {
  const host = fakeHost({ packages: { a: '2' }, answer: () => 'Reading package lists...\n' });
  expect(await readAndPlan(apt, { name: 'a', state: 'latest' }, host)).toMatchObject({ steps: [] });
});

it('ignores with only_upgrade what is not installed', async () => {
  const host = fakeHost({ packages: { a: '2' } });
  expect(await readAndPlan(apt, { name: ['b'], only_upgrade: true }, host)).toMatchObject({ steps: [] });
});

it('purges what a removed package left behind, and leaves it without purge', async () => {
  const packages = { screen: { installed: false, status: 'deinstall ok config-files' } };
  const host = fakeHost({ packages, commands: { 'apt-get -s -q -y purge screen': 'Purg screen\n' } });
  expect(await readAndPlan(apt, { name: 'screen', state: 'absent' }, host)).toMatchObject({ steps: [] });
  const step = onlyRun(await readAndPlan(apt, { name: 'screen', state: 'absent', purge: true }, host));
  expect(step.predicts).toEqual([{ kind: 'package', name: 'screen', installed: false }]);
});

it('fails with apt’s reason and applies nothing', async () => {
  const host = fakeHost({
    answer: (text) =>
      text.startsWith('apt-cache')
        ? 'nginx\nnginx-full\n'
        : { exitCode: 100, stderr: 'E: Unable to locate package ngnix\n' },
  });
  expect(await readAndPlan(apt, { name: 'ngnix' }, host)).toMatchObject({
    steps: [],
    failure: 'apt knows no package "ngnix": did you mean "nginx"?',
  });
  expect(host.calls).toContain('apt-cache pkgnames ng');
});

it('leaves a virtual package that is provided out of the command', async () => {
  const host = fakeHost({
    commands: {
      'apt-get -s -q -y install sl awk': { exitCode: 100, stdout: fixture('virtual.txt'), stderr: 'E: no\n' },
      'apt-get -s -q -y install sl': 'Inst sl (5 Debian:12 [amd64])\n',
      "dpkg-query -W '-f=${db:Status-Status}\t${Provides}\n'": 'installed\tawk\n',
    },
  });
  expect(onlyRun(await readAndPlan(apt, { name: 'sl,awk' }, host)).script).toContain(' install sl && ');
});

it('takes a virtual package that an installed one provides as present', async () => {
  const host = fakeHost({
    commands: {
      'apt-get -s -q -y install awk mail-transport-agent': {
        exitCode: 100,
        stdout: fixture('virtual.txt'),
        stderr: fixture('virtual.err'),
      },
      'apt-get -s -q -y install mail-transport-agent': { exitCode: 100, stderr: 'E: no\n' },
      "dpkg-query -W '-f=${db:Status-Status}\t${Provides}\n'":
        'installed\tawk\nconfig-files\tmail-transport-agent\n',
    },
  });
  expect(await readAndPlan(apt, { name: ['awk', 'mail-transport-agent'] }, host)).toMatchObject({
    failure: 'no',
  });
});

describe('package lists', () => {
  it('fetches old lists first and decides afterwards', async () => {
    const plan = await readAndPlan(apt, { name: 'nfs-common', cache_valid_time: 3600 }, updateHost(7200));
    const step = onlyRun(plan);
    expect(plan.replan).toBe(true);
    expect(step.summary).toBe('fetch the package lists, for nfs-common');
    expect(step.script).toContain(
      'APT::Update::Error-Mode=any update && { touch /var/lib/apt/lists; exit 0; }',
    );
    expect(step.script).toContain('for lock in /var/lib/apt/lists/lock; do');
    expect(step.predicts?.slice(0, 2)).toEqual([
      { kind: 'other', name: 'apt lists' },
      { kind: 'package', name: 'nfs-common', installed: true },
    ]);
    expect(step.predicts).toContainEqual({
      kind: 'package',
      name: 'rpcbind',
      installed: true,
      version: '1.2.6-6+b1',
    });
    expect(step.diff).toMatchObject([{ header: 'packages, by the present lists', before: '' }]);
  });

  it('shows no versions where there are no lists yet', async () => {
    const missing = { exitCode: 100, stderr: 'E: Unable to locate package nfs-common\n' };
    const plan = await readAndPlan(
      apt,
      { name: 'nfs-common', update_cache: true },
      updateHost(7200, Date.now(), { [simulateInstall]: missing }),
    );
    expect(onlyRun(plan)).not.toHaveProperty('diff');
  });

  it('leaves fresh lists alone', async () => {
    const plan = await readAndPlan(apt, { name: 'nfs-common', cache_valid_time: 3600 }, updateHost(1800));
    expect(onlyRun(plan).summary).toMatch(/^install /);
  });

  it('does not fetch lists a second time in one task', async () => {
    const host = updateHost(1, Date.now() - 5000);
    const plan = await readAndPlan(apt, { name: 'nfs-common', update_cache: true }, host);
    expect(onlyRun(plan).summary).toMatch(/^install /);
    expect(plan.values).toMatchObject({ cache_updated: true });
  });

  it('fetches no lists where all packages are installed', async () => {
    const host = fakeHost({ packages: { a: '1' }, scripts: age(99999), now: Date.now() });
    expect(await readAndPlan(apt, { name: 'a', update_cache: true }, host)).toMatchObject({ steps: [] });
  });

  it('fetches lists by age where no package is named', async () => {
    const old = fakeHost({ scripts: age(4000), now: Date.now() });
    expect(onlyRun(await readAndPlan(apt, { cache_valid_time: 3600 }, old)).summary).toBe(
      'fetch the package lists',
    );
    const fresh = fakeHost({ scripts: age(3000), now: Date.now() });
    expect(await readAndPlan(apt, { cache_valid_time: 3600 }, fresh)).toMatchObject({ steps: [] });
    const none = fakeHost({ scripts: [[/date/, '2000000 0\n']], now: Date.now() });
    expect((await readAndPlan(apt, { cache_valid_time: 999999 }, none)).steps).toHaveLength(1);
  });
});

it('installs a package file of the host with its dependencies', async () => {
  const show = "dpkg-deb --show '--showformat=${Package}\t${Version}' /tmp/t.deb";
  const commands = {
    [show]: 'tool\t1:1.2-1',
    'apt-get -s -q -y install /tmp/t.deb': 'Inst tool (1:1.2-1 local [amd64])\n',
  };
  expect(onlyRun(await readAndPlan(apt, { deb: '/tmp/t.deb' }, fakeHost({ commands }))).summary).toBe(
    'install tool 1:1.2-1',
  );
  const done = fakeHost({ commands, packages: { tool: '1:1.2-1' } });
  expect(await readAndPlan(apt, { deb: '/tmp/t.deb' }, done)).toMatchObject({ steps: [] });
});

it('installs a package file of the control node, staged', async () => {
  const local = { 'files/tool_1.2-1_amd64.deb': 'x', 'files/tool.deb': 'x' };
  const params = { deb: 'files/tool_1.2-1_amd64.deb', remote_src: false };
  const step = onlyRun(await readAndPlan(apt, params, fakeHost({ local })));
  expect(step.script).toContain('install "$MOORING_STAGE"/tool.deb &&');
  expect(step.stage).toMatchObject([
    { name: 'tool.deb', content: { localFile: '/control/files/tool_1.2-1_amd64.deb' } },
  ]);
  const done = fakeHost({ local, packages: { tool: '1:1.2-1' } });
  expect(await readAndPlan(apt, params, done)).toMatchObject({ steps: [] });
  await expect(readAndPlan(apt, { ...params, deb: 'files/tool.deb' }, fakeHost({ local }))).rejects.toThrow(
    /does not tell which package/,
  );
});

it.each([
  [{ name: 'a', deb: '/t.deb' }, 'give either name or deb, not both'],
  [{ state: 'build-dep' }, 'state build-dep needs name'],
  [{ deb: '/t.deb', state: 'absent' }, 'deb can only be made present'],
])('refuses %j', async (params, failure) => {
  const host = fakeHost({ answer: (text) => (text.startsWith('dpkg-deb') ? 't\t1' : '') });
  expect(await readAndPlan(apt, params, host)).toMatchObject({ steps: [], failure });
});

function updateHost(seconds: number, now = Date.now(), more: FakeHostSpec['commands'] = {}): FakeHost {
  const commands = {
    [simulateInstall]: fixture('install.txt'),
    "dpkg-query -W '-f=${db:Status-Status}\t${Provides}\n'": 'installed\tawk, foo (= 1)\n',
    ...more,
  };
  return fakeHost({ scripts: age(seconds), commands, now });
}

function onlyRun(plan: Plan): RunStep {
  const [step, ...rest] = plan.steps;
  expect(plan.failure).toBeUndefined();
  if (step?.kind !== 'run' || rest.length > 0)
    throw new Error(`expected one run step: ${JSON.stringify(plan)}`);
  return step;
}
