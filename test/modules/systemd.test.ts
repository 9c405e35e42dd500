import { expect, it } from 'vitest';
import { modules } from '../../modules/index.ts';
import { systemd } from '../../modules/systemd.ts';
import type { UnitState } from '../../src/module/index.ts';
import { fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const list = 'systemctl list-unit-files --no-legend --no-pager --full';

async function summaries(params: object, unit: Partial<UnitState>, commands = {}): Promise<unknown> {
  const host = fakeHost({ units: { 'nginx.service': unit }, commands });
  const plan = await readAndPlan(systemd, { name: 'nginx', ...params }, host);
  return plan.failure ?? plan.steps.map((step) => step.summary.replace(' nginx.service', ''));
}

it.each<[object, Partial<UnitState>, readonly string[] | string]>([
  [{ state: 'started' }, { active: 'active' }, []],
  [{ state: 'started' }, { active: 'activating' }, []],
  [{ state: 'started' }, { active: 'inactive' }, ['start']],
  [{ state: 'started' }, { active: 'failed' }, ['start']],
  [{ state: 'stopped' }, { active: 'inactive' }, []],
  [{ state: 'stopped' }, { active: 'failed' }, []],
  [{ state: 'stopped' }, { active: 'active' }, ['stop']],
  [{ state: 'stopped' }, { active: 'deactivating' }, ['stop']],
  [{ state: 'restarted' }, { active: 'active' }, ['restart']],
  [{ state: 'reloaded' }, { active: 'active' }, ['reload']],
  [{ state: 'reloaded' }, { active: 'inactive' }, ['start']],
  [{ enabled: true }, { enabled: 'enabled' }, []],
  [{ enabled: true }, { enabled: 'static' }, []],
  [{ enabled: true }, { enabled: 'disabled' }, ['enable']],
  [{ enabled: true }, { enabled: 'enabled-runtime' }, ['enable']],
  [{ enabled: false }, { enabled: 'enabled' }, ['disable']],
  [{ enabled: false }, { enabled: 'disabled' }, []],
  [{ enabled: false }, { enabled: 'static' }, []],
  [{ enabled: true, state: 'started' }, { enabled: 'disabled', active: 'inactive' }, ['enable', 'start']],
  [{ masked: true, state: 'stopped' }, { active: 'active' }, ['stop', 'mask']],
  [{ masked: true }, { load: 'masked', enabled: 'masked' }, []],
  [{ masked: true, state: 'started' }, {}, 'a masked unit can be neither started nor enabled'],
  [{ masked: false }, { load: 'masked', enabled: 'masked' }, ['unmask']],
  [{ masked: false }, {}, []],
  [
    { state: 'started' },
    { load: 'masked', enabled: 'masked' },
    'nginx.service is masked; set masked: false to permit that',
  ],
  [
    { state: 'started' },
    { load: 'bad-setting' },
    'systemd cannot load nginx.service (bad-setting); see `systemctl status nginx.service`',
  ],
  [{ state: 'started' }, { load: '' }, 'systemd does not run on this host'],
  [
    { state: 'restarted', daemon_reload: true },
    { needsReload: true, active: 'active' },
    ['make systemd read its unit files again', 'restart'],
  ],
  [{ state: 'started', daemon_reload: true }, { active: 'active' }, []],
])('%j on %j', async (params, unit, expected) => {
  expect(await summaries(params, unit)).toEqual(expected);
});

it('shows the log of a unit that does not start, and forgets an earlier failure', async () => {
  const host = fakeHost({ units: { 'nginx.service': { active: 'failed' } } });
  const { steps } = await readAndPlan(systemd, { name: 'nginx', state: 'started', no_block: true }, host);
  expect(steps).toMatchObject([
    {
      script: `systemctl reset-failed nginx.service 2>/dev/null
systemctl --no-block start nginx.service && exit 0
code=$?
systemctl status --no-pager --full --lines=20 nginx.service >&2
exit "$code"`,
      predicts: [{ kind: 'unit', name: 'nginx.service', active: 'active' }],
      diff: [{ header: 'nginx.service state', before: 'failed\n', after: 'active\n' }],
    },
  ]);
});

it('suggests a unit where there is none of that name', async () => {
  const host = fakeHost({
    commands: { [`${list} ngnix.service`]: '', [list]: 'nginx.service enabled enabled\n' },
  });
  expect(await readAndPlan(systemd, { name: 'ngnix', state: 'started' }, host)).toMatchObject({
    failure: 'there is no unit ngnix.service; did you mean nginx.service?',
  });
});

it('reads unit files again for a unit systemd has not seen yet', async () => {
  const host = fakeHost({ commands: { [`${list} new.timer`]: 'new.timer disabled enabled\n' } });
  const plan = await readAndPlan(systemd, { name: 'new.timer', enabled: true, daemon_reload: true }, host);
  expect(plan).toMatchObject({ replan: true, steps: [{ argv: ['systemctl', 'daemon-reload'] }] });
});

it.each([
  ['/etc/systemd/system/a.service\n', 1],
  ['', 0],
])('reads unit files again where one is newer: %j', async (newer, steps) => {
  const host = fakeHost({ scripts: [[/UnitsLoadTimestamp/, newer]] });
  expect((await readAndPlan(systemd, { daemon_reload: true }, host)).steps).toHaveLength(steps);
});

it('asks is-enabled where an init script stands behind the unit', async () => {
  const commands = { 'systemctl is-enabled nginx.service': 'enabled\n' };
  expect(await summaries({ enabled: true }, { enabled: 'generated' }, commands)).toEqual([]);
});

it('warns of a unit file that systemd has not read', async () => {
  const host = fakeHost({ units: { 'nginx.service': { needsReload: true, active: 'active' } } });
  const plan = await readAndPlan(systemd, { name: 'nginx', state: 'restarted' }, host);
  expect(plan.warnings).toEqual(['the unit file of nginx.service changed on disk; set daemon_reload: true']);
});

it('needs a name for a state', async () => {
  const plan = await readAndPlan(systemd, { state: 'started' }, fakeHost());
  expect(plan.failure).toBe('name is needed for state, enabled and masked');
});

it('answers to service too', () => {
  expect(modules.get('service')).toBe(systemd);
});
