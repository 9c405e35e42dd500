import { keyPositionOf, positionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { CommonKeywords } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import type { Value, ValueMap } from '../model/value.ts';
import { isTemplate } from '../template/index.ts';
import { chainOf, type RunSites } from './site.ts';

/** What Ansible's connections ask for and these have not, with what to do instead. */
const refused: readonly (readonly [name: RegExp, hint: string])[] = [
  [/^ansible_become_exe$/, 'leave it out: sudo and su are found on the PATH of the host'],
  [/^ansible_become_flags$/, 'leave it out: the flags of sudo and su are chosen by the connection'],
  [/^ansible_(doas|dzdo|pbrun|pfexec|ksu|runas|machinectl|sesu)_/, 'use sudo or su'],
  [/^ansible_(winrm|psrp)_/, 'hosts with Windows are not supported'],
  [/^ansible_(ssh_)?host_key_checking$/, 'write ansible_ssh_common_args: "-o StrictHostKeyChecking=no"'],
  [/^ansible_ssh_args$/, 'write ansible_ssh_common_args'],
  [/^ansible_(sftp|scp)_extra_args$/, 'write ansible_ssh_common_args: files go through the same connection'],
  [/^ansible_network_os$/, 'network devices are not supported'],
];

/** What has no counterpart and needs none. */
const idle: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^ansible_\w+_interpreter$/, 'no Python is needed on the host'],
  [/^ansible_(ssh_)?pipelining$/, 'everything is pipelined'],
  [/^ansible_shell_(type|executable)$/, 'any POSIX sh will do, and is found'],
  [/^ansible_(remote_tmp|async_dir|system_tmpdirs)$/, 'the connection has a folder of its own'],
  [/^ansible_(ssh|sftp|scp)_executable$/, 'no program of the control node is called'],
  [/^ansible_(ssh_transfer_method|scp_if_ssh|ssh_use_tty|ssh_retries)$/, 'the connection chooses'],
  [/^ansible_(ssh_)?control_path(_dir)?$/, 'connections are kept without ControlPersist; see --persist'],
  [/^ansible_paramiko_\w+$/, 'the connection is not made with paramiko'],
];

/** The words that some variables and keywords take, where they are written out. */
const choices: readonly (readonly [
  name: string,
  field: 'connection' | 'becomeMethod',
  words: readonly string[],
])[] = [
  [
    'ansible_connection',
    'connection',
    ['ssh', 'local', 'smart', 'paramiko', 'paramiko_ssh', 'ansible.builtin.ssh'],
  ],
  ['ansible_become_method', 'becomeMethod', ['sudo', 'su']],
];

interface Place {
  readonly name: string;
  readonly value: Value;
  readonly position: Position | undefined;
}

/** Connection variables and keywords that ask for what there is not. */
export function connectionFaults(sites: RunSites): Fault[] {
  return [...variablesOf(sites).flatMap(variableFault), ...keywordsOf(sites).flatMap(keywordFaults)];
}

/** True for a connection variable of Ansible's that means nothing here; that is told elsewhere. */
export function isForeignVariable(name: string): boolean {
  return [...refused, ...idle].some(([pattern]) => pattern.test(name));
}

/** Connection variables that do nothing, with the reason. */
export function idleVariables(sites: RunSites): (Place & { readonly reason: string })[] {
  return variablesOf(sites).flatMap((one) => {
    const reason = idle.find(([name]) => name.test(one.name))?.[1];
    return reason === undefined ? [] : [{ ...one, reason }];
  });
}

function variableFault({ name, value, position }: Place): Fault[] {
  const hint = refused.find(([pattern]) => pattern.test(name))?.[1];
  if (hint !== undefined) return [fault(`"${name}" is not supported`, hint, position)];
  const words = choices.find(([variable]) => variable === name)?.[2];
  return words === undefined ? [] : wordFault(name, value, words, position);
}

function keywordFaults(keywords: CommonKeywords): Fault[] {
  return choices.flatMap(([, field, words]) => {
    const name = field === 'connection' ? 'connection' : 'become_method';
    return wordFault(name, keywords[field] ?? null, words, positionOf(keywords, field));
  });
}

function wordFault(
  name: string,
  value: Value,
  words: readonly string[],
  position: Position | undefined,
): Fault[] {
  if (typeof value !== 'string' || value === '' || isTemplate(value) || words.includes(value)) return [];
  return [fault(`${name} "${value}" is not supported`, `use ${words.slice(0, 2).join(' or ')}`, position)];
}

function fault(message: string, hint: string, position: Position | undefined): Fault {
  return {
    severity: 'error',
    code: 'unsupported-connection',
    message,
    hint,
    ...(position ? { position } : {}),
  };
}

/** Each variable of the inventory and the plays that is one of a connection. */
function variablesOf({ inventory, plays }: RunSites): Place[] {
  const sources = new Set<ValueMap>([
    ...[...inventory.hosts.values()].flatMap((host) => host.vars.map(({ values }) => values)),
    ...plays.flatMap(({ play }) => [
      play.keywords.vars ?? {},
      ...play.varsFiles.flatMap(({ values }) => (values ? [values] : [])),
    ]),
  ]);
  return [...sources].flatMap((values) =>
    Object.entries(values)
      .filter(([name]) => name.startsWith('ansible_'))
      .map(([name, value]) => ({ name, value, position: keyPositionOf(values, name) })),
  );
}

function keywordsOf({ plays }: RunSites): CommonKeywords[] {
  return [...new Set(plays.flatMap(({ play, tasks }) => [play.keywords, ...tasks.flatMap(chainOf)]))];
}
