import { homedir, hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { ConnectionError } from '../model/errors.ts';
import type { ConnectionSpec } from './connection.ts';
import { applyConfigFiles, defaultConfigFiles, expandHome, SshOptions, splitLine } from './ssh-config.ts';

/** Everything known before the first packet about how to reach a host by ssh. */
export interface SshSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** In the order they are tried; explicit ones were named by the user. */
  readonly identityFiles: readonly { readonly path: string; readonly isExplicit: boolean }[];
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket. */
  readonly agent: string | undefined;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: 'yes' | 'accept-new' | 'no' | 'ask';
  readonly hashKnownHosts: boolean;
  /** The name looked up in known_hosts where it is not the host's. */
  readonly hostKeyAlias: string | undefined;
  readonly proxyCommand: string | undefined;
  /** The hops, first one first. */
  readonly proxyJump: readonly string[];
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCountMax: number;
  readonly methods: { readonly publicKey: boolean; readonly password: boolean; readonly keyboard: boolean };
  /** Arguments that hold for the hops of ProxyJump too. */
  readonly argsForHops: string;
}

const defaultConnectTimeoutMs = 10_000;

/**
 * Puts together a host's variables, its ssh arguments and ~/.ssh/config; the first that says something wins.
 *
 * @throws ConnectionError on arguments that cannot be understood
 */
export function resolveSshSettings(spec: ConnectionSpec): SshSettings {
  const options = new SshOptions();
  if (spec.port !== undefined) options.add('port', String(spec.port));
  if (spec.user !== undefined) options.add('user', spec.user);
  if (spec.privateKeyFile !== undefined) options.add('identityfile', spec.privateKeyFile);
  const configFile = readArguments(spec, options);
  const argsForHops = argumentsForHops(options, configFile);
  const configFiles = configFile === undefined ? defaultConfigFiles() : [configFile];
  applyConfigFiles(options, configFiles, spec.address);

  const user = options.get('user') ?? userInfo().username;
  const host = expandTokens(options.get('hostname') ?? spec.address, { h: spec.address, '%': '%' });
  const port = portNumber(options.get('port') ?? '22', spec.name);
  const tokens = { h: host, p: String(port), r: user, n: spec.address, ...localTokens() };
  return {
    ...{ host, port, user },
    ...identitySettings(options, tokens),
    ...hostKeySettings(options, tokens),
    ...proxySettings(options, tokens),
    ...timeSettings(options, spec),
    methods: {
      publicKey: options.get('pubkeyauthentication') !== 'no',
      password: options.get('passwordauthentication') !== 'no',
      keyboard: options.get('kbdinteractiveauthentication') !== 'no',
    },
    argsForHops,
  };
}

type Tokens = Readonly<Record<string, string>>;

function identitySettings(options: SshOptions, tokens: Tokens) {
  const explicit = options.identityFiles.filter((path) => path !== 'none');
  const isExplicit = options.identityFiles.length > 0;
  const paths = isExplicit ? explicit : defaultIdentityFiles();
  const agent = options.get('identityagent') ?? 'SSH_AUTH_SOCK';
  return {
    identityFiles: paths.map((path) => ({
      path: resolve(expandHome(expandTokens(path, tokens))),
      isExplicit,
    })),
    identitiesOnly: options.get('identitiesonly') === 'yes',
    agent: agentSocket(agent, tokens),
  };
}

function agentSocket(agent: string, tokens: Tokens): string | undefined {
  if (agent === 'none') return undefined;
  if (agent === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'] || undefined;
  return agent.startsWith('$') ? process.env[agent.slice(1)] : expandHome(expandTokens(agent, tokens));
}

function defaultIdentityFiles(): string[] {
  return ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name));
}

function hostKeySettings(options: SshOptions, tokens: Tokens) {
  const files = (keyword: string, fallback: string) =>
    (options.get(keyword) ?? fallback)
      .split(/\s+/)
      .filter((path) => path !== 'none')
      .map((path) => resolve(expandHome(expandTokens(path, tokens))));
  return {
    userKnownHostsFiles: files('userknownhostsfile', '~/.ssh/known_hosts ~/.ssh/known_hosts2'),
    globalKnownHostsFiles: files(
      'globalknownhostsfile',
      '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
    ),
    strictHostKeyChecking: strictness(options.get('stricthostkeychecking') ?? 'ask'),
    hashKnownHosts: options.get('hashknownhosts') === 'yes',
    hostKeyAlias: options.get('hostkeyalias'),
  };
}

