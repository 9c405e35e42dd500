import {
  type Diff,
  defineModule,
  type FileStat,
  type HostAccess,
  type Plan,
  type Value,
} from '../src/module/index.ts';
import { readConfigText } from './lib/config-text.ts';
import { editIni, maskIni, parseIni } from './lib/harbor-cfg/ini.ts';
import { isSecretKey, type KeyTable, keysOf, secretProperties } from './lib/harbor-cfg/keys.ts';
import { type Effective, traps1, traps2 } from './lib/harbor-cfg/traps.ts';
import { checkSettings, flatten, type Settings } from './lib/harbor-cfg/values.ts';
import { editYaml, maskYaml, parseSettings } from './lib/harbor-cfg/yaml-edit.ts';

const params = {
  type: 'object',
  required: ['path', 'settings'],
  properties: {
    path: { type: 'string', pattern: '^/', description: 'The file, absolute; it must be there.' },
    version: {
      type: 'string',
      description: 'Version of Harbor, e.g. `1.5.4`; default: what the file says in `_version`, else 1.4.',
    },
    settings: {
      type: 'object',
      properties: secretProperties() as Record<string, { writeOnly: true }>,
      additionalProperties: true,
      description:
        'Keys and values. Keys of harbor.yml may be nested or joined by dots; `registry_storage_provider_config` may be a mapping; null empties a key.',
    },
    absent: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description: 'Keys to take out, for harbor.yml also whole sections, e.g. `https`.',
    },
    ha: {
      type: 'boolean',
      default: false,
      description: 'Several nodes share database, Redis and storage: refuse values of a single Harbor.',
    },
    backup: { type: 'boolean', default: true, description: 'Keep the old file beside the new one.' },
  },
} as const;

interface HarborCfgParams {
  readonly path: string;
  readonly version?: string;
  readonly settings: { readonly [key: string]: Value };
  readonly absent: readonly string[];
  readonly ha: boolean;
  readonly backup: boolean;
}

interface Current {
  /** undefined = there is no file. */
  readonly text: string | undefined;
  readonly version: string;
  /** What is at `secretkey_path` of a 1.x configuration. */
  readonly secretkey: { readonly path: string; readonly stat?: FileStat } | undefined;
}

interface Format {
  readonly parse: (text: string) => Effective;
  readonly edit: (text: string, settings: Settings, absent: readonly string[]) => string;
  readonly mask: (text: string, maskOf: (key: string, value: Value) => string | undefined) => string;
}

const formats: Readonly<Record<'ini' | 'yaml', Format>> = {
  ini: {
    parse: parseIni,
    edit: (text, settings, absent) =>
      editIni(text, new Map([...settings].map(([key, value]) => [key, String(value)])), absent),
    mask: maskIni,
  },
  yaml: { parse: parseSettings, edit: editYaml, mask: maskYaml },
};

export const harborCfg = defineModule<typeof params, Current, HarborCfgParams>({
  name: 'harbor_cfg',
  summary: 'Set keys of Harbor’s own configuration file, harbor.cfg or harbor.yml.',
  notes: [
    'Knows the keys of 1.4, 1.5 and 2.x and what each takes. Comments, order and every line that is right already stay as they are; an unknown key is refused with a suggestion.',
    'Refuses what Harbor would only notice later, or never: with `ha` a `db_host` of `mysql` or a `redis_url` of `redis:6379`; ` ;` in a value, which begins a comment there; commas inside values of `registry_storage_provider_config`; a secretkey file that has not exactly 16 bytes.',
    'Writing the file changes nothing by itself: `prepare` must run afterwards. `harbor_admin_password` and what stands between the “initial properties” lines count at the first start only.',
    'Passwords and keys are masked in the diff and in all output.',
  ],
  kind: 'state',
  params,
  examples: `- name: Harbor 1.5 with external database and Redis
  harbor_cfg:
    path: /opt/harbor/harbor.cfg
    ha: true
    settings:
      hostname: registry.example.com
      ui_url_protocol: https
      db_host: 192.168.198.136
      db_user: harbor
      db_password: "{{ harbor_db_password }}"
      redis_url: 192.168.198.136:6379

- name: Harbor 2 behind a load balancer that ends TLS
  harbor_cfg:
    path: /opt/harbor/harbor.yml
    version: 2.9.0
    settings:
      external_url: https://registry.example.com
      external_redis: { host: 'redis.example.com:6379' }
      jobservice.max_job_workers: 20
    absent: [https]
`,
  returns: { version: 'the version whose keys were used', changed_keys: 'keys that were set or taken out' },
  read: readHarborCfg,
  plan: planHarborCfg,
});

