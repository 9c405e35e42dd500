/** The Debian suites this machine itself installs from, for everything the lab builds: no mirror is named here. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.ts';

/** The Debian release of the hosts and of the images. */
export const release = 'bookworm';

const ARCHIVE_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Reads the machine's apt sources and keeps the suites of {@link release}.
 * @param etcApt the apt configuration directory.
 * @returns one deb822 file, as text.
 * @throws Error when the machine has no such suite.
 */
export function debianSources(etcApt = '/etc/apt'): string {
  const files = [join(etcApt, 'sources.list'), ...listParts(join(etcApt, 'sources.list.d'))];
  const stanzas = files.filter((file) => existsSync(file)).flatMap(stanzasOf);
  if (stanzas.length === 0) {
    throw new Error(
      `this machine's apt sources (${etcApt}) have no suite of Debian ${release}, which the lab is built from`,
    );
  }
  return `${stanzas.join('\n\n')}\n`;
}

/** The mirrors of a deb822 file: host name and port of each. */
export function mirrorsOf(sources: string): { host: string; port: number }[] {
  const urls = [...sources.matchAll(/^URIs:\s*(.+)$/gm)].flatMap((match) => (match[1] ?? '').split(/\s+/));
  const seen = new Map<string, { host: string; port: number }>();
  for (const text of urls.filter((url) => /^https?:/.test(url))) {
    const url = new URL(text);
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    seen.set(`${url.hostname}:${port}`, { host: url.hostname, port });
  }
  return [...seen.values()];
}

/** This machine's own settings of how apt fetches (a proxy, unchecked dates), for apt inside the lab. */
export async function acquireSettings(): Promise<string> {
  const dump = await run(['apt-config', 'dump']);
  const wanted = /^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy|Retries)\b.*";$/;
  return dump
    .split('\n')
    .filter((line) => wanted.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

function listParts(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /\.(list|sources)$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}

function stanzasOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.sources') ? deb822Stanzas(text) : oneLineStanzas(text);
}

function deb822Stanzas(text: string): string[] {
  const uncommented = text.replace(/^#.*\n/gm, '');
  return uncommented
    .split(/\n\s*\n/)
    .map((stanza) => stanza.trim())
    .filter((stanza) => /^Types:.*\bdeb\b/m.test(stanza) && !/^Enabled:\s*no/m.test(stanza))
    .filter((stanza) => new RegExp(`^Suites:.*\\b${release}(-updates|-security)?\\b`, 'm').test(stanza))
    .filter((stanza) => /^Components:.*\bmain\b/m.test(stanza));
}

function oneLineStanzas(text: string): string[] {
  const pattern = new RegExp(
    `^deb\\s+(?:\\[[^\\]]*\\]\\s+)?(\\S+)\\s+(${release}(?:-updates|-security)?)\\s+(.*\\bmain\\b.*)$`,
    'gm',
  );
  return [...text.matchAll(pattern)].map(
    ([, uri, suite, components]) =>
      `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: ${components?.trim()}\nSigned-By: ${ARCHIVE_KEYRING}`,
  );
}
