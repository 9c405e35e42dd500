import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { type Fault, InventoryError } from '../../model/errors.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Position } from '../../model/position.ts';
import { suggest } from '../../util/suggest.ts';
import { Faults } from '../faults.ts';
import { isLocalhost } from './load.ts';

export interface SelectOptions {
  /** `--limit`: a pattern of its own; `@file` names a file with one pattern a line. */
  readonly limit?: string | undefined;
  /** Groups made during the run by add_host and group_by, and their hosts. */
  readonly extraGroups?: ReadonlyMap<string, readonly string[]> | undefined;
}

interface Term {
  readonly sign: '' | '&' | '!';
  readonly text: string;
}

/**
 * The hosts a pattern means, as Ansible reads it: parts are joined by `,` or `:`, `&` keeps common
 * hosts and `!` takes hosts away, both after all plain parts; `*?[…]` are globs, `~` starts a
 * regular expression, `group[0]` and `group[1:3]` count from 0, the end included.
 *
 * @returns names in the order of the pattern; unknown names mean no hosts
 * @throws InventoryError where a regular expression or the limit's file cannot be read
 */
export function selectHosts(pattern: string, inventory: Inventory, options: SelectOptions = {}): string[] {
  const hosts = evaluate(splitPattern(pattern), inventory, options.extraGroups);
  if (options.limit === undefined || options.limit === '') return hosts;
  const limited = new Set(evaluate(splitLimit(options.limit), inventory, options.extraGroups));
  return hosts.filter((host) => limited.has(host));
}

/**
 * What is wrong with a pattern: names that no group or host has, broken regular expressions.
 *
 * @param position of the pattern; undefined for one from the command line
 */
export function patternFaults(pattern: string, inventory: Inventory, position?: Position): Fault[] {
  return termFaults(splitPattern(pattern), inventory, position);
}

/** What is wrong with a `--limit`, its `@file` included. */
export function limitFaults(limit: string, inventory: Inventory): Fault[] {
  try {
    return termFaults(splitLimit(limit), inventory, undefined);
  } catch (error) {
    if (error instanceof InventoryError) return [...error.faults];
    throw error;
  }
}

function termFaults(terms: readonly Term[], inventory: Inventory, position: Position | undefined): Fault[] {
  const faults = new Faults();
  for (const { text } of terms) {
    const problem = patternProblem(text);
    if (problem) faults.error('bad-pattern', problem, { position });
    if (problem || text.startsWith('~')) continue;
    const name = splitSubscript(text).base;
    const known = inventory.groups.has(name) || inventory.hosts.has(name) || isLocalhost(name);
    if (known || matchTerm(text, inventory, undefined).length > 0) continue;
    if (/[*?[]/.test(name)) {
      faults.warning('empty-pattern', `the pattern "${text}" matches no host`, { position });
      continue;
    }
    const nearest = suggest(name, [...inventory.groups.keys(), ...inventory.hosts.keys()]);
    faults.error('unknown-host-pattern', `no group or host is called "${name}"`, {
      position,
      hint: nearest ? `did you mean "${nearest}"?` : groupsHint(inventory),
    });
  }
  return faults.list;
}

function groupsHint(inventory: Inventory): string {
  const names = [...inventory.groups.keys()].filter((name) => name !== 'ungrouped');
  if (names.every((name) => name === 'all')) return 'there are no groups: name the inventory with -i';
  return `groups: ${names.join(', ')}`;
}

function splitLimit(limit: string): Term[] {
  return limit.split(',').flatMap((part) => {
    const text = part.trim();
    return text.startsWith('@') ? readLimitFile(text.slice(1)) : splitPattern(text);
  });
}

function readLimitFile(path: string): Term[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => !line.startsWith('#')).flatMap((line) => splitPattern(line));
  } catch {
    throw new InventoryError([
      { severity: 'error', code: 'missing-file', message: `--limit: the file ${path} cannot be read` },
    ]);
  }
}

/** Commas split first; colons then, but not inside brackets, `(?:…)` or IPv6 addresses. */
function splitPattern(pattern: string): Term[] {
  return pattern
    .split(/,(?![^[]*\])/)
    .flatMap((part) => {
      const text = part.trim();
      if (/:.*:/.test(text) && isIPv6(text.replace(/^[&!]/, ''))) return [text];
      return text.match(/(?:\(\?:|[^\s:[\]]|\[[^\]]*\])+/g) ?? [];
    })
    .filter((text) => text !== '')
    .map(toTerm);
}

