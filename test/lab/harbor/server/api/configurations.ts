// The settings that an administrator may change.

import { requireAdmin } from '../caller.ts';
import { type Call, type Handler, jsonBody } from '../harbor.ts';
import type { SettingValue } from '../settings.ts';
import { abort, done, fail, goJson, json } from '../web.ts';

// What kind each key must have, with Go's names for kinds.
const KINDS: Readonly<Record<string, 'string' | 'float64' | 'bool' | 'any'>> = {
  auth_mode: 'string',
  email_from: 'string',
  email_host: 'string',
  email_identity: 'string',
  email_insecure: 'bool',
  email_password: 'string',
  email_port: 'float64',
  email_ssl: 'bool',
  email_username: 'string',
  ldap_base_dn: 'string',
  ldap_filter: 'string',
  ldap_group_attribute_name: 'string',
  ldap_group_base_dn: 'string',
  ldap_group_search_filter: 'string',
  ldap_group_search_scope: 'float64',
  ldap_scope: 'float64',
  ldap_search_dn: 'string',
  ldap_search_password: 'string',
  ldap_timeout: 'float64',
  ldap_uid: 'string',
  ldap_url: 'string',
  ldap_verify_cert: 'bool',
  project_creation_restriction: 'string',
  read_only: 'bool',
  scan_all_policy: 'any',
  self_registration: 'bool',
  token_expiration: 'float64',
  uaa_client_id: 'string',
  uaa_client_secret: 'any',
  uaa_endpoint: 'string',
  uaa_verify_cert: 'bool',
};

const HIDDEN = ['email_password', 'ldap_search_password', 'uaa_client_secret'];
const GO_KINDS: Readonly<Record<string, string>> = { string: 'string', number: 'float64', boolean: 'bool' };
const DEFAULT_SCAN_POLICY = { type: 'daily', parameter: { daily_time: 0 } };

export const get: Handler = async (call) => {
  requireAdmin(call.caller);
  const settings: Readonly<Record<string, unknown>> = {
    scan_all_policy: DEFAULT_SCAN_POLICY,
    ...(await call.harbor.settings.read()),
  };
  const shown = Object.keys(KINDS)
    .filter((key) => settings[key] !== undefined && !HIDDEN.includes(key))
    .sort();
  const free = await hasNoUsers(call);
  return json(
    Object.fromEntries(
      shown.map((key) => [key, { value: settings[key], editable: key !== 'auth_mode' || free }]),
    ),
  );
};

export const update: Handler = async (call) => {
  requireAdmin(call.caller);
  const body = await jsonBody<Record<string, SettingValue>>(call, {});
  const known = Object.entries(body).filter(
    (entry): entry is [string, SettingValue] => KINDS[entry[0]] !== undefined,
  );
  for (const [key, value] of known) {
    const fault = wrongKind(key, value) || wrongValue(key, value);
    if (fault !== '') return abort(400, fault);
  }
  const mode = Object.fromEntries(known)['auth_mode'];
  const current = (await call.harbor.settings.read())['auth_mode'];
  if (mode !== undefined && mode !== current && !(await hasNoUsers(call))) {
    return abort(400, 'auth_mode can not be modified as new users have been inserted into database');
  }
  await call.harbor.settings.change(Object.fromEntries(known));
  return done();
};

export const reset: Handler = async (call) => {
  requireAdmin(call.caller);
  await call.harbor.settings.reset();
  return done();
};

// No mail server is reachable from the lab.
export const pingMail: Handler = async (call) => {
  requireAdmin(call.caller);
  return fail(400, 'failed to ping email server');
};

async function hasNoUsers({ harbor }: Call): Promise<boolean> {
  return (await harbor.tables.select('user')).every((user) => user.user_id <= 2);
}

function wrongKind(key: string, value: SettingValue): string {
  const wanted = KINDS[key];
  const kind = GO_KINDS[typeof value] ?? 'map[string]interface {}';
  if (wanted === 'any' || wanted === kind) return '';
  const shown = typeof value === 'object' ? goJson(value) : String(value);
  return `Invalid value type, expected ${wanted}, key: ${key}, value: ${shown}, type: ${kind}`;
}

function wrongValue(key: string, value: SettingValue): string {
  if (key === 'auth_mode' && !['db_auth', 'ldap_auth', 'uaa_auth'].includes(String(value))) {
    return 'invalid auth_mode, shoud be one of db_auth, ldap_auth, uaa_auth';
  }
  if (['ldap_url', 'ldap_base_dn', 'ldap_uid'].includes(key) && value === '') return `${key} is empty`;
  if (key === 'ldap_scope' && ![0, 1, 2].includes(Number(value)))
    return 'invalid ldap_scope, should be 0, 1 or 2';
  if (typeof value === 'number' && (value < 0 || (key === 'email_port' && value > 65_535)))
    return `invalid ${key}: ${value}`;
  if (key === 'project_creation_restriction' && !['everyone', 'adminonly'].includes(String(value))) {
    return 'invalid project_creation_restriction, should be adminonly or everyone';
  }
  return '';
}
