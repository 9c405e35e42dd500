import { describe, expect, test } from 'vitest';
import { harborProject } from '../../modules/harbor_project.ts';
import { parseSize, sizeText } from '../../modules/lib/harbor-objects/sizes.ts';
import type { Plan, Step } from '../../src/module/index.ts';
import { planOf } from '../support/run-module.ts';

const login = { url: 'https://a.example.com/', password: 'Admin12345' };
const project = { id: 3, name: 'example', repositoryCount: 0, metadata: { public: 'true' } };
const nothing = { generation: '2', project: undefined, members: [], quota: undefined, rules: [] };
const admin = { id: 1, name: 'admin', kind: 'user', role: 'project_admin' };

function plan(params: object, current: object): Plan {
  return planOf(harborProject, { ...login, name: 'example', ...params }, { ...nothing, ...current });
}

/** `METHOD PATH BODY` of a request. */
function sent(step: Step | undefined): string {
  if (step?.kind !== 'request') return '';
  const { method, url, body = '' } = step.request;
  return `${method} ${url.replace('https://a.example.com', '')} ${String(body)}`.trim();
}

describe('what is sent', () => {
  test.each<[string, object, object, readonly string[]]>([
    [
      'a new project with a quota',
      { public: false, content_trust: true, storage_limit: '1GiB' },
      {},
      [
        'POST /api/v2.0/projects {"project_name":"example","metadata":{"public":"false","enable_content_trust_cosign":"true"},"storage_limit":1073741824}',
      ],
    ],
    [
      'a new project of 1.5',
      { public: true, content_trust: true, prevent_vulnerable: true, severity: 'negligible' },
      { generation: '1.5' },
      [
        'POST /api/projects {"project_name":"example","metadata":{"public":"true","enable_content_trust":"true","prevent_vul":"true","severity":"negligible"}}',
      ],
    ],
    [
      'only metadata that differ',
      { public: true, scan_on_push: true },
      { project },
      ['PUT /api/v2.0/projects/3 {"metadata":{"auto_scan":"true"}}'],
    ],
    ['nothing for what is off and not there', { scan_on_push: false }, { project }, []],
    [
      'a quota taken away',
      { storage_limit: -1 },
      { project, quota: { id: 5, storageLimit: 100, storageUsed: 7 } },
      ['PUT /api/v2.0/quotas/5 {"hard":{"storage":-1}}'],
    ],
    [
      'a group',
      { members: [{ name: 'team', kind: 'group', role: 'maintainer' }] },
      { project, members: [admin] },
      [expect.stringMatching(/^POST \/api\/v2.0\/projects\/3\/members .*"role_id":4/) as string],
    ],
    [
      'nothing for a group of LDAP that Harbor shows by its name',
      { members: [{ name: 'cn=The team\\, all,ou=groups,dc=example', kind: 'group' }] },
      { project, members: [{ id: 12, name: 'The team, all', kind: 'group', role: 'developer' }] },
      [],
    ],
    [
      'a group beside a user of the same name',
      { members: [{ name: 'admin', kind: 'group' }], purge_members: true },
      { project, members: [admin] },
      [expect.stringMatching(/^POST .*"role_id":2/) as string],
    ],
  ])('%s', (_what, params, current, requests) => {
    expect(plan(params, current).steps.map(sent)).toEqual(requests);
  });
});