async function readHarborCfg(host: HostAccess, params: HarborCfgParams): Promise<Current> {
  const text = await readConfigText(host, params.path);
  const version = params.version ?? /^_version\s*[:=]\s*(\S+)/m.exec(text ?? '')?.[1] ?? '1.4';
  if (keysOf(version)?.format !== 'ini') return { text, version, secretkey: undefined };
  const folder = params.settings['secretkey_path'] ?? parseIni(text ?? '').get('secretkey_path') ?? '/data';
  const path = `${String(folder).replace(/\/+$/, '')}/secretkey`;
  const stat = await host.stat(path, { follow: true });
  return { text, version, secretkey: { path, ...(stat ? { stat } : {}) } };
}

function planHarborCfg(params: HarborCfgParams, current: Current): Plan {
  const known = keysOf(current.version);
  if (!known) {
    return { steps: [], failure: `Harbor ${current.version}: only the files of 1.4, 1.5 and 2.x are known` };
  }
  if (current.text === undefined) return { steps: [], failure: `${params.path} is not there` };
  const format = formats[known.format];
  const before = current.text;
  const { settings, faults } = checkSettings(flatten(params.settings, known.keys), known.keys, known.format);
  if (faults.length > 0) return { steps: [], failure: faults.join('; ') };
  const after = format.edit(before, settings, params.absent);
  const effective = format.parse(after);
  const findings = (known.format === 'ini' ? traps1 : traps2)(effective, params.ha);
  const problems = [...findings.faults, ...secretkeyFaults(current)];
  if (problems.length > 0) return { steps: [], failure: problems.join('; ') };
  const values = { version: current.version, changed_keys: changedKeys(format.parse(before), effective) };
  if (after === before) return { steps: [], warnings: findings.warnings, values };
  return {
    steps: [
      {
        kind: 'put',
        summary: `set ${values.changed_keys.join(', ')} in ${params.path}`,
        path: params.path,
        content: { text: after },
        before,
        backup: params.backup,
        secret: true,
        diff: [maskedDiff(params.path, format, known.keys, before, after)],
      },
    ],
    warnings: findings.warnings,
    values,
  };
}

/** adminserver dies of a key of any other length, or of the directory Docker makes where it is missing. */
function secretkeyFaults({ secretkey }: Current): string[] {
  const stat = secretkey?.stat;
  if (!secretkey || !stat) return [];
  if (stat.type !== 'file') return [`${secretkey.path} must be a file of 16 bytes, not a ${stat.type}`];
  return stat.size === 16 ? [] : [`${secretkey.path} must have exactly 16 bytes, not ${stat.size}`];
}

function changedKeys(before: Effective, after: Effective): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)));
}

function maskedDiff(header: string, format: Format, keys: KeyTable, before: string, after: string): Diff {
  const old = format.parse(before);
  const maskWith = (isNew: boolean) => (key: string, value: Value) => {
    if (!isSecretKey(keys, key)) return undefined;
    const changed = isNew && value !== '' && JSON.stringify(old.get(key)) !== JSON.stringify(value);
    return changed ? '(secret, new)' : '(secret)';
  };
  return { header, before: format.mask(before, maskWith(false)), after: format.mask(after, maskWith(true)) };
}
