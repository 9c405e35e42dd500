import { createHash, createHmac, randomBytes } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ParsedFiles } from './parsed-file.ts';

/** One usable line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHostsLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly patterns: string;
  readonly keyType: string;
  readonly key: Buffer;
}

export type HostKeyVerdict =
  | { readonly kind: 'known'; readonly line: KnownHostsLine }
  | { readonly kind: 'revoked'; readonly line: KnownHostsLine }
  /** Keys are known for the host, but not this one. */
  | { readonly kind: 'changed'; readonly line: KnownHostsLine }
  /** Only a certificate authority is known for the host. */
  | { readonly kind: 'authority'; readonly line: KnownHostsLine }
  | { readonly kind: 'unknown' };

/** The lines of a file, those for one plain name each by that name. */
interface KnownHostsFile {
  readonly named: ReadonlyMap<string, readonly KnownHostsLine[]>;
  /** Patterns, lists and hashed names: each may be about any host. */
  readonly others: readonly KnownHostsLine[];
}

const files = new ParsedFiles((text, path) => indexed(parseKnownHosts(text.toString('utf8'), path)));

/**
 * Reads from known_hosts files what may be about a host; missing files count as empty, lines that are no
 * entry are skipped.
 *
 * @param names the host's names, lower case
 */
export async function readKnownHosts(
  paths: readonly string[],
  names: readonly string[],
): Promise<KnownHostsLine[]> {
  const all: KnownHostsLine[] = [];
  for (const path of paths) {
    const found = await files.get(path).catch(() => undefined);
    if (!found) continue;
    const lines = [...names.flatMap((name) => found.named.get(name) ?? []), ...found.others];
    all.push(...lines.sort((a, b) => a.line - b.line));
  }
  return all;
}

function indexed(lines: readonly KnownHostsLine[]): KnownHostsFile {
  const named = new Map<string, KnownHostsLine[]>();
  const others: KnownHostsLine[] = [];
  for (const line of lines) {
    const name = line.patterns.toLowerCase();
    if (/^\||[*?!,]/.test(name)) others.push(line);
    else named.set(name, [...(named.get(name) ?? []), line]);
  }
  return { named, others };
}

export function parseKnownHosts(text: string, file: string): KnownHostsLine[] {
  return text.split('\n').flatMap((line, index) => {
    const entry = parseLine(line, file, index + 1);
    return entry ? [entry] : [];
  });
}

/** The names an entry for this host may have: `host`, or `[host]:port` where the port is not 22. */
export function hostKeyName(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

/**
 * Judges a host's key by what is known.
 *
 * @param names the host's names, the one with the port first
 * @param key the key as the host sent it
 */
export function judgeHostKey(
  lines: readonly KnownHostsLine[],
  names: readonly string[],
  key: Buffer,
): HostKeyVerdict {
  const revoked = lines.find(
    (line) => line.marker === 'revoked' && line.key.equals(key) && matchesAny(line, names),
  );
  if (revoked) return { kind: 'revoked', line: revoked };
  const [first = ''] = names;
  for (const name of names) {
    const plain = lines.filter((line) => line.marker === 'none' && matchesHost(line.patterns, name));
    const same = plain.find((line) => line.key.equals(key));
    if (same) return { kind: 'known', line: same };
    // An entry without the port may vouch for a key (as ssh does), but cannot contradict it.
    if (plain[0] && name === first) return { kind: 'changed', line: sameType(plain, key) ?? plain[0] };
  }
  const authority = lines.find((line) => line.marker === 'cert-authority' && matchesAny(line, names));
  return authority ? { kind: 'authority', line: authority } : { kind: 'unknown' };
}

/** Key types known for the host, for the order in which they are asked for. */
export function knownKeyTypes(lines: readonly KnownHostsLine[], names: readonly string[]): string[] {
  const types = lines.filter((line) => line.marker === 'none' && matchesAny(line, names));
  return [...new Set(types.map((line) => line.keyType))];
}

/** Adds a key, hashed where asked; makes the file and its directory where they are missing. */
export async function rememberHostKey(file: string, name: string, key: Buffer, hash: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const line = `${hash ? hashedName(name) : name} ${keyTypeOf(key)} ${key.toString('base64')}\n`;
  await appendFile(file, line, { mode: 0o600 });
  files.forget(file);
}

/** The type named inside a public key (RFC 4253, 6.6). */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return 'unknown';
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

/** As ssh-keygen prints it: `SHA256:` and base64 without padding. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Whether a host pattern list (`a,*.b,!c`, or one hashed name) covers a name. */
export function matchesHost(patterns: string, name: string): boolean {
  if (patterns.startsWith('|1|')) return matchesHashed(patterns, name);
  let found = false;
  for (const pattern of patterns.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!wildcardToPattern(negated ? pattern.slice(1) : pattern).test(name)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

/** `*` and `?` as ssh_config(5) PATTERNS has them. */
export function wildcardToPattern(wildcard: string): RegExp {
  const source = wildcard
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

function parseLine(text: string, file: string, line: number): KnownHostsLine | undefined {
  const words = text.trim().split(/[ \t]+/);
  if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return undefined;
  const marker = markerOf(words[0]);
  if (marker === undefined) return undefined;
  const [patterns, keyType, encoded] = marker === 'none' ? words : words.slice(1);
  if (patterns === undefined || keyType === undefined || encoded === undefined) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return key.length < 8 ? undefined : { file, line, marker, patterns, keyType, key };
}

function markerOf(word: string): KnownHostsLine['marker'] | undefined {
  if (!word.startsWith('@')) return 'none';
  if (word === '@revoked') return 'revoked';
  return word === '@cert-authority' ? 'cert-authority' : undefined;
}

function sameType(lines: readonly KnownHostsLine[], key: Buffer): KnownHostsLine | undefined {
  const type = keyTypeOf(key);
  return lines.find((line) => line.keyType === type);
}

function matchesAny(line: KnownHostsLine, names: readonly string[]): boolean {
  return names.some((name) => matchesHost(line.patterns, name));
}

function matchesHashed(patterns: string, name: string): boolean {
  const [, , salt = '', hash = ''] = patterns.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}
