/** Playbooks, inventories and scripts that mean the same work to every competitor. */

export type PlaybookName = 'thirty' | 'hundred' | 'changing' | 'four';

export interface BenchHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** On the target; each host has one of its own, though all are one machine. */
  readonly directory: string;
}

/** Tasks of one kind of playbook, by what they do. */
interface Mix {
  readonly copies: number;
  readonly lines: number;
  readonly looks: number;
  /** Commands that may change something, as all do that do not say otherwise. */
  readonly commands: number;
}

const mixes: Readonly<Record<PlaybookName, Mix>> = {
  thirty: { copies: 10, lines: 10, looks: 10, commands: 0 },
  hundred: { copies: 34, lines: 33, looks: 33, commands: 0 },
  changing: { copies: 10, lines: 10, looks: 0, commands: 10 },
  four: { copies: 2, lines: 1, looks: 1, commands: 0 },
};

/** File and user's tasks of a playbook: the ones a change of which costs a round trip, and the ones that cost three. */
export function taskCounts(name: PlaybookName): { tasks: number; files: number; commands: number } {
  const { copies, lines, looks, commands } = mixes[name];
  return { tasks: copies + lines + looks + commands, files: copies + lines, commands };
}

/** The playbook, for Mooring and Ansible alike: kinds of tasks take turns, as in real ones. */
export function playbookText(name: PlaybookName): string {
  const mix = mixes[name];
  const tasks: string[] = [];
  for (let index = 0; index < Math.max(...Object.values(mix)); index++) {
    if (index < mix.copies) tasks.push(copyTask(index));
    if (index < mix.lines) tasks.push(lineTask(index));
    if (index < mix.looks) tasks.push(lookTask(index));
    if (index < mix.commands) tasks.push(commandTask(index));
  }
  return `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.join('\n')}\n`;
}

function copyTask(index: number): string {
  return [
    `    - name: file ${index}`,
    '      copy:',
    `        content: "service: ${index}\\nlisten: 127.0.0.1\\n"`,
    `        dest: "{{ directory }}/copy${index}.conf"`,
    '        mode: "0644"',
  ].join('\n');
}

function lineTask(index: number): string {
  return [
    `    - name: line ${index}`,
    '      lineinfile:',
    `        path: "{{ directory }}/line${index}.conf"`,
    `        line: "key${index} = value"`,
    '        create: true',
    '        mode: "0644"',
  ].join('\n');
}

function lookTask(index: number): string {
  return [
    `    - name: look ${index}`,
    '      command: cat /etc/hostname',
    '      changed_when: false',
    '      check_mode: false',
  ].join('\n');
}

function commandTask(index: number): string {
  return [`    - name: command ${index}`, '      command: cat /etc/hostname'].join('\n');
}

export interface Login {
  readonly user: string;
  readonly privateKeyFile: string;
  /** Options of ssh that keep the machine's own configuration out. */
  readonly sshArgs: string;
}

/** An INI inventory, for Mooring and Ansible alike. */
export function inventoryText(hosts: readonly BenchHost[], login: Login): string {
  const lines = hosts.map(
    ({ name, address, port, directory }) =>
      `${name} ansible_host=${address} ansible_port=${port} directory=${directory}`,
  );
  const vars = [
    `ansible_user=${login.user}`,
    `ansible_ssh_private_key_file=${login.privateKeyFile}`,
    `ansible_ssh_common_args=${login.sshArgs}`,
    // Ansible need not look for it on each host.
    'ansible_python_interpreter=/usr/bin/python3',
  ];
  return `${[...lines, '', '[all:vars]', ...vars].join('\n')}\n`;
}

/** How the bare script goes about it. */
export interface FloorStyle {
  /** Each probe by itself, one a line. */
  readonly singly?: boolean;
  /** The files of the copy tasks are written too: beside, to the disk, then into place. */
  readonly writes?: boolean;
}

/**
 * What has to be known of a host to see what a playbook has to do there: one process for each kind of probe, and
 * the playbook's own commands; and then what it has to do.
 */
export function floorScript(name: PlaybookName, directory: string, style: FloorStyle = {}): string {
  const { copies, lines, looks, commands } = mixes[name];
  const copyFiles = Array.from({ length: copies }, (_, index) => `${directory}/copy${index}.conf`);
  const lineFiles = Array.from({ length: lines }, (_, index) => `${directory}/line${index}.conf`);
  const runs = Array.from({ length: looks + commands }, () => 'cat /etc/hostname');
  const stat = "stat -L -c '%f %u %g %s %Y %n'";
  if (style.singly) {
    const files = [...copyFiles, ...lineFiles].map((file) => `${stat} ${file}; sha256sum ${file}`);
    return [...files, ...runs].join('\n');
  }
  const both = [...copyFiles, ...lineFiles].join(' ');
  const writes = style.writes ? copyFiles.map(writeLine) : [];
  const sums = style.writes ? [] : [`sha256sum ${copyFiles.join(' ')}`];
  return [`${stat} ${both}`, ...sums, `cat ${lineFiles.join(' ')}`, ...writes, ...runs].join('\n');
}

function writeLine(file: string, index: number): string {
  const content = `service: ${index}\\nlisten: 127.0.0.1\\n`;
  return `printf '${content}' | dd of=${file}.new conv=fsync 2>/dev/null && chmod 0644 ${file}.new && mv -f ${file}.new ${file}`;
}
