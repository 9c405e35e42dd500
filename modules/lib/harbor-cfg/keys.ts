/** What a key of Harbor's configuration takes. `open` = anything, with any keys below it. */
export interface KeySpec {
  readonly type:
    | 'text'
    | 'path'
    | 'integer'
    | 'port'
    | 'boolean'
    | 'switch'
    | 'size'
    | 'list'
    | 'storage'
    | 'open';
  readonly choices?: readonly string[];
  readonly secret?: boolean;
  /** First minor version that has the key. */
  readonly since?: string;
}

export type KeyTable = Readonly<Record<string, KeySpec>>;

const text: KeySpec = { type: 'text' };
const path: KeySpec = { type: 'path' };
const integer: KeySpec = { type: 'integer' };
const port: KeySpec = { type: 'port' };
const boolean: KeySpec = { type: 'boolean' };
const onOff: KeySpec = { type: 'switch' };
const size: KeySpec = { type: 'size' };
const list: KeySpec = { type: 'list' };
const secret: KeySpec = { type: 'text', secret: true };
const oneOf = (...choices: string[]): KeySpec => ({ type: 'text', choices });
const since15 = (spec: KeySpec): KeySpec => ({ ...spec, since: '1.5' });

/** harbor.cfg of 1.4 and 1.5. */
const keys1: KeyTable = {
  hostname: text,
  ui_url_protocol: oneOf('http', 'https'),
  max_job_workers: integer,
  customize_crt: onOff,
  ssl_cert: path,
  ssl_cert_key: path,
  secretkey_path: path,
  admiral_url: text,
  log_rotate_count: integer,
  log_rotate_size: size,
  http_proxy: since15(text),
  https_proxy: since15(text),
  no_proxy: since15(text),
  email_identity: text,
  email_server: text,
  email_server_port: port,
  email_username: text,
  email_password: secret,
  email_from: text,
  email_ssl: boolean,
  email_insecure: boolean,
  harbor_admin_password: secret,
  auth_mode: oneOf('db_auth', 'ldap_auth', 'uaa_auth'),
  ldap_url: text,
  ldap_searchdn: text,
  ldap_search_pwd: secret,
  ldap_basedn: text,
  ldap_filter: text,
  ldap_uid: text,
  ldap_scope: oneOf('0', '1', '2'),
  ldap_timeout: integer,
  ldap_verify_cert: boolean,
  ldap_group_basedn: since15(text),
  ldap_group_filter: since15(text),
  ldap_group_gid: since15(text),
  ldap_group_scope: since15(oneOf('0', '1', '2')),
  self_registration: onOff,
  token_expiration: integer,
  project_creation_restriction: oneOf('everyone', 'adminonly'),
  db_host: text,
  db_password: secret,
  db_port: port,
  db_user: text,
  redis_url: text,
  clair_db_host: text,
  clair_db_password: secret,
  clair_db_port: port,
  clair_db_username: text,
  clair_db: text,
  uaa_endpoint: text,
  uaa_clientid: text,
  uaa_clientsecret: secret,
  uaa_verify_cert: boolean,
  uaa_ca_cert: path,
  registry_storage_provider_name: oneOf('filesystem', 's3', 'gcs', 'azure', 'swift', 'oss', 'inmemory'),
  // Access keys of an object store stand in it.
  registry_storage_provider_config: { type: 'storage', secret: true },
  reload_config: since15(boolean),
  skip_reload_env_pattern: since15(text),
};

