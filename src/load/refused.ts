import { loopForms } from '../model/loop-form.ts';
import { suggest } from '../util/suggest.ts';

/** What Ansible has and this project has not, with what to write instead. */
interface Refusal {
  readonly message: string;
  readonly hint: string;
}

type Place = 'play' | 'role' | 'block' | 'task' | 'handler';

const keywordHints: Readonly<Record<string, string>> = {
  debugger: 'use --step, or the debug module',
  become_flags: 'leave it out: the flags of sudo and su are chosen by the connection',
  become_exe: 'leave it out: sudo and su are found on the PATH of the host',
  fact_path: 'leave it out: there are no local facts; use slurp and set_fact',
  validate_argspec: 'use the assert module',
  user: 'write remote_user: "user" is another name of it on plays alone',
  sudo: 'write become: true',
  sudo_user: 'write become_user',
  su: 'write become: true and become_method: su',
  su_user: 'write become_user and become_method: su',
  always_run: 'write check_mode: false',
  static: 'write import_tasks or include_tasks',
  first_available_file: 'write with_first_found',
};

/** What Ansible has and is not needed here: a playbook that says so does what it should. */
const idleHints: Readonly<Record<string, string>> = {
  collections: 'modules are found by their short names; leave it out',
  gather_subset: 'each fact is read when it is first used; leave it out',
  gather_timeout: 'each fact is read when it is first used; leave it out',
};

/** What to do where a keyword cannot stand, by keyword and level. */
const elsewhereHints: Readonly<Record<string, Readonly<Partial<Record<Place, string>>>>> = {
  loop: {
    block: 'put the tasks into a file and loop over include_tasks',
    role: 'loop over include_role',
  },
  register: { block: 'put it on the tasks inside' },
  until: {
    block: 'put the tasks into a file; a block is not repeated',
    role: 'put it on the tasks of the role',
  },
  when: { play: 'put the tasks into a block with the condition, or narrow "hosts"' },
  notify: { play: 'put it on a block around the tasks', role: 'put it on the tasks of the role' },
  delegate_to: { play: 'put it on a block around the tasks, or name that host in "hosts"' },
  listen: { task: 'only handlers listen: put it below "handlers:"' },
  changed_when: { block: 'put it on the tasks inside' },
  failed_when: { block: 'put it on the tasks inside' },
};

const withHints: Readonly<Record<string, string>> = {
  lines: 'register the command and write loop: "{{ result.stdout_lines }}"',
  file: 'write loop: with the paths, and read each with slurp, or name it in the src of copy',
  env: 'write loop: with the values, and hand them in with -e',
  vars: 'write loop: with the values themselves: "{{ name }}"',
  varnames: 'write loop: with a mapping of the values',
  inventory_hostnames: 'write loop: "{{ groups.NAME }}"',
  template: 'write loop: with the values, and render each with template',
  url: 'use the uri module with register, and loop over its result',
  pipe: 'use command with delegate_to: localhost and register, and loop over its result',
  password: 'write the passwords into an encrypted file of variables, or use secret_file',
  csvfile: 'write loop: with a list of mappings, kept in a file of variables',
  ini: 'write loop: with a list of mappings, kept in a file of variables',
  filetree: 'use copy with a folder as src, or with_fileglob',
};

const moduleHints: Readonly<Record<string, string>> = {
  include: 'write include_tasks, import_tasks or import_playbook',
  import_playbook: 'write it beside the plays, not in their tasks; a file of tasks comes by import_tasks',
  raw: 'use command or shell: they need no Python on the host',
  win_shell: 'hosts with Windows are not supported',
  ...Object.fromEntries(
    ['dnf', 'dnf5', 'yum', 'yum_repository', 'rpm_key', 'zypper', 'apk', 'pacman'].map((name) => [
      name,
      'only Debian and its relatives are supported: use apt',
    ]),
  ),
  apt_key: 'put the key into /etc/apt/keyrings with get_url, and name it in the source with signed-by',
  apt_repository: 'write the file in /etc/apt/sources.list.d with copy, then apt with update_cache',
  deb822_repository: 'write the file in /etc/apt/sources.list.d with copy, then apt with update_cache',
  find: 'use command: find with register, changed_when: false and check_mode: false',
  getent: 'use command: getent with register, changed_when: false and check_mode: false',
  reboot:
    'use command: systemctl reboot with ignore_unreachable: true, then wait_for on its port from localhost',
  assemble: 'use template: it can join all the parts',
  debconf: 'use command: debconf-set-selections with stdin',
  dpkg_selections: 'use command: apt-mark',
  git: 'use command: git with creates, or unarchive',
  subversion: 'use command: svn with creates',
  pip: 'use command: pip with creates',
  hostname: 'use command: hostnamectl hostname NAME, with a condition on ansible_hostname',
  iptables: 'use command: iptables -C … || iptables -A …, or template with nftables',
  known_hosts: 'use lineinfile on the file of known hosts',
  mount_facts: 'use the fact ansible_mounts',
  service_facts: 'use command: systemctl list-units with register',
  set_stats: 'use set_fact, and debug at the end',
  systemd_service: 'use systemd',
  sysvinit: 'use systemd',
  tempfile: 'use command: mktemp with register',
  wait_for_connection: 'use wait_for with port: 22 and delegate_to: localhost',
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
  const lookup = /^with_([\w.]+)$/.exec(name)?.[1];
  const hint = Object.hasOwn(keywordHints, name) ? keywordHints[name] : lookup && lookupHint(lookup);
  return hint ? { message: `"${name}" is not supported`, hint } : undefined;
}

/** What is said of a keyword that is accepted and does nothing, or undefined. */
export function idleKeyword(name: string): Refusal | undefined {
  const hint = Object.hasOwn(idleHints, name) ? idleHints[name] : undefined;
  return hint ? { message: `"${name}" has no effect`, hint } : undefined;
}

/** What to do instead where a keyword cannot stand, if there is more to say than where it belongs. */
export function elsewhereHint(name: string, place: Place): string | undefined {
  const hints = name.startsWith('with_') ? elsewhereHints['loop'] : elsewhereHints[name];
  return hints?.[place];
}

function lookupHint(written: string): string {
  const lookup = written.split('.').at(-1) ?? written;
  const isQualified = lookup !== written && loopForms.some((form) => form === lookup);
  if (isQualified) return `write with_${lookup}`;
  const nearest = suggest(lookup, loopForms);
  return withHints[lookup] ?? (nearest ? `did you mean "with_${nearest}"?` : 'write loop: with the list');
}

/** The refusal of a module of Ansible's that has no counterpart of the same name, or undefined. */
export function refusedModule(name: string): Refusal | undefined {
  const hint = moduleHints[name];
  return hint ? { message: `the module "${name}" is not supported`, hint } : undefined;
}
