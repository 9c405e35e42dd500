/** The lab's own SSH identity: one key for its users, one host key per host, kept across resets. */

import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inCache, inRun } from './paths.ts';
import { run } from './process.ts';
import type { LabHost, Site } from './site.ts';

/** Where inventories and users find the keys while the lab is up. */
export function identityFile(site: Site): string {
  return inRun(site.name, 'ssh', 'id_ed25519');
}

export function knownHostsFile(site: Site): string {
  return inRun(site.name, 'ssh', 'known_hosts');
}

/** Path of a host's private key; the public one has `.pub` added. */
export function hostKeyFile(site: Site, host: LabHost): string {
  return inCache('keys', site.name, `${host.name}_ed25519`);
}

/** The public key that opens every host. */
export function publicKey(): string {
  return readFileSync(`${userKey()}.pub`, 'utf8');
}

/** Makes the missing keys and lays the user's key and known_hosts under the run directory. */
export async function publishKeys(site: Site): Promise<void> {
  await ensureKey(userKey(), 'mooring-lab');
  for (const host of site.hosts) await ensureKey(hostKeyFile(site, host), host.name);
  mkdirSync(dirname(identityFile(site)), { recursive: true, mode: 0o700 });
  copyFileSync(userKey(), identityFile(site));
  chmodSync(identityFile(site), 0o600);
  const lines = site.hosts.map((host) => {
    const [type, key] = readFileSync(`${hostKeyFile(site, host)}.pub`, 'utf8').split(' ');
    return `${host.name},${host.address} ${type} ${key}\n`;
  });
  writeFileSync(knownHostsFile(site), lines.join(''), { mode: 0o600 });
}

function userKey(): string {
  return inCache('keys', 'id_ed25519');
}

async function ensureKey(file: string, comment: string): Promise<void> {
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
}