/** harbor.yml of 2.x, nested keys joined by dots. */
const keys2: KeyTable = {
  hostname: text,
  'http.port': port,
  'https.port': port,
  'https.certificate': path,
  'https.private_key': path,
  'https.strong_ssl_ciphers': boolean,
  'ip_family.ipv4.enabled': boolean,
  'ip_family.ipv6.enabled': boolean,
  'internal_tls.enabled': boolean,
  'internal_tls.dir': path,
  'internal_tls.strong_ssl_ciphers': boolean,
  external_url: text,
  harbor_admin_password: secret,
  'database.password': secret,
  'database.max_idle_conns': integer,
  'database.max_open_conns': integer,
  'database.conn_max_lifetime': text,
  'database.conn_max_idle_time': text,
  data_volume: path,
  'storage_service.ca_bundle': path,
  ...Object.fromEntries(
    ['filesystem', 'azure', 'gcs', 's3', 'swift', 'oss'].map((driver) => [
      `storage_service.${driver}`,
      { type: 'open' } as const,
    ]),
  ),
  'storage_service.redirect.disable': boolean,
  'trivy.ignore_unfixed': boolean,
  'trivy.skip_update': boolean,
  'trivy.skip_java_db_update': boolean,
  'trivy.db_repository': text,
  'trivy.java_db_repository': text,
  'trivy.offline_scan': boolean,
  'trivy.security_check': text,
  'trivy.insecure': boolean,
  'trivy.timeout': text,
  'trivy.github_token': secret,
  'jobservice.max_job_workers': integer,
  'jobservice.max_job_duration_hours': integer,
  'jobservice.job_loggers': list,
  'jobservice.logger_sweeper_duration': integer,
  'notification.webhook_job_max_retry': integer,
  'notification.webhook_job_http_client_timeout': integer,
  'log.level': oneOf('debug', 'info', 'warning', 'error', 'fatal'),
  'log.local.rotate_count': integer,
  'log.local.rotate_size': size,
  'log.local.location': path,
  'log.external_endpoint.protocol': oneOf('tcp', 'udp'),
  'log.external_endpoint.host': text,
  'log.external_endpoint.port': port,
  'external_database.harbor.host': text,
  'external_database.harbor.port': port,
  'external_database.harbor.db_name': text,
  'external_database.harbor.username': text,
  'external_database.harbor.password': secret,
  'external_database.harbor.ssl_mode': oneOf('disable', 'require', 'verify-ca', 'verify-full'),
  'external_database.harbor.max_idle_conns': integer,
  'external_database.harbor.max_open_conns': integer,
  ...Object.fromEntries(
    ['registry', 'jobservice', 'trivy', 'harbor', 'cache_layer'].flatMap((name) => [
      [`redis.${name}_db_index`, integer],
      [`external_redis.${name}_db_index`, integer],
    ]),
  ),
  'external_redis.host': text,
  'external_redis.username': text,
  'external_redis.password': secret,
  'external_redis.sentinel_master_set': text,
  'external_redis.tlsOptions.enable': boolean,
  'external_redis.tlsOptions.rootCA': path,
  'external_redis.idle_timeout_seconds': integer,
  'uaa.ca_file': path,
  'proxy.http_proxy': text,
  'proxy.https_proxy': text,
  'proxy.no_proxy': text,
  'proxy.components': list,
  'metric.enabled': boolean,
  'metric.port': port,
  'metric.path': text,
  trace: { type: 'open' },
  'upload_purging.enabled': boolean,
  'upload_purging.age': text,
  'upload_purging.interval': text,
  'upload_purging.dryrun': boolean,
  'cache.enabled': boolean,
  'cache.expire_hours': integer,
  'core.quota_update_provider': oneOf('redis', 'db'),
};

/** The shape of file a version has, and its keys; undefined = a version this knows nothing of. */
export function keysOf(
  version: string,
): { readonly format: 'ini' | 'yaml'; readonly keys: KeyTable } | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  if (match?.[1] === '2') return { format: 'yaml', keys: keys2 };
  const minor = `${match?.[1]}.${match?.[2]}`;
  if (minor !== '1.4' && minor !== '1.5') return undefined;
  const known = Object.entries(keys1).filter(([, spec]) => spec.since === undefined || spec.since <= minor);
  return { format: 'ini', keys: Object.fromEntries(known) };
}

/** Since when a key exists that a version does not have yet. */
export function sinceOf(key: string): string | undefined {
  return keys1[key]?.since;
}

/** True where the value of the key must not be shown. */
export function isSecretKey(keys: KeyTable, key: string): boolean {
  if (keys[key]?.secret) return true;
  const last = key.slice(key.lastIndexOf('.') + 1);
  return openKeyOf(keys, key) !== undefined && /(secret|password|passphrase|token|key(data)?)$/i.test(last);
}

/** The open key above this one, e.g. `storage_service.s3` of `storage_service.s3.bucket`. */
export function openKeyOf(keys: KeyTable, key: string): string | undefined {
  const parts = key.split('.');
  return parts
    .map((_, index) => parts.slice(0, index + 1).join('.'))
    .find((prefix) => keys[prefix]?.type === 'open');
}

/** JSON Schema of the settings that are secrets, nested and dotted, so that they are masked everywhere. */
export function secretProperties(): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const table of [keys1, keys2]) {
    for (const [key, spec] of Object.entries(table)) {
      if (!spec.secret) continue;
      properties[key] = { writeOnly: true };
      nest(properties, key.split('.'));
    }
  }
  for (const name of ['secretkey', 'accesskey', 'accountkey', 'password', 'keydata', 'accesskeysecret']) {
    for (const driver of ['azure', 'gcs', 's3', 'swift', 'oss'])
      nest(properties, ['storage_service', driver, name]);
  }
  return properties;
}

function nest(properties: Record<string, unknown>, parts: readonly string[]): void {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) {
    properties[first] = { writeOnly: true };
    return;
  }
  const inner = (properties[first] ?? { type: ['object', 'null'], properties: {} }) as {
    properties: Record<string, unknown>;
  };
  properties[first] = inner;
  nest(inner.properties, rest);
}