function strictness(value: string): SshSettings['strictHostKeyChecking'] {
  switch (value.toLowerCase()) {
    case 'yes':
    case 'true':
      return 'yes';
    case 'no':
    case 'off':
    case 'false':
      return 'no';
    case 'accept-new':
      return 'accept-new';
    default:
      return 'ask';
  }
}

function proxySettings(options: SshOptions, tokens: Tokens) {
  const command = options.get('proxycommand');
  const jump = options.get('proxyjump');
  return {
    proxyCommand: command === undefined || command === 'none' ? undefined : expandTokens(command, tokens),
    proxyJump: jump === undefined || jump === 'none' ? [] : expandTokens(jump, tokens).split(','),
  };
}

function timeSettings(options: SshOptions, spec: ConnectionSpec) {
  const seconds = Number(options.get('connecttimeout'));
  const fromOptions = seconds > 0 ? seconds * 1000 : undefined;
  const interval = Number(options.get('serveraliveinterval') ?? 15);
  return {
    connectTimeoutMs: spec.connectTimeoutMs ?? fromOptions ?? defaultConnectTimeoutMs,
    keepaliveIntervalMs: Number.isFinite(interval) ? interval * 1000 : 15_000,
    keepaliveCountMax: Number(options.get('serveralivecountmax') ?? 3) || 3,
  };
}

/** Letters of ssh flags that take no value and change nothing here. */
const plainFlags = /^-[46AaCfGgKkMNnqsTtVvXxYy]+$/;
/** Flags whose value is an option of the same meaning. */
const valueFlags: Readonly<Record<string, string>> = {
  '-p': 'port',
  '-l': 'user',
  '-i': 'identityfile',
  '-J': 'proxyjump',
};

/** Reads `ansible_ssh_common_args` and the like into the options; gives the configuration file they name. */
function readArguments(spec: ConnectionSpec, options: SshOptions): string | undefined {
  const words = splitWords(spec.sshArgs ?? '');
  let configFile: string | undefined;
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (plainFlags.test(word)) continue;
    const flag = word.slice(0, 2);
    const value = word.length > 2 ? word.slice(2) : words.shift();
    const keyword = valueFlags[flag];
    if (value === undefined) throw badArguments(spec, `${word} has no value`);
    if (flag === '-o') addOptionText(spec, options, value);
    else if (flag === '-F') configFile = value === 'none' ? '/dev/null' : expandHome(value);
    else if (keyword !== undefined) options.add(keyword, value);
    else if (!/^-[BbcDEeILmOQRSWw]$/.test(flag)) throw badArguments(spec, `"${word}" is not understood`);
  }
  return configFile;
}

function addOptionText(spec: ConnectionSpec, options: SshOptions, text: string): void {
  const [keyword, ...values] = splitLine(text);
  if (keyword === undefined || values.length === 0) throw badArguments(spec, `-o ${text} is not Name=value`);
  options.add(keyword, values.join(' '));
}

function badArguments(spec: ConnectionSpec, what: string): ConnectionError {
  return new ConnectionError(`${spec.name}: ssh arguments: ${what}`, {
    hint: 'ansible_ssh_common_args and ansible_ssh_extra_args take -o Name=value, -i, -l, -p, -J and -F',
  });
}

/** What of the command line holds for jump hosts: files and host-key rules, not the way there. */
function argumentsForHops(options: SshOptions, configFile: string | undefined): string {
  const kept = ['UserKnownHostsFile', 'GlobalKnownHostsFile', 'StrictHostKeyChecking', 'IdentityAgent'];
  const parts = kept.flatMap((keyword) => {
    const value = options.get(keyword);
    return value === undefined ? [] : [`-o '${keyword}=${value}'`];
  });
  return [...(configFile === undefined ? [] : [`-F '${configFile}'`]), ...parts].join(' ');
}

/** Words of a command line: spaces separate, quotes group, a backslash takes the next character as it is. */
export function splitWords(text: string): string[] {
  const pattern = /(?:[^\s'"\\]+|'[^']*'|"(?:\\.|[^"\\])*"|\\.)+/gs;
  return [...text.matchAll(pattern)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs, (_all, single, double, escaped) =>
      String(single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped),
    ),
  );
}

/** ssh_config(5), TOKENS. */
function expandTokens(text: string, tokens: Tokens): string {
  return text.replaceAll(/%(.)/g, (all, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? all)));
}

function localTokens(): Tokens {
  const { username, uid, homedir: home } = userInfo();
  return { u: username, i: String(uid), d: home, l: hostname(), L: hostname().split('.')[0] ?? '' };
}

function portNumber(text: string, name: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new ConnectionError(`${name}: "${text}" is not a port`);
}
