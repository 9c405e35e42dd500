import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { wildcardToPattern } from './known-hosts.ts';

/** Options of one host, by lower-case keyword; the first value found wins, identity files add up. */
export class SshOptions {
  readonly #values = new Map<string, string>();
  readonly #identityFiles: string[] = [];

  get(keyword: string): string | undefined {
    return this.#values.get(keyword.toLowerCase());
  }

  get identityFiles(): readonly string[] {
    return this.#identityFiles;
  }

  /** Keeps what was found first. */
  add(keyword: string, value: string): void {
    const key = keyword.toLowerCase();
    if (key === 'identityfile') this.#identityFiles.push(value);
    else if (!this.#values.has(key)) this.#values.set(key, value);
  }
}

/** The files read where no `-F` names another. */
export function defaultConfigFiles(): string[] {
  return [join(homedir(), '.ssh', 'config'), '/etc/ssh/ssh_config'];
}

/**
 * Adds what configuration files say about a host (ssh_config(5)).
 *
 * Understood: Host, Match (all, host, originalhost, user, localuser, exec), Include, and every keyword the
 * caller asks for. Match criteria that are not understood do not match.
 *
 * @param options command-line options are in it already, and win
 * @param host the name as given, before HostName
 */
export function applyConfigFiles(options: SshOptions, files: readonly string[], host: string): void {
  for (const file of files) applyFile({ options, host }, file, 0);
}

interface Target {
  readonly options: SshOptions;
  readonly host: string;
}

const maxIncludeDepth = 16;

/** @returns nothing: values go into the options */
function applyFile(target: Target, file: string, depth: number): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return;
  }
  let isActive = true;
  for (const line of text.split('\n')) {
    const [keyword, ...words] = splitLine(line);
    if (keyword === undefined) continue;
    const lower = keyword.toLowerCase();
    if (lower === 'host') isActive = matchesPatterns(words, target.host);
    else if (lower === 'match') isActive = matchesCriteria(words, target);
    else if (!isActive) continue;
    else if (lower === 'include') includeFiles(target, words, file, depth);
    else addOption(target.options, lower, words);
  }
}

/** Keywords with several values, each of which counts. */
function addOption(options: SshOptions, keyword: string, words: readonly string[]): void {
  if (words.length > 0) options.add(keyword, words.join(' '));
}

function includeFiles(target: Target, words: readonly string[], from: string, depth: number): void {
  if (depth >= maxIncludeDepth) return;
  for (const word of words) {
    const path = expandHome(word);
    const base = from.startsWith('/etc/') ? '/etc/ssh' : join(homedir(), '.ssh');
    for (const file of expandGlob(isAbsolute(path) ? path : join(base, path))) {
      applyFile(target, file, depth + 1);
    }
  }
}

/** `Keyword value…` or `Keyword=value`, double quotes group, `#` starts a comment line. */
export function splitLine(line: string): string[] {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return [];
  const match = /^([A-Za-z0-9]+)(?:\s*=\s*|\s+)?(.*)$/s.exec(text);
  if (match === null) return [];
  const [, keyword = '', rest = ''] = match;
  // A command keeps its own quoting.
  if (['proxycommand', 'localcommand', 'remotecommand'].includes(keyword.toLowerCase()))
    return [keyword, rest];
  const words = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  return [keyword, ...words];
}

function matchesPatterns(patterns: readonly string[], name: string): boolean {
  let found = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!wildcardToPattern(negated ? pattern.slice(1) : pattern).test(name)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

function matchesCriteria(words: readonly string[], target: Target): boolean {
  for (let index = 0; index < words.length; index++) {
    const word = (words[index] ?? '').toLowerCase();
    const negated = word.startsWith('!');
    const criterion = negated ? word.slice(1) : word;
    if (criterion === 'all') continue;
    const argument = words[++index] ?? '';
    if (matchesCriterion(criterion, argument, target) === negated) return false;
  }
  return words.length > 0;
}

function matchesCriterion(criterion: string, argument: string, { options, host }: Target): boolean {
  const patterns = argument.split(',');
  const hostName = (options.get('hostname') ?? host).replaceAll('%h', host);
  switch (criterion) {
    case 'host':
      return matchesPatterns(patterns, hostName);
    case 'originalhost':
      return matchesPatterns(patterns, host);
    case 'user':
      return matchesPatterns(patterns, options.get('user') ?? userInfo().username);
    case 'localuser':
      return matchesPatterns(patterns, userInfo().username);
    case 'exec':
      return endsWell(argument.replaceAll('%h', hostName).replaceAll('%n', host));
    default:
      return false;
  }
}

function endsWell(command: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', command], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/** A leading `~` as the home directory. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** Paths a pattern with `*` and `?` in its last part stands for, sorted. */
function expandGlob(pattern: string): string[] {
  if (!/[*?]/.test(pattern)) return [pattern];
  const directory = dirname(pattern);
  const matcher = wildcardToPattern(pattern.slice(directory.length + 1));
  try {
    const names = readdirSync(directory).filter((name) => !name.startsWith('.') && matcher.test(name));
    return names.sort().map((name) => join(directory, name));
  } catch {
    return [];
  }
}
