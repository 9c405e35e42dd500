/** What the lab needs on the control machine, and how it gets it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { run } from './process.ts';
import { say, step } from './progress.ts';

/** Programs and the Debian packages that have them. */
const programs: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  slirp4netns: 'slirp4netns',
  nft: 'nftables',
  ip: 'iproute2',
  nc: 'netcat-openbsd',
  ssh: 'openssh-client',
};

/**
 * Makes sure that the lab can run here: root, and the programs it needs; missing ones are listed, asked for on a
 * terminal, and installed.
 * @param assumeYes do not ask.
 * @throws Error with the command to run when something is missing that the lab may not get itself.
 */
export async function ensurePrerequisites(assumeYes: boolean): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('the lab needs root: it makes namespaces and mounts');
  const missing = missingPackages();
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  say(`needs these Debian packages on this machine: ${missing.join(', ')}`);
  if (!assumeYes && !(await agreed())) throw new Error(`not installed; to do it yourself, run: ${command}`);
  await step('installing them', async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run(['apt-get', '-q', 'update'], { env });
    await run(['apt-get', '-q', 'install', '-y', '--no-install-recommends', ...missing], { env });
  });
}

/** Packages of programs that are not in the path. */
function missingPackages(): string[] {
  const path = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  const isThere = (program: string) => path.some((folder) => existsSync(join(folder, program)));
  return Object.entries(programs)
    .filter(([program]) => !isThere(program))
    .map(([, name]) => name);
}

/** Nobody to ask (CI, a pipe) counts as consent only in CI. */
async function agreed(): Promise<boolean> {
  if (process.env['CI'] === 'true') return true;
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('install them now? [Y/n] ');
  terminal.close();
  return /^(y|yes|)$/i.test(answer.trim());
}
