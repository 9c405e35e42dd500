// Every setting of Harbor 1.5: its name in the `properties` table, the environment variable it comes from, and its kind.

import { decrypt, encrypt } from './crypto.ts';
import { find, type Tables } from './tables.ts';

export type SettingValue = string | number | boolean;
export type Settings = Readonly<Record<string, SettingValue>>;

interface Setting {
  readonly name: string;
  readonly env: string;
  readonly kind: 'text' | 'number' | 'flag';
  /** Read from the environment at every boot, not only at the first. */
  readonly everyBoot: boolean;
  /** What a number becomes when it is read back from the table: 1.5 forgets a few conversions. */
  readonly readAs?: 'text' | 'number';
}

/** Stored encrypted with the secretkey. */
export const SECRET_SETTINGS: readonly string[] = [
  'email_password',
  'ldap_search_password',
  'mysql_password',
  'admin_initial_password',
  'clair_db_password',
  'uaa_client_secret',
];

const text = (name: string, env: string): Setting => ({ name, env, kind: 'text', everyBoot: false });
const number = (name: string, env: string): Setting => ({ name, env, kind: 'number', everyBoot: false });
const flag = (name: string, env: string): Setting => ({ name, env, kind: 'flag', everyBoot: false });
const everyBoot = (setting: Setting): Setting => ({ ...setting, everyBoot: true });

const SETTINGS: readonly Setting[] = [
  everyBoot(text('ext_endpoint', 'EXT_ENDPOINT')),
  everyBoot(text('mysql_password', 'MYSQL_PWD')),
  everyBoot(text('mysql_host', 'MYSQL_HOST')),
  everyBoot(text('mysql_username', 'MYSQL_USR')),
  everyBoot(text('mysql_database', 'MYSQL_DATABASE')),
  everyBoot(number('mysql_port', 'MYSQL_PORT')),
  everyBoot(number('max_job_workers', 'MAX_JOB_WORKERS')),
  everyBoot(number('cfg_expiration', 'CFG_EXPIRATION')),
  everyBoot(text('admiral_url', 'ADMIRAL_URL')),
  everyBoot(flag('with_notary', 'WITH_NOTARY')),
  everyBoot(flag('with_clair', 'WITH_CLAIR')),
  everyBoot(text('clair_db_password', 'CLAIR_DB_PASSWORD')),
  everyBoot(text('clair_db_host', 'CLAIR_DB_HOST')),
  everyBoot(text('clair_db_username', 'CLAIR_DB_USERNAME')),
  everyBoot(number('clair_db_port', 'CLAIR_DB_PORT')),
  everyBoot(text('uaa_endpoint', 'UAA_ENDPOINT')),
  everyBoot(text('uaa_client_id', 'UAA_CLIENTID')),
  everyBoot(text('uaa_client_secret', 'UAA_CLIENTSECRET')),
  everyBoot(flag('uaa_verify_cert', 'UAA_VERIFY_CERT')),
  everyBoot(text('registry_storage_provider_name', 'REGISTRY_STORAGE_PROVIDER_NAME')),
  everyBoot(text('ui_url', 'UI_URL')),
  everyBoot(text('jobservice_url', 'JOBSERVICE_URL')),
  everyBoot(text('registry_url', 'REGISTRY_URL')),
  everyBoot(text('token_service_url', 'TOKEN_SERVICE_URL')),
  everyBoot(text('clair_url', 'CLAIR_URL')),
  everyBoot(text('notary_url', 'NOTARY_URL')),
  text('auth_mode', 'AUTH_MODE'),
  flag('self_registration', 'SELF_REGISTRATION'),
  text('database_type', 'DATABASE_TYPE'),
  text('sqlite_file', 'SQLITE_FILE'),
  text('ldap_url', 'LDAP_URL'),
  text('ldap_search_dn', 'LDAP_SEARCH_DN'),
  text('ldap_search_password', 'LDAP_SEARCH_PWD'),
  text('ldap_base_dn', 'LDAP_BASE_DN'),
  text('ldap_filter', 'LDAP_FILTER'),
  text('ldap_uid', 'LDAP_UID'),
  number('ldap_scope', 'LDAP_SCOPE'),
  number('ldap_timeout', 'LDAP_TIMEOUT'),
  flag('ldap_verify_cert', 'LDAP_VERIFY_CERT'),
  text('ldap_group_base_dn', 'LDAP_GROUP_BASEDN'),
  text('ldap_group_search_filter', 'LDAP_GROUP_FILTER'),
  text('ldap_group_attribute_name', 'LDAP_GROUP_GID'),
  { ...number('ldap_group_search_scope', 'LDAP_GROUP_SCOPE'), readAs: 'text' },
  text('email_host', 'EMAIL_HOST'),
  number('email_port', 'EMAIL_PORT'),
  text('email_username', 'EMAIL_USR'),
  text('email_password', 'EMAIL_PWD'),
  flag('email_ssl', 'EMAIL_SSL'),
  flag('email_insecure', 'EMAIL_INSECURE'),
  text('email_from', 'EMAIL_FROM'),
  text('email_identity', 'EMAIL_IDENTITY'),
  number('token_expiration', 'TOKEN_EXPIRATION'),
  text('project_creation_restriction', 'PROJECT_CREATION_RESTRICTION'),
  text('admin_initial_password', 'HARBOR_ADMIN_PASSWORD'),
  text('clair_db', 'CLAIR_DB'),
  flag('read_only', 'READ_ONLY'),
  text('reload_key', 'RELOAD_KEY'),
];

const BY_NAME = new Map(SETTINGS.map((setting) => [setting.name, setting]));

/** The settings in the environment. @param wanted which of them */
export function settingsFromEnv(
  env: Readonly<Record<string, string | undefined>>,
  wanted: (setting: Setting) => boolean = () => true,
): Record<string, SettingValue> {
  const found: Record<string, SettingValue> = {};
  for (const setting of SETTINGS) {
    if (wanted(setting)) found[setting.name] = convert(setting.kind, env[setting.env] ?? '');
  }
  return found;
}

/** Reads `properties`, decrypting what is secret; undefined where the table is empty. */
export async function readSettings(
  tables: Tables,
  key: string,
): Promise<Record<string, SettingValue> | undefined> {
  const rows = await tables.select('properties');
  if (rows.length === 0) return undefined;
  const settings: Record<string, SettingValue> = {};
  for (const { k, v } of rows) {
    const setting = BY_NAME.get(k);
    const stored = SECRET_SETTINGS.includes(k) ? decrypt(v, key) : v;
    settings[k] =
      k === 'scan_all_policy'
        ? JSON.parse(stored)
        : convert(setting?.readAs ?? setting?.kind ?? 'text', stored);
  }
  return settings;
}

/** Writes settings to `properties`, encrypting what is secret; rows of other names stay. */
export async function writeSettings(tables: Tables, key: string, settings: Settings): Promise<void> {
  for (const [k, value] of Object.entries(settings)) {
    const plain = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const v = SECRET_SETTINGS.includes(k) ? encrypt(plain, key) : plain;
    const known = await find(tables, 'properties', { k });
    if (known === undefined) await tables.insert('properties', { k, v });
    else if (known.v !== v) await tables.update('properties', { k }, { v });
  }
}

function convert(kind: Setting['kind'], stored: string): SettingValue {
  if (kind === 'number') return Number(stored);
  if (kind === 'flag') return /^(true|on)$/i.test(stored);
  return stored;
}
