import { describe, expect, it } from 'vitest';
import type { RuleSettings } from '../../../../../modules/lib/harbor/model.ts';
import { normalRule, toPolicy, toRule } from '../../../../../modules/lib/harbor/v2/rules.ts';
import { ParamsError } from '../../../../../src/module/index.ts';
import { policy, wantedRule as wanted } from './answers.ts';

/** What the server gives back of what it was sent. */
function stored(sent: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const local = { id: 0, name: 'Local', type: 'harbor', url: 'http://core:8080' };
  return { src_registry: local, dest_registry: local, ...sent, id: 9 };
}

describe('a rule', () => {
  it.each<[string, Partial<RuleSettings>]>([
    ['as it is', {}],
    [
      'with other projects and filters',
      { projects: ['b', 'a'], repository: 'x*', tag: 'v*', labels: ['b', 'a'] },
    ],
    ['that is scheduled', { trigger: { kind: 'scheduled', cron: ' 0  30 2 * * * ' } }],
    [
      'that is manual, off and slow',
      { trigger: { kind: 'manual' }, enabled: false, speed: 64, override: false },
    ],
    ['that pulls', { direction: 'pull', trigger: { kind: 'manual' } }],
    ['that keeps what is deleted', { replicateDeletion: false }],
  ])('reads back as it is compared: %s', (_what, changes) => {
    const rule = { ...wanted, ...changes };
    const { id, endpointId, raw: _raw, ...settings } = toRule(stored(toPolicy(rule, 4)));
    expect(settings).toEqual(normalRule(rule));
    expect([id, endpointId]).toEqual([9, 4]);
  });

  it('says deletion under both of its names', () => {
    expect(toPolicy(wanted, 4)).toMatchObject({ deletion: true, replicate_deletion: true });
  });

  it('names the other side only', () => {
    expect(toPolicy(wanted, 4)).toHaveProperty('dest_registry', { id: 4 });
    expect(toPolicy(wanted, 4)).not.toHaveProperty('src_registry');
    const pull = toPolicy({ ...wanted, direction: 'pull', trigger: { kind: 'manual' } }, 4, policy);
    expect(pull).toHaveProperty('src_registry', { id: 4 });
    expect(pull).not.toHaveProperty('dest_registry');
  });

  it('sends back what is not ours as it was', () => {
    expect(toPolicy(wanted, 4, policy)).toMatchObject({
      dest_namespace: 'mirror',
      dest_namespace_replace_count: 1,
      copy_by_chunk: true,
      filters: [
        { type: 'resource', value: 'image' },
        { type: 'name', value: 'example/**' },
      ],
    });
  });
});

it.each<[string, Partial<RuleSettings>]>([
  ['pull on push', { direction: 'pull', trigger: { kind: 'immediate' } }],
  ['five fields', { trigger: { kind: 'scheduled', cron: '30 2 * * *' } }],
  ['seconds', { trigger: { kind: 'scheduled', cron: '5 30 2 * * *' } }],
  ['every minute', { trigger: { kind: 'scheduled', cron: '0 * 2 * * *' } }],
])('%s is refused', (_what, changes) => {
  expect(() => normalRule({ ...wanted, ...changes })).toThrow(ParamsError);
});