function toTerm(text: string): Term {
  const sign = text[0];
  return sign === '&' || sign === '!' ? { sign, text: text.slice(1) } : { sign: '', text };
}

function evaluate(
  terms: readonly Term[],
  inventory: Inventory,
  extraGroups: ReadonlyMap<string, readonly string[]> | undefined,
): string[] {
  const match = (term: Term) => matchTerm(term.text, inventory, extraGroups);
  const plain = terms.filter((term) => term.sign === '');
  const start = plain.length > 0 || terms.length === 0 ? plain : [{ sign: '', text: 'all' } as const];
  let hosts = [...new Set(start.flatMap(match))];
  for (const term of terms.filter(({ sign }) => sign === '&')) {
    const common = new Set(match(term));
    hosts = hosts.filter((host) => common.has(host));
  }
  for (const term of terms.filter(({ sign }) => sign === '!')) {
    const excluded = new Set(match(term));
    hosts = hosts.filter((host) => !excluded.has(host));
  }
  return hosts;
}

function matchTerm(
  text: string,
  inventory: Inventory,
  extraGroups: ReadonlyMap<string, readonly string[]> | undefined,
): string[] {
  const { base, pick } = splitSubscript(text);
  const isMatch = matcher(base);
  const found = new Set<string>();
  let groupMatched = false;
  for (const [name, { hosts }] of inventory.groups) {
    if (!isMatch(name)) continue;
    groupMatched = true;
    for (const host of hosts) found.add(host);
  }
  for (const [name, hosts] of extraGroups ?? []) {
    if (!isMatch(name) && base !== 'all') continue;
    groupMatched = true;
    for (const host of hosts) found.add(host);
  }
  if (!groupMatched || /^~|[.?*[]/.test(base)) {
    const added = [...(extraGroups?.values() ?? [])].flat();
    for (const host of [...inventory.hosts.keys(), ...added]) if (isMatch(host)) found.add(host);
  }
  if (found.size === 0 && !groupMatched && isLocalhost(base)) found.add(base);
  return pick([...found]);
}

function matcher(pattern: string): (name: string) => boolean {
  if (!/^~|[*?[]/.test(pattern)) return (name) => name === pattern;
  const problem = patternProblem(pattern);
  if (problem) throw new InventoryError([{ severity: 'error', code: 'bad-pattern', message: problem }]);
  const regex = new RegExp(regexSource(pattern));
  return (name) => regex.test(name);
}

/** What is wrong with a regular expression or a glob, as a sentence. */
function patternProblem(text: string): string | undefined {
  const pattern = splitSubscript(text).base;
  try {
    new RegExp(regexSource(pattern));
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/: /s, '') : String(error);
    return `the pattern "${pattern}" is wrong: ${reason}`;
  }
}

function regexSource(pattern: string): string {
  return pattern.startsWith('~') ? `^(?:${pattern.slice(1)})` : `^${globToRegex(pattern)}$`;
}

/** `*`, `?`, `[abc]` and `[!abc]` of fnmatch. */
function globToRegex(pattern: string): string {
  return pattern.replaceAll(/\[(!?)([^\]]+)\]|[*?]|[\\^$.|+()[\]{}]/g, (part, not: string, set: string) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (set === undefined) return `\\${part}`;
    return `[${not ? '^' : ''}${set.replaceAll(/[\\\]^]/g, '\\$&')}]`;
  });
}

/** Takes `[0]`, `[-1]`, `[1:3]` or `[2:]` off the end of a pattern. */
function splitSubscript(text: string): { base: string; pick: (hosts: string[]) => string[] } {
  const match = text.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d*)[:-](\d*))\]$/.exec(text);
  if (!match) return { base: text, pick: (hosts) => hosts };
  const [, base = text, index, from, to] = match;
  if (index !== undefined) {
    return { base, pick: (hosts) => hosts.slice(Number(index)).slice(0, 1) };
  }
  const end = to === '' || to === undefined ? undefined : Number(to) + 1;
  return { base, pick: (hosts) => hosts.slice(Number(from ?? 0), end) };
}
