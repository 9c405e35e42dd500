import { describe, expect, test } from 'vitest';
import { harborConfig } from '../../modules/harbor_config.ts';
import type { Plan } from '../../src/module/index.ts';
import { planOf } from '../support/run-module.ts';

const login = { url: 'https://a.example.com', password: 'Admin12345' };
const hashes = { path: '/inventory/.harbor-hashes/h1.yml', records: {} };
const items = {
  auth_mode: { value: 'db_auth', editable: false },
  token_expiration: { value: 30, editable: true },
  self_registration: { value: true, editable: true },
  email_from: { value: 'admin <a@example.com>', editable: true },
  ldap_group_search_scope: { value: '2', editable: true },
  ldap_scope: { value: 2, editable: true },
  oidc_admin_group: { value: '', editable: true },
};
const uaa = { uaa_client_secret: { value: 'Before12345', editable: true } };

function plan(settings: object, current: object = {}): Plan {
  const nothing = { generation: '1.5', items, hashes, secrets: {} };
  return planOf(harborConfig, { ...login, settings }, { ...nothing, ...current });
}

/** What is sent, undefined = nothing. */
function sent(planned: Plan): unknown {
  const [step] = planned.steps;
  return step?.kind === 'request' ? JSON.parse(String(step.request.body)) : undefined;
}

describe('what is sent', () => {
  test.each<[string, object, unknown]>([
    ['a number', { token_expiration: 45 }, { token_expiration: 45 }],
    ['a number from a text', { token_expiration: '45' }, { token_expiration: 45 }],
    ['nothing for the same number as a text', { token_expiration: '30' }, undefined],
    ['a truth value', { self_registration: false }, { self_registration: false }],
    ['a truth value from a text', { self_registration: 'false' }, { self_registration: false }],
    ['a text', { email_from: 'x' }, { email_from: 'x' }],
    ['a text from a number', { oidc_admin_group: 7 }, { oidc_admin_group: '7' }],
    ['nothing for a number shown as a text', { ldap_group_search_scope: 2 }, undefined],
    ['a number where one is shown as a text', { ldap_group_search_scope: 1 }, { ldap_group_search_scope: 1 }],
    ['nothing for what is fixed and as desired', { auth_mode: 'db_auth' }, undefined],
    [
      'only what differs',
      { token_expiration: 30, ldap_scope: 1, self_registration: true },
      { ldap_scope: 1 },
    ],
  ])('%s', (_what, settings, body) => {
    const planned = plan(settings);
    expect(planned.failure).toBeUndefined();
    expect(sent(planned)).toEqual(body);
  });
});

describe('refuses, and plans nothing', () => {
  test.each<[string, object, readonly string[]]>([
    [
      'a key it does not know',
      { token_expiraton: 1 },
      ['no setting token_expiraton: did you mean token_expiration?'],
    ],
    ['a key like none', { foo: 1 }, ['no setting foo: known are auth_mode, email_from, email_password,']],
    ['a secret of the other', { oidc_client_secret: 'Oidc12345' }, ['no setting oidc_client_secret']],
    ['a wrong number', { token_expiration: 'soon' }, ['token_expiration must be a number, not "soon"']],
    ['a wrong truth value', { self_registration: 1 }, ['self_registration must be true or false, not 1']],
    ['what is fixed', { auth_mode: 'ldap_auth' }, ['auth_mode cannot be changed', '"db_auth"']],
    [
      'all at once',
      { foo: 1, token_expiration: 'x', self_registration: false },
      ['no setting foo', 'must be a number'],
    ],
  ])('%s', (_what, settings, messages) => {
    const refused = plan(settings);
    for (const message of messages) expect(refused.failure).toContain(message);
    expect(refused.steps).toEqual([]);
    expect(refused.failure).not.toContain('Oidc12345');
  });

  test.each([[{}], [{ token_expiration: [1] }], [{ token_expiration: null }], [{ email_password: 1 }]])(
    '%j, before Harbor is asked',
    (settings) => {
      expect(() => plan(settings)).toThrow('must');
    },
  );
});

describe('secrets', () => {
  const ldap_search_password = 'Ldap12345';

  test.each<[string, object, unknown, number]>([
    ['never set', { recorded: 'none', fresh: 'hash' }, { ldap_search_password }, 2],
    ['changed', { recorded: 'other', fresh: 'hash' }, { ldap_search_password }, 2],
    ['as they were', { recorded: 'same', fresh: '' }, undefined, 0],
  ])('%s', (_what, state, body, steps) => {
    const planned = plan(
      { ldap_search_password, token_expiration: 30 },
      { secrets: { ldap_search_password: state } },
    );
    expect(sent(planned)).toEqual(body);
    expect(planned.steps).toHaveLength(steps);
  });

  test('that Harbor shows are compared, and yet not shown', () => {
    const generation = '2';
    const both = { ...items, ...uaa };
    expect(plan({ uaa_client_secret: 'Before12345' }, { generation, items: both }).steps).toEqual([]);
    const planned = plan({ uaa_client_secret: 'After12345' }, { generation, items: both });
    expect(sent(planned)).toEqual({ uaa_client_secret: 'After12345' });
    expect(planned.steps).toHaveLength(1);
    expect(planned.steps[0]?.diff).toEqual([
      {
        header: 'configuration of https://a.example.com',
        before: 'uaa_client_secret: (secret, as before)\n',
        after: 'uaa_client_secret: (secret, new)\n',
      },
    ]);
  });

  test('are not in the diff', () => {
    const secrets = { ldap_search_password: { recorded: 'none', fresh: 'hash' } };
    const [step] = plan({ ldap_search_password, token_expiration: 45 }, { secrets }).steps;
    expect(step?.diff).toEqual([
      {
        header: 'configuration of https://a.example.com',
        before: 'token_expiration: 30\n',
        after: 'token_expiration: 45\nldap_search_password: (secret, new)\n',
      },
    ]);
  });
});
