/** What the virtual machines need on the control machine, and how the test gets it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lab/process.ts';
import { say, step } from '../lab/progress.ts';

/** Programs and the Debian packages that have them. */
const programs: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  mmdebstrap: 'mmdebstrap',
  'mkfs.ext4': 'e2fsprogs',
  ip: 'iproute2',
  nc: 'netcat-openbsd',
  ssh: 'openssh-client',
};

/**
 * Makes sure that the machines can run here: lists what is missing and installs it.
 * @throws Error with the one command to run when not root.
 */
export async function ensurePrerequisites(): Promise<void> {
  const missing = missingPackages();
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) {
    const install = missing.length === 0 ? '' : `${command} && `;
    throw new Error(
      `the virtual machines need root (namespaces, mounts); run: sudo sh -c '${install}npm run test:vm'`,
    );
  }
  if (missing.length === 0) return;
  say(`needs these Debian packages on this machine: ${missing.join(', ')}`);
  await step('installing them', async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run(['apt-get', '-q', 'update'], { env, timeoutMs: 300_000 });
    await run(command.split(' '), { env, timeoutMs: 900_000 });
  });
}

/** Packages of programs that are not in the path. */
function missingPackages(): string[] {
  const path = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  const isThere = (program: string) => path.some((folder) => existsSync(join(folder, program)));
  const absent = Object.entries(programs).filter(([program]) => !isThere(program));
  return absent.map(([, name]) => name);
}
