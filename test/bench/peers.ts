/** What the benchmark needs of Debian, and the competitors that can be had. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { CompetitorName } from './competitors.ts';

const run = promisify(execFile);

const programs: Readonly<Record<string, string>> = {
  '/usr/bin/time': 'time',
  '/usr/sbin/ip': 'iproute2',
  '/usr/bin/unshare': 'util-linux',
};

const peers: Readonly<Record<string, string>> = {
  '/usr/bin/ansible-playbook': 'ansible-core',
  '/usr/lib/python3/dist-packages/ansible_mitogen': 'ansible-mitogen',
};

/**
 * Installs what is missing.
 *
 * @throws Error where the benchmark itself cannot run; a missing peer is only told
 */
export async function installPrograms(withPeers: boolean, say: (line: string) => void): Promise<void> {
  await install(missing(programs), say);
  if (!withPeers) return;
  await install(missing(peers), say).catch((error: Error) => say(`going on without: ${error.message}`));
}

/** Peers that are there. */
export function installedPeers(): ReadonlySet<CompetitorName> {
  const [ansible = '', mitogen = ''] = Object.keys(peers);
  const found = new Set<CompetitorName>();
  if (existsSync(ansible)) found.add('ansible');
  if (existsSync(ansible) && existsSync(mitogen)) found.add('mitogen');
  return found;
}

function missing(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files)
    .filter(([file]) => !existsSync(file))
    .map(([, name]) => name);
}

async function install(names: readonly string[], say: (line: string) => void): Promise<void> {
  if (names.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`not installed: ${names.join(', ')}; on Debian as root: ${command}`);
  }
  say(`installing ${names.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('sh', ['-c', `${command} || { apt-get -q update && ${command}; }`], {
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
}
