/** What Ansible has and this project has not, with what to write instead. */
interface Refusal {
  readonly message: string;
  readonly hint: string;
}

const keywordHints: Readonly<Record<string, string>> = {
  async: 'leave it out: tasks run in parallel on all hosts, and "timeout" limits how long one may take',
  poll: 'leave it out: tasks run in parallel on all hosts, and "timeout" limits how long one may take',
  debugger: 'use --step, or the debug module',
  collections: 'leave it out: modules are found by their short names',
  become_flags: 'leave it out: the flags of sudo and su are chosen by the connection',
  become_exe: 'leave it out: sudo and su are found on the PATH of the host',
  delegate_facts: 'leave it out: facts belong to the host they were read on',
  gather_subset: 'leave it out: facts are read when they are first used',
  gather_timeout: 'leave it out: use timeout on the task that needs the fact',
  fact_path: 'leave it out: there are no local facts; use slurp and set_fact',
  validate_argspec: 'use the assert module',
  user: 'write remote_user',
  sudo: 'write become: true',
  sudo_user: 'write become_user',
  break_when: 'use when, with the condition for going on',
};

const withHints: Readonly<Record<string, string>> = {
  with_items: 'write loop: with the same list (nested lists are not flattened)',
  with_list: 'write loop: with the same list',
  with_dict: 'write loop: with a list of {key: …, value: …}',
  with_fileglob: 'write loop: with the list of files',
  with_first_found: 'use include_vars or template with one path, and when for the others',
  with_sequence: 'write loop: with the list of numbers',
  with_nested: 'write loop: with the list of pairs',
  with_together: 'write loop: with the list of pairs',
  with_subelements: 'use include_tasks with a loop, and a second loop inside',
  with_lines: 'register the command and write loop: "{{ result.stdout_lines }}"',
};

const moduleHints: Readonly<Record<string, string>> = {
  include: 'write include_tasks, import_tasks or import_playbook',
  setup: 'leave it out: facts are read when they are first used',
  gather_facts: 'leave it out: facts are read when they are first used',
  async_status: 'leave it out: there is no async',
  raw: 'use command or shell: they need no Python on the host',
  win_shell: 'hosts with Windows are not supported',
  dnf: 'only Debian and its relatives are supported: use apt',
  yum: 'only Debian and its relatives are supported: use apt',
  package: 'use apt',
  package_facts: 'use command: dpkg-query with changed_when: false and check_mode: false',
  expect: 'use command with stdin',
  synchronize: 'use copy, or unarchive',
  docker_compose: 'use compose',
  docker_compose_v2: 'use compose',
  mysql_db: 'use mysqldump_import',
};

/** The refusal of a keyword of Ansible's that is not supported here, or undefined. */
export function refusedKeyword(name: string): Refusal | undefined {
  const hint = keywordHints[name] ?? withHints[name];
  if (hint) return { message: `"${name}" is not supported`, hint };
  if (name.startsWith('with_')) return { message: `"${name}" is not supported`, hint: 'write loop:' };
  return undefined;
}

/** The refusal of a module of Ansible's that has no counterpart of the same name, or undefined. */
export function refusedModule(name: string): Refusal | undefined {
  const hint = moduleHints[name];
  return hint ? { message: `the module "${name}" is not supported`, hint } : undefined;
}
