import type { Reference } from '../template/index.ts';
import { suggest } from '../util/suggest.ts';
import { isForeignVariable } from './connection-vars.ts';
import type { MissingKey } from './keys.ts';
import { connectionNames } from './magic-names.ts';

/** What is gathered of every host, without the names of its network interfaces: docs/facts.md. */
const gathered: readonly string[] = [
  ...['system', 'kernel', 'kernel_version', 'architecture', 'machine', 'userspace_architecture'],
  ...['userspace_bits', 'hostname', 'nodename', 'fqdn', 'domain', 'distribution', 'distribution_version'],
  ...['distribution_major_version', 'distribution_minor_version', 'distribution_release', 'os_family', 'lsb'],
  ...['service_mgr', 'pkg_mgr', 'virtualization_type', 'virtualization_role', 'uptime_seconds', 'loadavg'],
  ...['cmdline', 'machine_id', 'fips', 'product_name', 'product_version', 'product_serial', 'product_uuid'],
  ...['system_vendor', 'bios_vendor', 'bios_version', 'bios_date', 'board_name', 'board_vendor'],
  ...['chassis_vendor', 'memtotal_mb', 'memfree_mb', 'memavailable_mb', 'swaptotal_mb', 'swapfree_mb'],
  ...['memory_mb', 'processor', 'processor_count', 'processor_cores', 'processor_threads_per_core'],
  ...['processor_vcpus', 'processor_nproc', 'mounts', 'interfaces', 'all_ipv4_addresses'],
  ...['all_ipv6_addresses', 'default_ipv4', 'default_ipv6', 'dns', 'user_id', 'user_uid', 'user_gid'],
  ...['user_gecos', 'user_dir', 'user_shell', 'real_user_id', 'effective_user_id', 'real_group_id'],
  ...['effective_group_id', 'env', 'date_time', 'selinux', 'apparmor', 'gather_subset', 'module_setup'],
  ...['rsa', 'ecdsa', 'ed25519'].flatMap((kind) => [
    `ssh_host_key_${kind}_public`,
    `ssh_host_key_${kind}_public_keytype`,
  ]),
];

/** Right names that are not gathered, or are set only sometimes. */
const elsewhere: readonly string[] = [
  ...['facts', 'local', 'python', 'python_version', 'devices', 'device_links', 'lvm', 'is_chroot', 'hostnqn'],
  ...['iscsi_iqn', 'uptime', 'bios_uuid', 'form_factor', 'kernel_id', 'selinux_python_present'],
];

/** What the engine sets under `ansible_…`, without the prefix. */
const engine: readonly string[] = [
  ...[
    'play_name',
    'play_hosts',
    'play_hosts_all',
    'play_batch',
    'play_role_names',
    'check_mode',
    'diff_mode',
  ],
  ...['run_tags', 'skip_tags', 'limit', 'forks', 'verbosity', 'inventory_sources', 'version', 'managed'],
  ...['failed_task', 'failed_result', 'loop', 'loop_var', 'index_var', 'job_id', 'group_priority'],
  ...['role_name', 'role_names', 'parent_role_names', 'parent_role_paths', 'dependent_role_names'],
  ...['collection_name', 'config_file', 'search_path', 'playbook_python', 'delegated_vars', 'item_label'],
  ...connectionNames.map((name) => name.slice('ansible_'.length)),
];

const factNames = new Set([...gathered, ...elsewhere]);
const prefixed = new Set([...factNames, ...engine]);

/**
 * A name that begins with `ansible_`, or a key of `ansible_facts`, that is near to one that is set and is
 * none itself. Other unknown ones may be network interfaces, which are facts too.
 *
 * @param isSet whether something of the run sets a variable of this name
 */
export function mistypedFact(
  { name, keys }: Reference,
  isSet: (name: string) => boolean,
): MissingKey | undefined {
  const [key] = keys;
  if (name === 'ansible_facts') {
    if (typeof key !== 'string' || factNames.has(key) || isSet(key) || isSet(`ansible_${key}`))
      return undefined;
    return warning(`ansible_facts.${key}`, 'ansible_facts.', suggest(key, gathered));
  }
  const bare = name.startsWith('ansible_') ? name.slice('ansible_'.length) : undefined;
  if (bare === undefined || prefixed.has(bare) || isSet(name) || isForeignVariable(name)) return undefined;
  return warning(name, 'ansible_', suggest(bare, [...gathered, ...engine]));
}

function warning(name: string, prefix: string, nearest: string | undefined): MissingKey | undefined {
  if (nearest === undefined) return undefined;
  const message = `"${name}" is no fact or variable that is known`;
  return { severity: 'warning', message, hint: `did you mean "${prefix}${nearest}"?` };
}
