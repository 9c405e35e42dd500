/** What stands in for Ansible's lookups, by their name. */
const hints: Readonly<Record<string, string>> = {
  env: 'for an environment variable write env("NAME")',
  file: 'name the file where it is used: src of copy or template, or vars_files for variables',
  template: 'name the template where it is used: src of template',
  pipe: 'run it as a task: command with delegate_to: localhost, and register',
  password: 'keep secrets in an encrypted file of variables: mooring vault create',
  vars: 'name the variable; for one of a host: hostvars.[name].key',
  dict: 'use dict2items',
  sequence: 'use range',
  first_found: 'use include_vars or template with a list of names',
  items: 'name the list',
  inventory_hostnames: 'use groups.[name], or ansible_play_hosts',
  fileglob: 'use the find module',
  url: 'use the uri module and register',
  lines: 'run it as a task: command with delegate_to: localhost, and register',
};

/** What to write instead of `lookup('kind', …)`, if that is one of Ansible's lookups. */
export function lookupHint(kind: unknown): string | undefined {
  const name = typeof kind === 'string' ? kind.replace(/^ansible\.builtin\./, '') : '';
  return Object.hasOwn(hints, name) ? hints[name] : undefined;
}
