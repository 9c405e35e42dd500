import { describe, expect, test } from 'vitest';
import { harborUser } from '../../modules/harbor_user.ts';
import type { Plan, Step } from '../../src/module/index.ts';
import { planOf } from '../support/run-module.ts';

const login = { url: 'https://a.example.com', password: 'Admin12345' };
const hashes = { path: '/inventory/.harbor-hashes/h1.yml', records: {} };
const nothing = {
  generation: '2',
  authMode: 'db_auth',
  user: undefined,
  emailOwner: undefined,
  hashes,
  secret: undefined,
  fits: undefined,
};
const user = {
  id: 4,
  name: 'ci',
  email: 'ci@example.com',
  realName: 'Builds',
  comment: '',
  administrator: false,
};
const other = { recorded: 'other', fresh: 'hash' };
const none = { recorded: 'none', fresh: 'hash' };
const email = 'ci@example.com';
const user_password = 'Secret12345';

function plan(params: object, current: object): Plan {
  return planOf(harborUser, { ...login, name: 'ci', ...params }, { ...nothing, ...current });
}

/** `METHOD PATH BODY` of a request, the path of a file. */
function done(step: Step): string {
  if (step.kind === 'save') return step.localPath;
  if (step.kind !== 'request') return step.kind;
  const { method, url, body = '' } = step.request;
  return `${method} ${url.replace('https://a.example.com', '')} ${String(body)}`.trim();
}

describe('what is done', () => {
  test.each<[string, object, object, readonly string[]]>([
    [
      'a new user',
      { email, user_password },
      {},
      [
        'POST /api/v2.0/users {"username":"ci","email":"ci@example.com","realname":"ci","comment":"","password":"Secret12345"}',
      ],
    ],
    [
      'a changed name, with the rest of the profile as it is',
      { real_name: 'Build servers' },
      { user },
      ['PUT /api/v2.0/users/4 {"email":"ci@example.com","realname":"Build servers","comment":""}'],
    ],
    [
      'an administrator',
      { administrator: true },
      { user },
      ['PUT /api/v2.0/users/4/sysadmin {"sysadmin_flag":true}'],
    ],
    [
      'an administrator of 1.5',
      { administrator: true },
      { user, generation: '1.5' },
      ['PUT /api/users/4/sysadmin {"has_admin_role":1}'],
    ],
    ['nothing where nothing is given', {}, { user }, []],
    [
      'a password that changed, then its hash',
      { user_password },
      { user, secret: other },
      ['PUT /api/v2.0/users/4/password {"new_password":"Secret12345"}', hashes.path],
    ],
    [
      'a hash alone where the password fits',
      { user_password },
      { user, secret: none, fits: true },
      [hashes.path],
    ],
    [
      'a password that fits no more',
      { user_password, old_password: 'Before12345' },
      { user, secret: none, fits: false, generation: '1.5' },
      ['PUT /api/users/4/password {"old_password":"Before12345","new_password":"Secret12345"}', hashes.path],
    ],
    ['a user without a record', { state: 'absent' }, { user }, ['DELETE /api/v2.0/users/4']],
    [
      'a user with its record',
      { state: 'absent' },
      {
        user,
        hashes: {
          ...hashes,
          records: { 'https://a.example.com': { users: { ci: { id: 4, hash: 'h' } } } },
        },
      },
      ['DELETE /api/v2.0/users/4', hashes.path],
    ],
    ['nobody', { state: 'absent' }, {}, []],
    [
      'who asks, with the password it asks with',
      { name: 'admin', user_password: login.password },
      {
        user: { ...user, name: 'admin' },
        secret: none,
        fits: true,
      },
      [],
    ],
  ])('%s', (_what, params, current, steps) => {
    expect(plan(params, current).steps.map(done)).toEqual(steps);
  });
});

describe('refuses, and plans nothing', () => {
  test.each<[string, object, object, string]>([
    ['a new user without a mail address', { user_password }, {}, 'to create it email must be given'],
    ['a new user of a name alone', {}, {}, 'to create it email and user_password must be given'],
    [
      'a new user where LDAP has them',
      { email, user_password },
      { authMode: 'ldap_auth' },
      'auth_mode ldap_auth',
    ],
    ['a mail address of another', { email }, { user, emailOwner: 'dev' }, 'already belongs to user dev'],
    ['a short password', { email, user_password: 'Ab1' }, {}, 'user_password must have 8 to 128 characters'],
    [
      'a password too long for 1.5',
      { email, user_password: `Aa1${'x'.repeat(18)}` },
      { generation: '1.5' },
      '8 to 20 characters',
    ],
    ['a weak password', { email, user_password: 'aaaaaaaa' }, {}, 'an upper-case letter, a digit (Harbor 2)'],
    [
      'another password on 1.5 without the old one',
      { user_password },
      { user, secret: other, generation: '1.5' },
      'only with the old one: give old_password',
    ],
    [
      'to change the password it asks with',
      { name: 'admin', user_password },
      { user: { ...user, name: 'admin' }, secret: none, fits: false },
      'Ask as another administrator',
    ],
    [
      'to end its own rights',
      { name: 'admin', administrator: false },
      { user: { ...user, name: 'admin', administrator: true } },
      'would take its own right away',
    ],
    ['to remove admin', { name: 'admin', state: 'absent', username: 'root' }, {}, "is Harbor's own"],
    ['to remove who asks', { username: 'ci', state: 'absent' }, { user }, 'cannot remove itself'],
    ['admin of 1.5', { name: 'admin', email }, { generation: '1.5' }, 'does not list the user admin'],
  ])('%s', (_what, params, current, message) => {
    const refused = plan(params, current);
    expect(refused.failure).toContain(message);
    expect(refused.steps).toEqual([]);
    expect(refused.failure).not.toContain('Secret12345');
  });

  test.each<[object]>([
    [{ name: 'a$b' }],
    [{ name: '' }],
    [{ email: 'nobody' }],
    [{ comment: 'x'.repeat(31) }],
    [{ real_name: 'a,b' }],
  ])('%j, before Harbor is asked', (params) => {
    expect(() => plan(params, {})).toThrow('must');
  });
});

test.each([
  ['on_create', undefined, undefined],
  ['on_create', true, true],
  ['always', undefined, true],
])(
  'update_password %s, administrator %s: looks again after it was made: %s',
  (mode, administrator, replan) => {
    const params = { email, user_password, update_password: mode };
    expect(plan(administrator === undefined ? params : { ...params, administrator }, {}).replan).toBe(replan);
  },
);

test('no password is in a diff', () => {
  const made = plan({ email, user_password, comment: 'ours' }, {});
  const changed = plan({ user_password, comment: 'ours' }, { user, secret: other });
  const diffs = [...made.steps, ...changed.steps].flatMap((step) => step.diff ?? []);
  expect(diffs).toEqual([
    {
      header: 'user ci of https://a.example.com',
      before: '',
      after: 'name: ci\nemail: ci@example.com\nreal_name: ci\ncomment: ours\n',
    },
    { header: 'user ci of https://a.example.com', before: 'comment: ""\n', after: 'comment: ours\n' },
    { header: 'user ci of https://a.example.com', before: '', after: 'password: (new)\n' },
  ]);
});
