import { userInfo } from 'node:os';
import type { Become, ConnectionSpec, Keep } from '../connection/connection.ts';
import { ParamsError } from '../model/errors.ts';
import type { CommonKeywords } from '../model/playbook.ts';
import { isUnknown, type Value } from '../model/value.ts';
import { render, type Scope } from '../template/index.ts';
import { innermost } from './compile.ts';
import { isLocalName } from './live-inventory.ts';
import type { ConnectDefaults } from './options.ts';

/** Where the parts of a connection come from. */
export interface ConnectSource {
  /** Inventory name of the host that is reached. */
  readonly hostName: string;
  /** Variables of that host (of the delegate under `delegate_to`). */
  readonly scope: Scope;
  /** Keywords of the task and all around it, outer first. */
  readonly chain: readonly CommonKeywords[];
  /** Variables of the host the task belongs to; its keywords are rendered with them. */
  readonly taskScope: Scope;
  readonly defaults: ConnectDefaults;
  readonly askSecret: ((prompt: string) => Promise<string>) | undefined;
}

/**
 * How to reach a host: its `ansible_*` variables, before keywords, before what the command line said.
 */
export function connectionSpec(source: ConnectSource): ConnectionSpec {
  const { hostName, defaults } = source;
  const text = (...names: string[]): string | undefined => variable(source.scope, names);
  const transport = transportOf(source, text('ansible_connection'));
  const address = text('ansible_host', 'ansible_ssh_host') ?? hostName;
  // What is said about ssh for all hosts may need what the control node does not have, such as inventory_dir.
  if (transport === 'local') return { name: hostName, transport, address };
  const port = numberOf('ansible_port', text('ansible_port', 'ansible_ssh_port') ?? keyword(source, 'port'));
  const sshArgs = [text('ansible_ssh_common_args'), text('ansible_ssh_extra_args'), defaults.sshArgs];
  const timeout = numberOf('ansible_timeout', text('ansible_ssh_timeout', 'ansible_timeout'));
  return withoutUndefined({
    name: hostName,
    transport,
    address,
    port,
    user: remoteUser(source),
    password: text('ansible_password', 'ansible_ssh_password', 'ansible_ssh_pass') ?? defaults.password,
    privateKeyFile:
      text('ansible_ssh_private_key_file', 'ansible_private_key_file') ?? defaults.privateKeyFile,
    privateKeyPassphrase: text('ansible_ssh_private_key_passphrase', 'ansible_private_key_passphrase'),
    sshArgs: sshArgs.filter((part) => part !== undefined).join(' ') || undefined,
    connectTimeoutMs: timeout === undefined ? defaults.connectTimeoutMs : timeout * 1000,
    askSecret: source.askSecret,
    keep: keepOf(source.defaults, text('mooring_persist')),
  });
}

/** Whom to become on the host, or undefined where `become` is off. */
export function becomeOf(source: ConnectSource): Become | undefined {
  const { scope, defaults } = source;
  const wanted = variable(scope, ['ansible_become']) ?? keyword(source, 'become') ?? defaults.become ?? false;
  if (!booleanOf('become', wanted)) return undefined;
  const method =
    variable(scope, ['ansible_become_method']) ?? keyword(source, 'becomeMethod') ?? defaults.becomeMethod;
  const user =
    variable(scope, ['ansible_become_user']) ??
    keyword(source, 'becomeUser') ??
    defaults.becomeUser ??
    'root';
  // Who is that user already needs no sudo, which a host where people log in as root may not have.
  if (user === loginUser(source)) return undefined;
  return withoutUndefined({
    method: becomeMethod(method ?? 'sudo'),
    user,
    password:
      variable(scope, ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass']) ??
      defaults.becomePassword,
  });
}

function keepOf(defaults: ConnectDefaults, fromVariable: string | undefined): Keep | undefined {
  const seconds = numberOf('mooring_persist', fromVariable) ?? defaults.persistSeconds ?? 0;
  const program = defaults.brokerProgram;
  return seconds === 0 || program === undefined ? undefined : { idleMs: seconds * 1000, program };
}

function remoteUser(source: ConnectSource): string | undefined {
  const user = variable(source.scope, ['ansible_user', 'ansible_ssh_user']);
  return user ?? keyword(source, 'remoteUser') ?? source.defaults.user;
}

/** Who logs in; undefined = whom ssh's own configuration says. */
function loginUser(source: ConnectSource): string | undefined {
  const transport = transportOf(source, variable(source.scope, ['ansible_connection']));
  return transport === 'local' ? userInfo().username : remoteUser(source);
}

function transportOf(source: ConnectSource, fromVariable: string | undefined): 'ssh' | 'local' {
  const isItself = (variable(source.scope, ['ansible_host']) ?? source.hostName) === source.hostName;
  const fallback = isItself && isLocalName(source.hostName) ? 'local' : 'ssh';
  const word = fromVariable ?? keyword(source, 'connection') ?? source.defaults.connection ?? fallback;
  if (word === 'local') return 'local';
  if (['ssh', 'smart', 'paramiko', 'paramiko_ssh', 'ansible.builtin.ssh'].includes(word)) return 'ssh';
  throw new ParamsError(`connection "${word}" of host ${source.hostName} is not supported`, {
    hint: 'use ssh or local',
  });
}

function becomeMethod(word: string): 'sudo' | 'su' {
  if (word === 'sudo' || word === 'su') return word;
  throw new ParamsError(`become_method "${word}" is not supported`, { hint: 'use sudo or su' });
}

function variable(scope: Scope, names: readonly string[]): string | undefined {
  for (const name of names) {
    if (!scope.has(name)) continue;
    const value = scope.get(name);
    if (value !== undefined && value !== null && value !== '') return asText(name, value);
  }
  return undefined;
}

/** Keywords of a task and all around it that say how its host is reached, and as whom. */
export const connectionKeywords = [
  ...(['port', 'remoteUser', 'connection'] as const),
  ...(['become', 'becomeUser', 'becomeMethod'] as const),
];

function keyword(source: ConnectSource, key: (typeof connectionKeywords)[number]): string | undefined {
  const written = innermost(source.chain, key);
  if (written === undefined) return undefined;
  return asText(key, render(written, source.taskScope));
}

function asText(name: string, value: Value): string {
  if (isUnknown(value)) throw new ParamsError(`${name} is ${value}`);
  if (typeof value === 'object') throw new ParamsError(`${name} must be text, not ${JSON.stringify(value)}`);
  return String(value);
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new ParamsError(`${name} must be a whole number, not "${text}"`);
}

function booleanOf(name: string, value: string | boolean): boolean {
  if (typeof value === 'boolean') return value;
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  if (/^(false|no|off|0|)$/i.test(value)) return false;
  throw new ParamsError(`${name} must be true or false, not "${value}"`);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without its undefined entries, as exact optional properties want it. */
function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}
