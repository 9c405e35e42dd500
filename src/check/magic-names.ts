/** Variables that the engine itself sets. */
export const magicNames: ReadonlySet<string> = new Set([
  ...['hostvars', 'omit', 'groups', 'group_names', 'inventory_hostname', 'inventory_hostname_short'],
  ...['inventory_dir', 'inventory_file', 'playbook_dir', 'play_hosts', 'role_names'],
]);

/** Variables of the inventory that steer the connection; nothing in a playbook has to use them. */
export const connectionNames: readonly string[] = [
  ...[
    'ansible_connection',
    'ansible_host',
    'ansible_port',
    'ansible_user',
    'ansible_password',
    'ansible_timeout',
  ],
  ...['ansible_ssh_host', 'ansible_ssh_port', 'ansible_ssh_user', 'ansible_ssh_pass', 'ansible_ssh_password'],
  ...['ansible_ssh_private_key_file', 'ansible_ssh_private_key_passphrase', 'ansible_ssh_timeout'],
  ...['ansible_private_key_file', 'ansible_private_key_passphrase', 'ansible_ssh_common_args'],
  ...['ansible_ssh_extra_args', 'ansible_become', 'ansible_become_method', 'ansible_become_user'],
  ...['ansible_become_pass', 'ansible_become_password', 'ansible_sudo_pass', 'ansible_python_interpreter'],
];

/** True for what the engine sets, facts and connection variables included: they all begin with `ansible_`. */
export function isSetByEngine(name: string): boolean {
  return magicNames.has(name) || name.startsWith('ansible_');
}
