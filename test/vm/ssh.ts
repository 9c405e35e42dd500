/** How the test itself looks into a machine: as root, over one shared connection per machine. */

import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tryRun } from '../lab/process.ts';
import type { VmHost } from './hosts.ts';
import type { Image } from './image.ts';
import { inVmRun } from './paths.ts';

/** The argv that runs a shell command in the machine. */
export function sshArgv(host: VmHost, command: string): string[] {
  const options = [
    `ProxyCommand=${fileURLToPath(new URL('connect', import.meta.url))} %h %p`,
    `UserKnownHostsFile=${inVmRun('known_hosts')}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    'ConnectTimeout=10',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'ControlMaster=auto',
    'ControlPersist=120',
    'LogLevel=ERROR',
  ];
  return [
    ...['ssh', '-F', '/dev/null', '-i', inVmRun('id_ed25519'), '-S', controlSocket(host)],
    ...options.flatMap((option) => ['-o', option]),
    `root@${host.address}`,
    command,
  ];
}

/** Ends the shared connection, which would not notice at once that its machine is gone. */
export async function sshMasterExit(host: VmHost): Promise<void> {
  const argv = ['ssh', '-F', '/dev/null', '-S', controlSocket(host), '-O', 'exit', host.address];
  await tryRun(argv, { timeoutMs: 10_000 });
}

/** Lays the image's key and the machines' host keys where the inventory names them. */
export function publishKeys(image: Image, hosts: readonly VmHost[]): void {
  copyFileSync(image.userKey, inVmRun('id_ed25519'));
  chmodSync(inVmRun('id_ed25519'), 0o600);
  const [type, key] = readFileSync(image.hostKey, 'utf8').split(' ');
  const lines = hosts.map((host) => `${host.name},${host.address} ${type} ${key}\n`);
  writeFileSync(inVmRun('known_hosts'), lines.join(''));
}

function controlSocket(host: VmHost): string {
  return inVmRun(`${host.name}.ssh`);
}
