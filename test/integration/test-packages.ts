/** What the integration tests need of Debian beyond a bare system; installed where it is missing. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

const programs: Readonly<Record<string, string>> = {
  '/usr/sbin/sshd': 'openssh-server',
  '/usr/bin/ssh-keygen': 'openssh-client',
  '/usr/bin/sudo': 'sudo',
  '/usr/bin/openssl': 'openssl',
};

const policyFile = '/usr/sbin/policy-rc.d';

/**
 * Installs what is missing, without starting any service: the tests start a private sshd of their own, and
 * the machine's stays as it is. Several test files may ask at once.
 *
 * @throws Error where it cannot be had
 */
export async function ensureTestPackages(): Promise<void> {
  const missing = Object.entries(programs).filter(([file]) => !existsSync(file));
  if (missing.length === 0) return;
  const hasPolicy = existsSync(policyFile);
  if (!hasPolicy) {
    writeFileSync(policyFile, '#!/bin/sh\nexit 101\n');
    chmodSync(policyFile, 0o755);
  }
  try {
    const install = `apt-get -q install -y --no-install-recommends ${missing.map(([, name]) => name).join(' ')}`;
    const script = `flock 9; ${install} || { apt-get -q update && ${install}; }`;
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('sh', ['-c', `{ ${script}; } 9>/run/lock/mooring-test-packages`], {
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
  } finally {
    if (!hasPolicy) rmSync(policyFile, { force: true });
  }
}
