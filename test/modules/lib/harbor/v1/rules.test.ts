import { describe, expect, it } from 'vitest';
import type { Project, RuleSettings } from '../../../../../modules/lib/harbor/model.ts';
import { fields } from '../../../../../modules/lib/harbor/shapes.ts';
import { normalRule, toPolicy, toRule } from '../../../../../modules/lib/harbor/v1/rules.ts';
import { ParamsError } from '../../../../../src/module/index.ts';
import { recordings } from '../support.ts';

const wanted: RuleSettings = {
  name: 'to-b',
  description: '',
  enabled: true,
  direction: 'push',
  projects: ['example'],
  trigger: { kind: 'immediate' },
  replicateDeletion: true,
  override: true,
  speed: 0,
};
const projects: readonly Project[] = [
  { id: 1, name: 'library', repositoryCount: 0, metadata: {} },
  { id: 3, name: 'example', repositoryCount: 0, metadata: {} },
];

/** The policy that a real Harbor answered with. */
function stored(seq: number): Record<string, unknown> {
  const found = recordings('policies').find((recording) => recording.seq === seq);
  return { ...fields(JSON.parse(found?.response.body ?? '')) };
}

describe('a policy of a real 1.5.4', () => {
  it.each<[string, number, Partial<RuleSettings>]>([
    ['with an immediate trigger', 3, { name: 'to-b' }],
    ['that is manual', 64, { name: 'to-b', trigger: { kind: 'manual' } }],
    ['with a daily trigger', 28, { name: 'daily', trigger: { kind: 'scheduled', cron: '0 0 2 * * *' } }],
    ['with a weekly trigger', 29, { name: 'weekly', trigger: { kind: 'scheduled', cron: '0 0 2 * * 3' } }],
    [
      'with filters',
      31,
      { name: 'filters', repository: 'tomcat*', tag: 'app*', trigger: { kind: 'manual' } },
    ],
  ])('%s reads as the rule it was made from', (_what, seq, changes) => {
    const { id, endpointId, raw, ...settings } = toRule(stored(seq));
    expect(settings).toEqual({ ...wanted, ...changes });
    expect(settings).toEqual(normalRule({ ...wanted, ...changes }));
    expect(id).toBeGreaterThan(0);
    expect(endpointId).toBe(1);
    expect(raw).toEqual(stored(seq));
  });

  it('stored without a trigger is broken', () => {
    expect(toRule(stored(98))).toMatchObject({
      name: 'notrigger',
      broken: expect.stringContaining('without a trigger'),
    });
    expect(toRule(stored(3))).not.toHaveProperty('broken');
  });
});

describe('the policy to send', () => {
  it('is what a real 1.5.4 took', () => {
    const sent = recordings('policies').find(({ seq }) => seq === 2)?.request.body ?? '';
    expect({ ...toPolicy(wanted, 1, projects), replicate_existing_image_now: false }).toEqual(
      JSON.parse(sent),
    );
  });

  it('has the filters and the schedule', () => {
    const rule: RuleSettings = {
      ...wanted,
      repository: 'tomcat*',
      tag: 'app*',
      trigger: { kind: 'scheduled', cron: '0 30 2 * * 0' },
    };
    expect(toPolicy(rule, 2, projects)).toMatchObject({
      projects: [{ project_id: 3 }],
      targets: [{ id: 2 }],
      trigger: { kind: 'Scheduled', schedule_param: { type: 'Weekly', weekday: 7, offtime: 9000 } },
      filters: [
        { kind: 'repository', pattern: 'tomcat*' },
        { kind: 'tag', pattern: 'app*' },
      ],
    });
  });

  it('keeps of the stored one what is not ours', () => {
    const other = { kind: 'project', pattern: 'example' };
    const policy = toPolicy({ ...wanted, tag: 'v*' }, 1, projects, {
      ...stored(31),
      filters: [other],
      foreign: 1,
    });
    expect(policy['filters']).toEqual([other, { kind: 'tag', pattern: 'v*' }]);
    expect(policy).toMatchObject({ id: 8, foreign: 1, name: 'to-b' });
  });
});

it.each<[string, Partial<RuleSettings>]>([
  ['two projects', { projects: ['a', 'b'] }],
  ['no project', { projects: [] }],
  ['pull', { direction: 'pull' }],
  ['disabled', { enabled: false }],
  ['no override', { override: false }],
  ['a speed', { speed: 10 }],
  ['labels', { labels: ['x'] }],
  ['a cron that is neither daily nor weekly', { trigger: { kind: 'scheduled', cron: '0 */5 * * * *' } }],
  ['a name of 257 characters', { name: 'n'.repeat(257) }],
  ['a project that is not there', { projects: ['nosuch'] }],
])('%s is refused', (_what, changes) => {
  const send = (): unknown => toPolicy({ ...wanted, ...changes }, 1, projects);
  expect(send).toThrow(ParamsError);
  expect(send).toThrow(/Harbor (1\.5|takes)/);
});

it('a pattern for everything is no filter', () => {
  expect(normalRule({ ...wanted, repository: '**', tag: '' })).toEqual(wanted);
});
