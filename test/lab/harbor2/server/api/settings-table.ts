// The settings that users may see, with their defaults: src/lib/config/metadata/metadatalist.go.

import type { State } from '../state.ts';

export type Setting = string | number | boolean;

/** A setting's present value. */
export function setting(state: State, name: string): Setting {
  return state.configuration[name] ?? settingDefaults[name] ?? '';
}

/** Names and defaults of what GET /configurations shows. A default's type is the setting's. */
export const settingDefaults: Readonly<Record<string, Setting>> = {
  auth_mode: 'db_auth',
  primary_auth_mode: false,
  ldap_base_dn: '',
  ldap_filter: '',
  ldap_group_base_dn: '',
  ldap_group_admin_dn: '',
  ldap_group_attribute_name: '',
  ldap_group_search_filter: '',
  ldap_group_search_scope: 2,
  ldap_group_attach_parallel: false,
  ldap_scope: 2,
  ldap_search_dn: '',
  ldap_timeout: 5,
  ldap_uid: 'cn',
  ldap_url: '',
  ldap_verify_cert: true,
  ldap_group_membership_attribute: 'memberof',
  project_creation_restriction: 'everyone',
  read_only: false,
  self_registration: false,
  token_expiration: 30,
  uaa_client_id: '',
  uaa_client_secret: '',
  uaa_endpoint: '',
  uaa_verify_cert: false,
  http_authproxy_endpoint: '',
  http_authproxy_tokenreview_endpoint: '',
  http_authproxy_admin_groups: '',
  http_authproxy_admin_usernames: '',
  http_authproxy_verify_cert: true,
  http_authproxy_skip_search: false,
  http_authproxy_server_certificate: '',
  oidc_name: '',
  oidc_endpoint: '',
  oidc_client_id: '',
  oidc_groups_claim: '',
  oidc_admin_group: '',
  oidc_group_filter: '',
  oidc_scope: '',
  oidc_user_claim: '',
  oidc_verify_cert: true,
  oidc_auto_onboard: false,
  oidc_extra_redirect_parms: '{}',
  oidc_logout: false,
  robot_token_duration: 30,
  robot_name_prefix: 'robot$',
  notification_enable: true,
  quota_per_project_enable: true,
  storage_per_project: -1,
  audit_log_forward_endpoint: '',
  skip_audit_log_database: false,
  scanner_skip_update_pulltime: false,
  session_timeout: 60,
  banner_message: '',
  disabled_audit_log_event_types: '',
};

/** Settings that can be written and never read. */
export const secretSettings: ReadonlySet<string> = new Set(['ldap_search_password', 'oidc_client_secret']);

/** What else a value must be. */
export const allowedValues: Readonly<Record<string, readonly Setting[]>> = {
  auth_mode: ['db_auth', 'ldap_auth', 'uaa_auth', 'http_auth', 'oidc_auth'],
  project_creation_restriction: ['everyone', 'adminonly'],
  ldap_scope: [0, 1, 2],
  ldap_group_search_scope: [0, 1, 2],
};

/** Settings whose value must be above zero. */
export const positive: ReadonlySet<string> = new Set([
  'token_expiration',
  'robot_token_duration',
  'session_timeout',
]);
