import { defineModule, ParamsError, type ValueMap } from '../src/module/index.ts';

export const setup = defineModule({
  name: 'setup',
  aliases: ['gather_facts'],
  summary: 'Read the facts of a host anew.',
  notes: [
    'Facts are read by themselves when a playbook first asks for one, and `gather_facts: true` reads them at the start of a play. Use this where the host has changed since, or to read those of another host: `delegate_to` with `delegate_facts: true`.',
    'All facts are read at once, in one round trip; `gather_subset` makes nothing faster. Facts that `filter` leaves out stay as they were.',
  ],
  kind: 'state',
  params: {
    type: 'object',
    properties: {
      filter: {
        type: ['string', 'array'],
        items: { type: 'string' },
        default: [],
        description: 'Names or shell patterns of the facts to keep, with or without `ansible_`; empty = all.',
      },
      gather_subset: {
        type: ['string', 'array'],
        items: { type: 'string' },
        default: 'all',
        description: "Accepted for compatibility; all of Mooring's own facts are read.",
      },
      gather_timeout: {
        type: 'integer',
        default: 10,
        description: 'Accepted for compatibility; the `timeout` of the task counts.',
      },
    },
  },
  examples: `
- setup:
    filter: ansible_*_mb
- setup:
  delegate_to: '{{ item }}'
  delegate_facts: true
  loop: '{{ groups.database }}'
`,
  returns: { ansible_facts: 'the facts, with the prefix `ansible_`' },
  checkParams: checkSubsets,
  async read(host) {
    return { facts: (await host.facts()) as ValueMap };
  },
  plan(params, { facts }) {
    checkSubsets(params);
    const isWanted = filterOf([params.filter].flat());
    const kept = Object.entries(facts).filter(([name]) => isWanted(name) || isWanted(`ansible_${name}`));
    return {
      steps: [],
      effects: [{ kind: 'facts', facts: Object.fromEntries(kept) }],
      values: { ansible_facts: Object.fromEntries(kept.map(([name, value]) => [`ansible_${name}`, value])) },
    };
  },
});

/** Names of Ansible's parts and facts, each also with `!`. */
const subsets: ReadonlySet<string> = new Set([
  ...[
    'all',
    'min',
    'hardware',
    'network',
    'virtual',
    'user',
    'platform',
    'local',
    'caps',
    'chroot',
    'devices',
  ],
  ...['all_ipv4_addresses', 'all_ipv6_addresses', 'apparmor', 'architecture', 'cmdline', 'date_time', 'dns'],
  ...['default_ipv4', 'default_ipv6', 'distribution', 'distribution_major_version', 'distribution_release'],
  ...['distribution_version', 'effective_group_ids', 'effective_user_id', 'env', 'fibre_channel_wwn', 'fips'],
  ...['interfaces', 'is_chroot', 'iscsi', 'kernel', 'kernel_version', 'loadavg', 'lsb', 'machine'],
  ...['machine_id', 'mounts', 'nvme', 'os_family', 'pkg_mgr', 'processor', 'processor_cores'],
  ...['processor_count', 'python', 'python_version', 'real_user_id', 'selinux', 'service_mgr', 'system'],
  ...['ssh_host_key_dsa_public', 'ssh_host_key_ecdsa_public', 'ssh_host_key_ed25519_public'],
  ...['ssh_host_key_rsa_public', 'ssh_host_pub_keys', 'ssh_pub_keys', 'system_capabilities', 'user_dir'],
  ...['system_capabilities_enforced', 'user_gecos', 'user_gid', 'user_id', 'user_shell', 'user_uid'],
  ...['virtualization_role', 'virtualization_tech_guest', 'virtualization_tech_host', 'virtualization_type'],
]);

function checkSubsets({
  gather_subset: given,
}: {
  readonly gather_subset: string | readonly string[];
}): void {
  const names = [given].flat().flatMap((text) => text.split(','));
  for (const name of names.map((one) => one.trim().replace(/^!/, ''))) {
    if (name === 'facter' || name === 'ohai') {
      throw new ParamsError(`the facts of ${name} are not read`, { hint: 'use command and from_json' });
    }
    if (name !== '' && !subsets.has(name)) {
      throw new ParamsError(`there is no subset "${name}" of the facts`, {
        hint: 'leave gather_subset out: all facts are read in one round trip',
      });
    }
  }
}

function filterOf(patterns: readonly string[]): (name: string) => boolean {
  const given = patterns.filter((pattern) => pattern !== '' && pattern !== '*');
  if (given.length < patterns.length || given.length === 0) return () => true;
  const regexes = given.map((pattern) => {
    const source = pattern
      .replaceAll(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${source.replaceAll('[!', '[^')}$`);
  });
  return (name) => regexes.some((regex) => regex.test(name));
}