describe('refuses, and plans nothing', () => {
  test.each<[string, object, object, string]>([
    ['a quota on 1.5', { storage_limit: 1 }, { generation: '1.5' }, 'Harbor 1.5 has no quotas'],
    ['a quota of nothing', { storage_limit: '0GiB' }, {}, 'at least one byte'],
    ['a quota where none is kept', { storage_limit: 1 }, { project }, 'keeps no quota for project example'],
    [
      'a severity of the other',
      { severity: 'critical' },
      { generation: '1.5' },
      'negligible, low, medium, high',
    ],
    ['and the other way', { severity: 'negligible' }, {}, 'none, low, medium, high, critical'],
    [
      'a role of the other, before the project is made',
      { members: [{ name: 'ci', role: 'maintainer' }] },
      { generation: '1.5' },
      'Harbor 1.5 has no role maintainer (user ci)',
    ],
    [
      'a member twice',
      { members: [{ name: 'ci' }, { name: 'ci', role: 'guest' }] },
      {},
      'names the user ci twice',
    ],
    ['to purge without a list', { purge_members: true }, { project }, 'purge_members needs members'],
    [
      'a name that 1.5 could never remove',
      { name: 'x'.repeat(245) },
      { generation: '1.5' },
      'use at most 244',
    ],
    [
      'to remove a name that 1.5 cannot',
      { name: 'x'.repeat(255), state: 'absent' },
      { generation: '1.5', project: { ...project, name: 'x'.repeat(255) } },
      'cannot remove project',
    ],
    [
      'to remove what is not empty',
      { state: 'absent' },
      { project: { ...project, repositoryCount: 3 } },
      'it holds 3 repositories',
    ],
    [
      'to remove what a rule uses',
      { state: 'absent' },
      { generation: '1.5', project, rules: ['to-b'] },
      'used by the replication rule to-b',
    ],
  ])('%s', (_what, params, current, message) => {
    const refused = plan(params, current);
    expect(refused.failure).toContain(message);
    expect(refused.steps).toEqual([]);
  });

  test.each([['UPPER'], ['a..b'], ['-lead'], ['with space'], ['a/b']])(
    'the name %s, before Harbor is asked',
    (name) => {
      expect(() => plan({ name }, {})).toThrow('"name" is not written as it must be');
    },
  );

  test.each([['a'], ['x'.repeat(256)]])('the name %s, too short or too long', (name) => {
    expect(() => plan({ name }, {})).toThrow('"name" must NOT have');
  });
});

test('a long name is fine on 2.x', () => {
  expect(plan({ name: 'x'.repeat(255) }, {}).steps).toHaveLength(1);
});

test('says what follows in check mode', () => {
  const { replan, message } = plan({ members: [{ name: 'ci' }, { name: 'dev', role: 'guest' }] }, {});
  expect({ replan, message }).toEqual({
    replan: true,
    message: 'its members follow: ci (developer), dev (guest)',
  });
});

test('the diff has the fields that change, in the words of the params', () => {
  const [step] = plan({ public: false, severity: 'high', scan_on_push: false }, { project }).steps;
  expect(step?.diff).toEqual([
    {
      header: 'project example of https://a.example.com',
      before: 'public: true\n',
      after: 'public: false\nseverity: high\n',
    },
  ]);
});

test('warns of a quota below what is used', () => {
  const quota = { id: 5, storageLimit: -1, storageUsed: 2 ** 30 };
  expect(plan({ storage_limit: '1MiB' }, { project, quota }).warnings).toEqual([
    'project example uses 1GiB, more than its quota: nothing can be pushed to it',
  ]);
});

test.each<[string | number, number, string]>([
  [-1, -1, 'unlimited'],
  ['unlimited', -1, 'unlimited'],
  [1500, 1500, '1500B'],
  ['1500', 1500, '1500B'],
  ['10GiB', 10 * 2 ** 30, '10GiB'],
  ['1.5 TiB', 1.5 * 2 ** 40, '1536GiB'],
  [0, 0, '0B'],
  ['512 MiB', 512 * 2 ** 20, '512MiB'],
])('%s is %i bytes, %s', (size, bytes, text) => {
  expect(parseSize(size)).toBe(bytes);
  expect(sizeText(bytes)).toBe(text);
});

test.each([['10GB'], ['ten'], ['-5'], ['1.2.3GiB']])('%s is no size', (storage_limit) => {
  expect(() => plan({ storage_limit }, {})).toThrow('"storage_limit" is not written as it must be');
});

test('a negative number is no size', () => {
  expect(() => plan({ storage_limit: -2 }, {})).toThrow('"storage_limit" must');
});
